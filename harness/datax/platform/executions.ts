import { join } from 'node:path'
import type { z } from 'zod'
import { maskText } from '../../log/mask-text.ts'
import type { Engine, RunResult } from '../engine/engine.ts'
import { maskJdbcUrl } from '../job/jdbc-url.ts'
import type { Configs } from './configs.ts'
import type { execInput, logInput, logsInput } from './execution-input.ts'
import { ExecutionRows, type RunEnd, SHOWN, type ShownExecution, type State, shownExecution } from './execution-rows.ts'
import { Failure, notFound } from './failure.ts'
import { secretVariables } from './job-secrets.ts'
import { claimOwner, mayLive } from './owner.ts'
import { type Page, pageOf } from './paging.ts'
import { RunLog, readPiece } from './run-log.ts'
import { RunQueue } from './run-queue.ts'
import type { Store } from './store.ts'

/** Milliseconds between two looks at what other servers ask for. */
const LOOK_EVERY = 250

/** Why a run is stopped. */
class Stop extends Error {
  readonly status: State

  constructor(status: 'canceled' | 'interrupted', message: string) {
    super(message)
    this.status = status
  }
}

export type ExecutionOptions = {
  readonly store: Store
  readonly configs: Configs
  readonly engine: Engine
  /** Of the logs. */
  readonly folder: string
  readonly atOnce: number
  readonly mayWait: number
}

/** Table exec_log: runs of configs in the background, so many at once, each with a log file of its own. */
export class Executions implements AsyncDisposable {
  readonly #options: ExecutionOptions
  readonly #rows: ExecutionRows
  readonly #queue: RunQueue
  readonly #stops = new Map<number, AbortController>()
  readonly #owner = claimOwner()
  readonly #look: NodeJS.Timeout
  /** Ends that could not be stored yet. */
  readonly #unstored = new Map<number, RunEnd>()

  constructor(options: ExecutionOptions) {
    this.#options = options
    this.#rows = new ExecutionRows(options.store)
    this.#queue = new RunQueue(options)
    this.#markInterrupted()
    this.#look = setInterval(() => this.#lookAround(), LOOK_EVERY).unref()
  }

