import { closeSync, createWriteStream, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Engine } from '../engine/engine.ts'
import type { Configs } from './configs.ts'
import { Failure, notFound } from './failure.ts'
import { type Page, pageOf, pageShape } from './page.ts'
import { now, type Store, type StoredRow } from './store.ts'

const AT_ONCE = 2
const MAX_QUEUED = 500
/** Bytes of a log that one request gives. */
const PIECE = 256 * 1024

export const execInput = z.strictObject({
  id: z.coerce.number().int(),
  params: z.record(z.string().regex(/^\w+$/), z.string()).default({}),
  mode: z.enum(['strict', 'compat']).default('strict'),
})
export const logsInput = z.strictObject({
  ...pageShape,
  config_id: z.coerce.number().int().optional(),
  status: z.enum(['queued', 'running', 'succeeded', 'failed', 'canceled', 'interrupted']).optional(),
})
export const logInput = z.strictObject({ id: z.coerce.number().int(), from: z.coerce.number().int().min(0).optional() })

const SHOWN = 'id, config_id, exec_name, exec_result, insert_time, status, end_time, counters'

/** Table exec_log: runs of configs in the background, so many at once, each with a log file of its own. */
export class Executions implements AsyncDisposable {
  readonly #store: Store
  readonly #configs: Configs
  readonly #engine: Engine
  readonly #folder: string
  readonly #stops = new Map<number, AbortController>()
  readonly #queue: { readonly id: number; readonly run: () => Promise<void> }[] = []
  readonly #running = new Set<Promise<void>>()

  constructor(options: {
    readonly store: Store
    readonly configs: Configs
    readonly engine: Engine
    readonly folder: string
  }) {
    this.#store = options.store
    this.#configs = options.configs
    this.#engine = options.engine
    this.#folder = options.folder
    this.#markInterrupted()
  }

  /** Returns at once; the run waits its turn. */
  exec({ id: configId, params, mode }: z.infer<typeof execInput>): StoredRow {
    const { name, text } = this.#configs.text(configId)
    if (this.#queue.length >= MAX_QUEUED)
      throw new Failure(429, 'queue_full', `${this.#queue.length} executions are waiting`)
    const { id } = this.#store.run(
      "insert into exec_log (config_id, exec_name, insert_time, status, log_file, owner) values (?, ?, ?, 'queued', '', ?)",
      ...[configId, `datax run ${name}`, now(), process.pid],
    )
    const file = join(this.#folder, `${configId}-${id}.log`)
    this.#store.run('update exec_log set log_file = ? where id = ?', file, id)
    const stop = new AbortController()
    this.#stops.set(id, stop)
    this.#queue.push({ id, run: () => this.#run(id, { text, params, mode, file, stop }) })
    this.#next()
    return this.#shown(id)
  }

  /** Stops a run that goes on, or takes one that waits from the queue. */
  cancel(id: number): StoredRow {
    const row = this.#shown(id)
    const stop = this.#stops.get(id)
    if (!stop) throw new Failure(409, 'not_running', `execution ${id} is ${row.status}`)
    stop.abort(new Error('canceled'))
    const waiting = this.#queue.findIndex(one => one.id === id)
    if (waiting >= 0) {
      this.#queue.splice(waiting, 1)
      this.#stops.delete(id)
      this.#finish(id, 'canceled', 'canceled before it began', null)
    }
    return this.#shown(id)
  }

  logs({ page, pageSize, ...where }: z.infer<typeof logsInput>): Page {
    return pageOf(this.#store, 'exec_log', { columns: SHOWN, where, page, pageSize })
  }

  /** A piece of a run's log, from a byte or from near the end; `next` is where to go on. */
  log({ id, from }: z.infer<typeof logInput>): Readonly<Record<string, unknown>> {
    const row = this.#store.one('select log_file, status from exec_log where id = ?', id)
    if (!row) throw notFound('execution', id)
    const piece = readPiece(String(row.log_file), from)
    return { id, status: row.status, running: ['queued', 'running'].includes(String(row.status)), ...piece }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { id } of this.#queue.splice(0)) this.#finish(id, 'interrupted', 'the server was stopped', null)
    for (const stop of this.#stops.values()) stop.abort(new Error('the server stops'))
    await Promise.allSettled(this.#running)
  }

  #next(): void {
    while (this.#running.size < AT_ONCE) {
      const next = this.#queue.shift()
      if (!next) return
      const run = next.run().finally(() => {
        this.#running.delete(run)
        this.#stops.delete(next.id)
        this.#next()
      })
      this.#running.add(run)
    }
  }

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
    this.#store.run("update exec_log set status = 'running' where id = ?", id)
    const log = createWriteStream(how.file, { flags: 'a', mode: 0o600 })
    log.on('error', () => {})
    try {
      const result = await this.#engine.run(how.text, {
        ...{ params: how.params, mode: how.mode, signal: how.stop.signal },
        onLog: line => log.write(`${line}\n`),
        onPrint: printed => {
          log.write(printed)
        },
      })
      await new Promise<void>(resolve => log.end(resolve))
      const { counters } = result
      const kept = JSON.stringify(counters, (_, value) => (typeof value === 'bigint' ? String(value) : value))
      const status = result.exitCode === 0 ? 'succeeded' : how.stop.signal.aborted ? 'canceled' : 'failed'
      const said =
        result.exitCode === 0 ? `${counters.written} records written` : `${result.errorCode}: ${result.message}`
      this.#finish(id, status, said, kept)
    } catch (error) {
      log.destroy()
      this.#finish(id, 'failed', (error as Error).message, null)
    }
  }

  #finish(id: number, status: string, said: string, counters: string | null): void {
    this.#store.run(
      'update exec_log set status = ?, exec_result = ?, counters = ?, end_time = ? where id = ?',
      status,
      said,
      counters,
      now(),
      id,
    )
  }

  #shown(id: number): StoredRow {
    const row = this.#store.one(`select ${SHOWN} from exec_log where id = ?`, id)
    if (!row) throw notFound('execution', id)
    return row
  }

  /** Runs of a server that has gone will never end. */
  #markInterrupted(): void {
    for (const { id, owner } of this.#store.all("select id, owner from exec_log where status in ('queued', 'running')"))
      if (Number(owner) === process.pid || !alive(Number(owner)))
        this.#finish(Number(id), 'interrupted', 'the server ended before the run did', null)
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function readPiece(file: string, from: number | undefined): { text: string; from: number; next: number; size: number } {
  let descriptor: number
  try {
    descriptor = openSync(file, 'r')
  } catch (error) {
    // one that waits has none yet
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { text: '', from: 0, next: 0, size: 0 }
    throw error
  }
  try {
    const { size } = fstatSync(descriptor)
    const start = Math.min(from ?? Math.max(0, size - PIECE), size)
    const buffer = Buffer.alloc(Math.min(PIECE, size - start))
    const read = readSync(descriptor, buffer, 0, buffer.length, start)
    // not in the middle of a character: its first bytes come with the next piece
    const end = start + read < size ? wholeCharacters(buffer.subarray(0, read)) : read
    return { text: buffer.toString('utf8', 0, end), from: start, next: start + end, size }
  } finally {
    closeSync(descriptor)
  }
}

function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(4, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number
    if ((byte & 0xc0) === 0x80) continue
    const length = byte < 0x80 ? 1 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
    return length > back ? bytes.length - back : bytes.length
  }
  return bytes.length
}
