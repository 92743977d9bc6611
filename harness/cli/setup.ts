import { AssayError, formatError } from '../errors.ts'
import type { Software } from '../targets/software.ts'
import { findConfig, loadConfig } from '../vitest/load-config.ts'
import type { Command } from './command.ts'
import { parseOptions, usageError } from './options.ts'

const PURPOSES = {
  tour: ['cases'],
  nightly: ['cases'],
  test: ['cases', 'test', 'bench'],
} as const satisfies Record<string, Software['neededFor']>
type Purpose = keyof typeof PURPOSES

export const setup: Command = {
  name: 'setup',
  about: 'bring the software that targets and tests need; says nothing when nothing is missing',
  usage: `assay setup [--for tour|test|nightly]

Brings what is missing: into the cache where that works, else with the package system (as root only). What a person must do
is said, with the command.

  --for PURPOSE  what it is needed for: tour and nightly (the cases), or test (everything, the default)`,
  async run(args, signal) {
    const purpose = parsed(args)
    const { software = [] } = await loadConfig(findConfig(process.cwd()))
    const needed: Software['neededFor'] = PURPOSES[purpose]
    return await bring(
      software.filter(one => one.neededFor.some(use => needed.includes(use))),
      { signal, print: line => console.log(line), complain: line => console.error(line) },
    )
  },
}

export type BringOptions = {
  readonly signal: AbortSignal
  readonly print: (line: string) => void
  readonly complain: (line: string) => void
}

/** Brings each that is missing. 3 when one could not be brought. */
export async function bring(software: readonly Software[], options: BringOptions): Promise<number> {
  const { signal, print, complain } = options
  let failed = false
  for (const one of software) {
    signal.throwIfAborted()
    if (await one.find()) continue
    if (!one.install) {
      print(`setup: ${one.name} is missing (${one.about}); what needs it is skipped. To bring it: ${one.byHand}`)
      continue
    }
    const from = performance.now()
    try {
      await one.install(text => print(`setup: ${one.name}: ${text}`), signal)
      const found = await one.find()
      if (!found) throw new Error('it is still not found')
      print(`setup: ${one.name} ${found.version} is there after ${((performance.now() - from) / 1000).toFixed(1)} s`)
    } catch (cause) {
      signal.throwIfAborted()
      failed = true
      const message = `${one.name} could not be brought: ${(cause as Error).message}`
      complain(formatError(new AssayError('ASSAY_SETUP_FAILED', message, { cause, hint: `By hand: ${one.byHand}` })))
    }
  }
  return failed ? 3 : 0
}

function parsed(args: readonly string[]): Purpose {
  const { values, positionals } = parseOptions('setup', args, { for: { type: 'string' } })
  if (positionals.length > 0) throw usageError('setup', `setup takes no words, "${positionals[0]}" was given`)
  const purpose = values.for ?? 'test'
  if (Object.hasOwn(PURPOSES, purpose)) return purpose as Purpose
  throw usageError('setup', `--for "${purpose}" is not one of ${Object.keys(PURPOSES).join(', ')}`)
}