  /** Returns at once; the run waits its turn. */
  exec({ id: configId, params, mode }: z.infer<typeof execInput>): ShownExecution {
    const { name, text } = this.#options.configs.text(configId)
    if (this.#queue.isFull) throw new Failure('queue_full', `${this.#queue.length} executions are waiting`)
    const isSecret = secretVariables(text)
    const variables = Object.entries(params).map(([key, value]) => ` -D${key}=${isSecret(key) ? '***' : value}`)
    const fileOf = (id: number): string => join(this.#options.folder, `${configId}-${id}.log`)
    const command = `datax run ${name}${mode === 'compat' ? ' --mode compat' : ''}${maskText(variables.join(''))}`
    const id = this.#rows.add({ configId, command, owner: this.#owner.name, fileOf })
    const stop = new AbortController()
    this.#stops.set(id, stop)
    this.#queue.add(id, () => this.#run(id, { text, params, mode, file: fileOf(id), stop }))
    return this.#rows.shown(id)
  }

  /** Stops a run that goes on, or takes one that waits from the queue. One of another server is stopped by that. */
  cancel(id: number): ShownExecution {
    const { status } = this.#rows.shown(id)
    if (!this.#rows.wantStop(id)) throw new Failure('not_running', `execution ${id} is ${status}`)
    this.#stop(id)
    return this.#rows.shown(id)
  }

  logs({ page, pageSize, id, config_id, status, since, until }: z.infer<typeof logsInput>): Page<ShownExecution> {
    const moment = (given: string | undefined): string | undefined => given && new Date(given).toISOString()
    const times = { 'insert_time >= ?': moment(since), 'insert_time < ?': moment(until) }
    const where = { 'id = ?': id, 'config_id = ?': config_id, 'status = ?': status, ...times }
    const found = pageOf(this.#options.store, 'exec_log', { columns: SHOWN, where, page, pageSize })
    return { ...found, rows: found.rows.map(shownExecution) }
  }

  /** A piece of a run's log, from a byte or from near the end; `next` is where to go on. */
  log({ id, from, limit }: z.infer<typeof logInput>): ShownExecution {
    const row = this.#options.store.one('select log_file from exec_log where id = ?', id)
    if (!row) throw notFound('execution', id)
    // the state first: what is written between the two is read again, and not missed
    const { status, progress } = this.#rows.shown(id)
    const running = status === 'queued' || status === 'running'
    return { id, status, running, progress, ...readPiece(String(row.log_file), { from, limit, live: running }) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#look)
    const ended = new Stop('interrupted', 'the server was stopped')
    for (const id of this.#queue.clear()) this.#rows.finish(id, { status: ended.status, said: ended.message })
    for (const stop of this.#stops.values()) stop.abort(ended)
    await this.#queue.idle()
    this.#quietly(() => this.#storeEnds())
    this.#owner.release()
  }

  #stop(id: number): void {
    const stop = this.#stops.get(id)
    if (!stop || stop.signal.aborted) return
    stop.abort(new Stop('canceled', 'canceled'))
    if (!this.#queue.remove(id)) return
    this.#stops.delete(id)
    this.#rows.finish(id, { status: 'canceled', said: 'canceled before it began' })
  }

  /** Never rejects. */
  async #run(
    id: number,
    how: {
      readonly text: string
      readonly params: Readonly<Record<string, string>>
      readonly mode: 'strict' | 'compat'
      readonly file: string
      readonly stop: AbortController
    },
  ): Promise<void> {
    const { signal } = how.stop
    const log = new RunLog(how.file)
    let ended: RunEnd
    try {
      this.#rows.begin(id)
      const result = await this.#options.engine.run(how.text, {
        ...{ params: how.params, mode: how.mode, signal },
        onLog: line => void log.write(`${line}\n`),
        onPrint: printed => log.write(printed),
        onProgress: progress => this.#quietly(() => this.#rows.progress(id, progress)),
      })
      ended = outcome(result, signal)
    } catch (error) {
      ended = { status: 'failed', said: maskJdbcUrl(maskText((error as Error).message)) }
    }
    await log.close()
    if (log.failure) ended = { ...ended, said: `${ended.said} (its log is not whole: ${log.failure.message})` }
    this.#stops.delete(id)
    this.#unstored.set(id, ended)
    this.#quietly(() => this.#storeEnds())
  }

  #storeEnds(): void {
    for (const [id, ended] of this.#unstored) {
      this.#rows.finish(id, ended)
      this.#unstored.delete(id)
    }
  }

  #lookAround(): void {
    this.#quietly(() => {
      this.#storeEnds()
      for (const id of this.#rows.stopWanted(this.#owner.name)) this.#stop(id)
      this.#markInterrupted()
    })
  }

  /** Runs of a server that has gone will never end. */
  #markInterrupted(): void {
    for (const { id, owner } of this.#rows.unfinished())
      if (!mayLive(owner)) this.#rows.finish(id, { status: 'interrupted', said: 'the server ended before the run did' })
  }

  /** Another server may hold the database longer than one waits for it: that must not end this one. */
  #quietly(work: () => void): void {
    try {
      work()
    } catch (error) {
      process.emitWarning(`the platform's database: ${(error as Error).message}`)
    }
  }
}

function outcome({ exitCode, errorCode, message, counters }: RunResult, { reason }: AbortSignal): RunEnd {
  if (exitCode === 0) return { status: 'succeeded', said: `${counters.written} records written`, counters }
  const said = `${errorCode}: ${message}`
  if (reason instanceof Stop) return { status: reason.status, said: `${reason.message}; ${said}`, counters }
  return { status: 'failed', said, counters }
}
