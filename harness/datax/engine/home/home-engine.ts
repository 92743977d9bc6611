import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { AssayError } from '../../../errors.ts'
import { maskText } from '../../../log/mask-text.ts'
import { isSecretName, Secret } from '../../../log/secret.ts'
import { maskJdbcUrl } from '../../job/jdbc-url.ts'
import { secretsOf } from '../../job/secrets.ts'
import { substitute } from '../../job/variables.ts'
import type { DirtyRecord, Engine, RunOptions, RunResult } from '../engine.ts'
import { type Home, type HomeSettings, javaCommand, LOGBACK, openHome } from './home.ts'
import { HomeLog } from './home-log.ts'
import type { HomeExit, HomeHost, HomeProcess } from './host.ts'

const KEPT_LINES = 2_000
const KEPT_DIRTY = 1_000
const STOPPED_EXIT = 143
const PATIENCE = 30_000

/** Runs jobs with a real DataX or Addax on a host. The mode is always DataX's own: `mode` is ignored. */
export function homeEngine(name: string, host: HomeHost, settings: HomeSettings): Engine {
  let home: Promise<Home> | undefined
  return {
    name,
    async run(job, options = {}) {
      home ??= openHome(host, settings, options.signal)
      // a home that could not be opened is looked at again by the next run
      home.catch(() => {
        home = undefined
      })
      return await runThere(job, { host, home: await home, options })
    },
  }
}

type There = { readonly host: HomeHost; readonly home: Home; readonly options: RunOptions }

async function runThere(given: string, { host, home, options }: There): Promise<RunResult> {
  const clock = { now: () => options.clock?.now() ?? Date.now() }
  const startedAt = clock.now()
  let scheduledAt: number | undefined
  const params = options.params ?? {}
  const secretParams = Object.fromEntries(Object.entries(params).filter(([name]) => isSecretName(name)))
  // a command line can be read by every account of a machine: what is secret goes into the file
  const job = substitute(given, secretParams)
  const mask = masker([...secretsOf(job), ...Object.values(secretParams).map(value => new Secret(value))])
  const lines: string[] = []
  const dirty: DirtyRecord[] = []
  let running: HomeProcess | undefined
  let impatient: NodeJS.Timeout | undefined
  const log = new HomeLog({
    ...(options.onProgress ? { onProgress: options.onProgress } : {}),
    onDirty: record => {
      if (dirty.length < KEPT_DIRTY) dirty.push(record)
      options.onDirty?.(record)
    },
    onScheduled: () => {
      scheduledAt = clock.now()
    },
    onDeadGroup: () => {
      impatient ??= setTimeout(() => running?.stop(), home.patience ?? PATIENCE)
    },
  })
  const plain = Object.fromEntries(Object.entries(params).filter(([name]) => !isSecretName(name)))
  let exit: HomeExit = { code: null, signal: null }
  try {
    options.signal?.throwIfAborted()
    await using started = await host.start({
      files: { 'job.json': job, 'logback.xml': LOGBACK },
      command: folder => javaCommand(home, folder, plain),
      signal: options.signal,
    })
    running = started
    const onAbort = (): void => started.stop()
    options.signal?.addEventListener('abort', onAbort, { once: true })
    if (options.signal?.aborted) onAbort()
    try {
      await Promise.all([
        readLines(started.stderr, line => {
          log.line(line)
          const shown = mask(line)
          lines.push(shown)
          if (lines.length > KEPT_LINES) lines.shift()
          options.onLog?.(shown)
        }),
        readText(started.stdout, options.onPrint),
      ])
      exit = await started.exited
    } finally {
      options.signal?.removeEventListener('abort', onAbort)
    }
  } catch (error) {
    if (!options.signal?.aborted) throw error
  } finally {
    clearTimeout(impatient)
  }
  log.end()
  const { counters, uncertain } = log.counters()
  const endedAt = clock.now()
  return {
    ...ending({ exit, log, home, host, mask, lines, stopped: options.signal?.aborted === true }),
    tasks: log.tasks,
    channels: log.channels,
    counters,
    ...(uncertain.length > 0 ? { uncertain } : {}),
    dirty,
    timings: { startedAt, endedAt, total: endedAt - startedAt, transfer: endedAt - (scheduledAt ?? endedAt) },
    log: lines,
  }
}

type Ended = {
  readonly exit: HomeExit
  readonly log: HomeLog
  readonly home: Home
  readonly host: HomeHost
  readonly mask: (text: string) => string
  readonly lines: readonly string[]
  readonly stopped: boolean
}

/** Exit 0 alone is not believed: the statistics must have been printed too. */
function ending({
  exit,
  log,
  home,
  host,
  mask,
  lines,
  stopped,
}: Ended): Pick<RunResult, 'exitCode' | 'errorCode' | 'message' | 'hint'> {
  if (stopped) {
    const { total } = log.counters().counters
    return {
      exitCode: STOPPED_EXIT,
      errorCode: 'Framework-143',
      message: `the job was stopped; its log last told of ${total} records read`,
    }
  }
  if (exit.code === 0 && log.succeeded) return { exitCode: 0 }
  const { failure } = log
  if (exit.code === 127 && !failure)
    throw new AssayError('ASSAY_DATAX_HOME', `${home.java ?? 'java'} could not be started on ${host.name}`, {
      hint: 'Install a Java runtime (Addax needs 17), or name its program in the settings.',
    })
  const how = exit.code === null ? `was ended by ${exit.signal ?? 'something'}` : `ended with ${exit.code}`
  const message = failure?.message ?? `the engine ${how} without its statistics: ${lines.slice(-3).join(' ')}`
  return {
    exitCode: 1,
    ...(failure?.code === undefined ? {} : { errorCode: failure.code }),
    message: mask(message),
    ...(failure ? {} : { hint: 'The log says more.' }),
  }
}

function masker(secrets: readonly Secret[]): (text: string) => string {
  return text => maskJdbcUrl(maskText(text, secrets))
}

async function readLines(stream: Readable, onLine: (line: string) => void): Promise<void> {
  const reader = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })
  reader.on('line', onLine)
  await once(reader, 'close')
}

async function readText(stream: Readable, onText: RunOptions['onPrint']): Promise<void> {
  const decoder = new StringDecoder('utf8')
  for await (const chunk of stream) {
    const text = decoder.write(chunk as Buffer)
    if (text !== '') await onText?.(text)
  }
  const rest = decoder.end()
  if (rest !== '') await onText?.(rest)
}
