import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Engine, RunOptions, RunResult } from '../engine/engine.ts'
import type { FromWorker, ToWorker } from './worker-messages.ts'

/** Milliseconds that a job has to stop by itself. */
const STOP_WITHIN = 15_000
const STOPPED_EXIT = 143

/**
 * The in-process engine in threads of its own: a job that is busy does not keep requests waiting, one that dies takes nothing with it, and
 * one that does not stop when it is told to is ended.
 */
export class WorkerEngine implements Engine, AsyncDisposable {
  readonly name = 'in-process'
  readonly #idle: Worker[] = []
  readonly #all = new Set<Worker>()

  async run(job: string, options: RunOptions = {}): Promise<RunResult> {
    const worker = this.#idle.pop() ?? this.#start()
    worker.ref()
    const startedAt = Date.now()
    const ended = Promise.withResolvers<RunResult>()
    let late: NodeJS.Timeout | undefined
    const tell = (message: ToWorker): void => worker.postMessage(message)
    const onMessage = (message: FromWorker): void => {
      if (message.kind === 'log') options.onLog?.(message.line)
      else if (message.kind === 'progress') options.onProgress?.(message.progress)
      else if (message.kind === 'result') ended.resolve(message.result)
      else void Promise.resolve(options.onPrint?.(message.text)).finally(() => tell({ kind: 'printed' }))
    }
    const onError = (error: Error): void => ended.reject(new Error(`the job's thread died: ${error.message}`))
    const onExit = (): void => {
      if (options.signal?.aborted) ended.resolve(stopped(startedAt))
      else ended.reject(new Error('the thread of the job has gone'))
    }
    const onAbort = (): void => {
      tell({ kind: 'stop', reason: String((options.signal?.reason as Error)?.message) })
      late = setTimeout(() => void worker.terminate(), STOP_WITHIN)
    }
    worker.on('message', onMessage).on('error', onError).on('exit', onExit)
    options.signal?.addEventListener('abort', onAbort, { once: true })
    try {
      tell({ kind: 'run', job, mode: options.mode ?? 'strict', params: options.params ?? {} })
      if (options.signal?.aborted) onAbort()
      const result = await ended.promise
      if (this.#all.has(worker)) this.#idle.push(worker)
      return result
    } finally {
      clearTimeout(late)
      options.signal?.removeEventListener('abort', onAbort)
      worker.off('message', onMessage).off('error', onError).off('exit', onExit)
      worker.unref()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#all].map(worker => worker.terminate()))
  }

  #start(): Worker {
    const file = new URL(`./run-worker${extname(import.meta.filename)}`, import.meta.url)
    // what the parent was started with (a debugger, a test runner's loader) is not for it
    const worker = new Worker(file, { execArgv: [] })
    this.#all.add(worker)
    worker.once('exit', () => {
      this.#all.delete(worker)
      const at = this.#idle.indexOf(worker)
      if (at >= 0) this.#idle.splice(at, 1)
    })
    // one that dies while it is idle is simply gone
    worker.on('error', () => {})
    return worker
  }
}

function stopped(startedAt: number): RunResult {
  const none = { read: 0n, readBytes: 0n, readFailed: 0n, writeFailed: 0n, written: 0n, total: 0n, failed: 0n }
  const endedAt = Date.now()
  const timings = { startedAt, endedAt, total: endedAt - startedAt, transfer: 0 }
  return {
    ...{ exitCode: STOPPED_EXIT, errorCode: 'Framework-143', tasks: 0, channels: 0, counters: none },
    message: `the job did not stop by itself within ${STOP_WITHIN / 1000} s, and was ended; what it had written is not known`,
    ...{ dirty: [], timings, log: [] },
  }
}
