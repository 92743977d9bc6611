import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AssayError } from '../../errors.ts'
import { lineSplitter } from './protocol.ts'

export type StartKeeperOptions = {
  /** Path of assay.config.ts. */
  readonly config: string
  readonly log?: (text: string) => void
  /** What all targets together may use. Default: ASSAY_MEMORY_MB, else half of what is free, at least 1 GB. */
  readonly memoryMb?: number
  /** Milliseconds that a lease waits for a free instance. Default 10 minutes. */
  readonly waitWithin?: number
}

/** What the keeper process gets on its command line. */
export type KeeperOptions = { readonly config: string; readonly memoryMb: number; readonly waitWithin: number }

export type RunningKeeper = AsyncDisposable & {
  /** Path of its unix socket; workers get it as ASSAY_KEEPER_SOCKET. */
  readonly socket: string
  readonly pid: number
  /** Resolves when the process has ended, for whatever reason. */
  readonly gone: Promise<void>
  /** Ends every server, then the keeper; resolves when it has gone. */
  stop(): Promise<void>
}

const START_WITHIN = 15_000
const STOP_WITHIN = 8_000

/** Starts the keeper of a run. It ends with this process, however this process ends. */
export async function startKeeper(options: StartKeeperOptions): Promise<RunningKeeper> {
  const { config, log = () => {}, waitWithin = 600_000 } = options
  const memoryMb = options.memoryMb ?? defaultMemory()
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const main = fileURLToPath(new URL(`./main.${extension}`, import.meta.url))
  const given: KeeperOptions = { config, memoryMb, waitWithin }
  // A session of its own: Ctrl-C reaches the run, not its servers.
  const child = spawn(process.execPath, [main, JSON.stringify(given)], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      VITEST: '',
      NODE_COMPILE_CACHE: join(dirname(config), 'node_modules/.cache/assay'),
    },
  })
  const last: string[] = []
  child.stderr.setEncoding('utf8').on(
    'data',
    lineSplitter(line => {
      last.push(line)
      if (last.length > 12) last.shift()
      log(line)
    }),
  )
  child.stdin.on('error', () => {})
  const gone = new Promise<void>(resolve => child.once('close', () => resolve()))
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const fail = (what: string): void =>
    reject(new AssayError('ASSAY_KEEPER_LOST', `the keeper ${what}:\n${last.join('\n')}`))
  const timer = setTimeout(() => fail(`was not up within ${START_WITHIN / 1000} s`), START_WITHIN)
  child.once('error', error => fail(`could not be started (${error.message})`))
  child.once('close', code => fail(`ended while it was being started (exit code ${code})`))
  child.stdout.setEncoding('utf8').on(
    'data',
    lineSplitter(line => resolve(JSON.parse(line).socket)),
  )
  const stop = async (): Promise<void> => {
    child.stdin.end()
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN)
    await gone
    clearTimeout(late)
  }
  try {
    const socket = await promise
    // Whoever only holds a keeper need not be kept alive by it.
    child.unref()
    for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as unknown as { unref(): void }).unref()
    return { socket, pid: child.pid as number, gone, stop, [Symbol.asyncDispose]: stop }
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  } finally {
    clearTimeout(timer)
  }
}

function defaultMemory(): number {
  const set = Number(process.env.ASSAY_MEMORY_MB)
  if (set > 0) return set
  return Math.max(1024, Math.floor(process.availableMemory() / 2 / 1024 / 1024))
}
