import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { nearest } from '../cases/suggest.ts'
import type { Progress } from '../datax/engine/engine.ts'
import { ENGINE_NAMES, type EngineName, engineNamed } from '../datax/engine/engines.ts'
import { askDatabase } from '../datax/job/ask-database.ts'
import { checkJob } from '../datax/job/check.ts'
import { FINDINGS, showFinding } from '../datax/job/finding.ts'
import { parseParameters } from '../datax/job/variables.ts'
import { AssayError } from '../errors.ts'
import type { Command } from './command.ts'
import { serve, TOKEN_VARIABLE } from './datax-serve.ts'

const BROKEN = 1
const USAGE = 255
const VERBS = ['check', 'run', 'serve'] as const

const usage = `assay datax check <job.json …> [-p "-Dname=value …"] [--offline]
assay datax run <job.json> [-p "-Dname=value …"] [--mode strict|compat] [--engine ${ENGINE_NAMES.join('|')}] [--home DIR] [--quiet]
assay datax serve [--folder DIR] [--host ADDRESS] [--port N] [--engine NAME] [--home DIR] [--at-once N] [--may-wait N]

check  says everything that DataX ignores in silence or fails on late, with line, column and a code. Exit code 0, or 1
       where there is an error. The database of the reader is asked for the collation of a splitPk, unless --offline.
run    runs the job. What streamwriter prints goes to the standard output, the log to the standard error; on a terminal
       one line shows the progress. Exit codes are DataX's: 0, 1, 143 when stopped, 255 for wrong usage. The engine home
       runs it with a DataX or Addax of this machine (--home, [datax.home] in conf/real.ini, DATAX_HOME or ADDAX_HOME),
       ssh with the one that [datax.home] names on another; --mode means nothing to them.
serve  starts the data-sync platform (default: ./datax-platform on 127.0.0.1:8086) until Ctrl-C: a page at /, and its
       interface at /api. Any other address than loopback needs a token in ${TOKEN_VARIABLE}; passwords are sealed with
       ASSAY_DATAX_KEY, or a key file in the folder.

Codes of check:
${Object.entries(FINDINGS)
  .map(([code, about]) => `  ${code.padEnd(24)}${about}`)
  .join('\n')}`

/** Checks and runs DataX jobs. */
export const datax: Command = {
  name: 'datax',
  about: 'check and run DataX jobs',
  usage,
  async run([verb = '', ...args], signal) {
    try {
      if (verb === 'check') return await check(parse(args), signal)
      if (verb === 'run') return await run(parse(args), signal)
      if (verb === 'serve') return await serve(args, signal)
      const best = nearest(verb, VERBS)
      throw new AssayError(
        'ASSAY_USAGE',
        `"${verb}" is no verb of assay datax${best ? `; did you mean "${best}"?` : ''}`,
        {
          hint: 'Run `assay help datax`.',
        },
      )
    } catch (error) {
      if (!(error instanceof AssayError) || error.kind !== 'usage') throw error
      process.stderr.write(`${error.code}  ${error.message}\n${error.hint === undefined ? '' : `  ${error.hint}\n`}`)
      // a job that cannot be read is Framework-03 to DataX, which ends with 1
      return error.code === 'ASSAY_DATAX_JOB' ? BROKEN : USAGE
    }
  },
}

type Given = {
  readonly files: readonly string[]
  readonly params: Readonly<Record<string, string>>
  readonly mode: 'strict' | 'compat'
  readonly engine: EngineName
  readonly home: string | undefined
  readonly quiet: boolean
  readonly offline: boolean
}

function parse(args: readonly string[]): Given {
  const files: string[] = []
  let params: Readonly<Record<string, string>> = {}
  let mode: string = 'strict'
  let engine: string | undefined
  let home: string | undefined
  let quiet = false
  let offline = false
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] as string
    const value = (): string => {
      const next = args[++at]
      if (next === undefined) throw new AssayError('ASSAY_USAGE', `${arg} needs a value`)
      return next
    }
    if (arg === '-p' || arg === '--params') params = { ...params, ...parseParameters(value()) }
    else if (arg === '--mode') mode = value()
    else if (arg === '--engine') engine = value()
    else if (arg === '--home') home = resolve(value())
    else if (arg === '--quiet') quiet = true
    else if (arg === '--offline') offline = true
    else if (arg.startsWith('-'))
      throw new AssayError('ASSAY_USAGE', `there is no option "${arg}"`, { hint: usage.split('\n')[1] as string })
    else files.push(arg)
  }
  if (files.length === 0) throw new AssayError('ASSAY_USAGE', 'no job file was named')
  if (mode !== 'strict' && mode !== 'compat')
    throw new AssayError('ASSAY_USAGE', `"${mode}" is no mode; there are strict and compat`)
  const known = ENGINE_NAMES.find(name => name === (engine ?? (home === undefined ? 'in-process' : 'home')))
  if (known === undefined)
    throw new AssayError('ASSAY_USAGE', `"${engine}" is no engine; there are ${ENGINE_NAMES.join(', ')}`)
  return { files, params, mode, engine: known, home, quiet, offline }
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new AssayError('ASSAY_DATAX_JOB', `${file} could not be read: ${(error as Error).message}`, {
      cause: error,
      hint: 'Name a job file.',
    })
  }
}

async function check({ files, params, offline }: Given, signal: AbortSignal): Promise<number> {
  let errors = 0
  let warnings = 0
  for (const file of files) {
    const text = await read(file)
    const asked = offline ? [] : await askDatabase(text, params, signal)
    for (const finding of [...checkJob(text, params), ...asked]) {
      process.stdout.write(`${showFinding(file, finding)}\n`)
      if (finding.severity === 'error') errors++
      else warnings++
    }
  }
  const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`
  process.stdout.write(`${plural(errors, 'error')}, ${plural(warnings, 'warning')}\n`)
  return errors > 0 ? BROKEN : 0
}

async function run({ files, params, mode, engine: name, home, quiet }: Given, signal: AbortSignal): Promise<number> {
  if (files.length !== 1) throw new AssayError('ASSAY_USAGE', `one job at a time, and ${files.length} were named`)
  const text = await read(files[0] as string)
  // rows live for a moment: young space that grows with the rate of rows takes a third more memory, and saves no time
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--max-semi-space-size=4')
  const engine = await engineNamed(name, home === undefined ? {} : { home })
  const live = process.stderr.isTTY === true && !quiet
  const startedAt = performance.now()
  const result = await engine.run(text, {
    ...{ params, mode, signal },
    onPrint: async printed => {
      if (!process.stdout.write(printed)) await once(process.stdout, 'drain')
    },
    ...(quiet ? {} : { onLog: line => process.stderr.write(`${live ? '\r\u001b[K' : ''}${line}\n`) }),
    ...(live ? { onProgress: progress => process.stderr.write(`\r\u001b[K${progressLine(progress, startedAt)}`) } : {}),
  })
  if (live) process.stderr.write('\r\u001b[K')
  if (result.exitCode !== 0) {
    process.stderr.write(
      `${[result.errorCode, result.message].filter(part => part !== undefined).join('  ')}\n${result.hint === undefined ? '' : `  ${result.hint}\n`}`,
    )
  }
  return result.exitCode
}

function progressLine({ records, errors, recordsPerSecond, done }: Progress, startedAt: number): string {
  const elapsed = (performance.now() - startedAt) / 1000
  const left = done > 0 && done < 1 ? `, about ${Math.ceil((elapsed / done) * (1 - done))} s left` : ''
  return `${records} records, ${recordsPerSecond}/s, ${errors} errors, ${Math.floor(done * 100)} % of the tasks${left}`
}
