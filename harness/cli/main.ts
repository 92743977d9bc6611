#!/usr/bin/env node
import { nearest } from '../cases/suggest.ts'
import { AssayError, formatError } from '../errors.ts'
import { COMMANDS, loadCommand } from './commands.ts'

const USAGE_EXIT = 64
const BROKEN_EXIT = 3

async function main(args: readonly string[]): Promise<number> {
  const major = Number(process.versions.node.split('.')[0])
  if (major < 24) {
    throw new AssayError('ASSAY_USAGE', `assay needs Node 24 or later, this is ${process.version}`, {
      hint: 'In a checkout, `npm ci` brings Node 24, and `npm run assay -- …` and `npx assay …` use it.',
    })
  }
  const [name = 'help', ...rest] = args
  if (name === '--version' || name === '-v') return say((await import('../version.ts')).VERSION)
  if (name === 'help' || name === '--help' || name === '-h') return help(rest[0])
  const load = loadCommand(name)
  if (!load) {
    const best = nearest(name, Object.keys(COMMANDS))
    throw new AssayError(
      'ASSAY_USAGE',
      `there is no command "${name}"${best === undefined ? '' : `; did you mean "${best}"?`}`,
    )
  }
  if (rest.includes('--help') || rest.includes('-h')) return help(name)
  const command = await load()
  return command.run(rest, interrupted())
}

/** The exit code of a command that a signal ended. */
let stopped: number | undefined

/** Aborted by the first Ctrl-C; a second one ends the process. */
function interrupted(): AbortSignal {
  const controller = new AbortController()
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(code)
      stopped = code
      controller.abort(new AssayError('ASSAY_INTERRUPTED', `stopped by ${signal}`))
    })
  }
  return controller.signal
}

async function help(name: string | undefined): Promise<number> {
  if (name !== undefined) {
    const load = loadCommand(name)
    if (!load) throw new AssayError('ASSAY_USAGE', `there is no command "${name}"`)
    return say((await load()).usage)
  }
  const width = Math.max(...Object.keys(COMMANDS).map(key => key.length))
  const lines = Object.entries(COMMANDS).map(([key, { about }]) => `  ${key.padEnd(width)}  ${about}`)
  return say(
    [
      'assay: test automation for data clusters',
      '',
      ...lines,
      '',
      '`assay help <command>` says more. Exit codes: 0 passed, 1 failed, 2 undecided, 3 errored, 4 limit broken, 5 nothing ran, 64 wrong usage, 130 stopped by Ctrl-C.',
    ].join('\n'),
  )
}

function say(text: string): number {
  process.stdout.write(`${text}\n`)
  return 0
}

function exitCodeOf(error: unknown): number {
  return error instanceof AssayError && error.kind === 'usage' ? USAGE_EXIT : BROKEN_EXIT
}

// who reads the output may have seen enough: `assay list | head`
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

try {
  const code = await main(process.argv.slice(2))
  // a test run has said its own last word by now
  process.exitCode = process.exitCode || code
} catch (error) {
  process.stderr.write(`${formatError(error)}\n`)
  if (!(error instanceof AssayError) && error instanceof Error && process.env.ASSAY_DEBUG !== undefined)
    process.stderr.write(`${error.stack}\n`)
  process.exitCode = stopped ?? exitCodeOf(error)
}
