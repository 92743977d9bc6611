import { queryError } from '../../../../sql/mysql/errors.ts'
import { DataxError } from '../../../errors.ts'
import type { Row } from '../../../record/kind.ts'
import type { RecordOutput } from '../../plugin.ts'
import type { ReadOptions } from '../driver.ts'
import { sqlFailure } from '../sql-error.ts'
import type { RowSink } from './answer.ts'
import { MysqlLine } from './line.ts'
import { RowText } from './row-text.ts'

/** Reads a SELECT as the server sends it; the socket rests while the channel is full. `settings` are run first. */
export async function readText(options: ReadOptions, settings: readonly string[], output: RecordOutput): Promise<void> {
  const { endpoint, sql, context } = options
  const { signal } = context
  let line: MysqlLine | undefined
  const { promise: failed, reject: fail } = Promise.withResolvers<never>()
  failed.catch(() => {})
  const onAbort = (): void => fail(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    signal.throwIfAborted()
    line = await MysqlLine.open({ endpoint, settings, signal })
    const sink = new Sink(options, output, line, fail)
    await Promise.race([line.query([Buffer.from(sql)], sink), failed])
    await Promise.race([sink.sent, failed])
  } catch (error) {
    await line?.stop()
    signal.throwIfAborted()
    if (error instanceof DataxError) throw error
    const isSql = error instanceof Error && 'code' in error
    throw isSql ? sqlFailure(queryError(error, sql, endpoint), 'DBUtilErrorCode-07', 'reading failed') : error
  } finally {
    signal.removeEventListener('abort', onAbort)
    line?.destroy()
  }
}

class Sink implements RowSink {
  readonly #options: ReadOptions
  readonly #output: RecordOutput
  readonly #line: MysqlLine
  readonly #fail: (error: unknown) => void
  #text: RowText | undefined
  /** What has been passed on and waits for room. */
  sent: Promise<void> | undefined

  constructor(options: ReadOptions, output: RecordOutput, line: MysqlLine, fail: (error: unknown) => void) {
    this.#options = options
    this.#output = output
    this.#line = line
    this.#fail = fail
  }

  columns(fields: Parameters<RowSink['columns']>[0]): void {
    this.pause()
    const { charset, context } = this.#options
    const dirty = (row: Row, error: unknown): void => this.#output.dirty(row, [], error)
    this.#text = new RowText(fields, { mode: context.mode, dirty, ...(charset ? { charset } : {}) })
  }

  row(bytes: Buffer, from: number, to: number): void {
    this.#text?.row(bytes, from, to)
  }

  pause(): void {
    const batch = this.#text?.take()
    // what DataX counts of another charset only its values tell
    const values = this.#options.charset !== undefined
    const wait = batch && (values ? this.#output.send(batch.rows, batch.kinds) : this.#output.sendText(batch))
    if (!wait) return
    this.#line.socket.pause()
    // what had come before the pause is still given
    const all = this.sent ? Promise.all([this.sent, wait]).then(() => {}) : wait
    this.sent = all
    all.then(() => {
      if (this.sent === all) this.#line.socket.resume()
    }, this.#fail)
  }
}
