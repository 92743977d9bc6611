import { type Connection, createConnection, type FieldPacket } from 'mysql2'
import { killQuery } from '../../../../sql/mysql/cancel.ts'
import { queryError } from '../../../../sql/mysql/errors.ts'
import { typeName } from '../../../../sql/mysql/types.ts'
import { mysqlTls } from '../../../../sql/mysql/wire.ts'
import { DataxError } from '../../../errors.ts'
import type { Mode } from '../../../record/convert.ts'
import type { Kind, Row, Value } from '../../../record/kind.ts'
import type { RecordOutput } from '../../plugin.ts'
import type { ReadOptions } from '../driver.ts'
import { sqlFailure } from '../sql-error.ts'
import { mysqlKind } from './columns.ts'
import { zeroDate } from './zero-date.ts'

const BATCH = 512
const STOP_WITHIN = 2_000

type Decode = (bytes: Buffer) => Value

/** Reads a SELECT row by row as the server sends it: nothing is buffered but one batch. `settings` are run first. */
export async function streamRows(
  options: ReadOptions,
  settings: readonly string[],
  output: RecordOutput,
): Promise<void> {
  const { endpoint, sql, context } = options
  const login = {
    ...{ host: endpoint.host, port: endpoint.port, user: endpoint.user, password: endpoint.password.reveal() },
    ...{ database: endpoint.database, charset: 'utf8mb4', ssl: mysqlTls(endpoint) },
  }
  const connection = createConnection({ ...login, rowsAsArray: true, typeCast: false, enableKeepAlive: true })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  promise.catch(() => {})
  connection.on('error', reject)
  const onAbort = (): void => reject(context.signal.reason)
  context.signal.addEventListener('abort', onAbort, { once: true })
  try {
    for (const text of settings) await Promise.race([run(connection, text), promise])
    const reading = new Reading(connection, options, output, reject)
    reading.start(resolve)
    await promise
    await reading.done()
  } catch (error) {
    // closing the socket alone would let the server go on
    if (connection.threadId > 0) await killQuery(login, connection.threadId, STOP_WITHIN)
    context.signal.throwIfAborted()
    if (error instanceof DataxError) throw error
    const isSql = error instanceof Error && 'code' in error
    throw isSql ? sqlFailure(queryError(error, sql, endpoint), 'DBUtilErrorCode-07', 'reading failed') : error
  } finally {
    context.signal.removeEventListener('abort', onAbort)
    connection.destroy()
  }
}

function run(connection: Connection, text: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  connection.query(text, error => (error ? reject(error) : resolve()))
  return promise
}

class Reading {
  readonly #connection: Connection
  readonly #options: ReadOptions
  readonly #output: RecordOutput
  readonly #fail: (error: unknown) => void
  #kinds: readonly Kind[] = []
  #decoders: readonly Decode[] = []
  #nulls: readonly (false | '0' | null)[] = []
  #rows: Row[] = []
  #sending: Promise<void> | undefined

  constructor(connection: Connection, options: ReadOptions, output: RecordOutput, fail: (error: unknown) => void) {
    this.#connection = connection
    this.#options = options
    this.#output = output
    this.#fail = fail
  }

  start(end: () => void): void {
    const query = this.#connection.query(this.#options.sql)
    query.on('fields', (fields: FieldPacket[]) => this.#guard(() => this.#describe(fields)))
    query.on('result', row => this.#guard(() => this.#take(row as unknown as (Buffer | null)[])))
    query.on('error', this.#fail)
    query.on('end', end)
  }

  async done(): Promise<void> {
    await this.#sending
    if (this.#rows.length > 0) await this.#output.send(this.#rows, this.#kinds)
  }

  #guard(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#fail(error)
    }
  }

  #describe(fields: readonly FieldPacket[]): void {
    const { charset, context } = this.#options
    const { mode } = context
    this.#kinds = fields.map(field => mysqlKind(field.name, typeName(field), field.columnLength ?? 0))
    this.#decoders = this.#kinds.map((kind, index) =>
      decoderOf(kind, typeName(fields[index] as FieldPacket), { mode, charset }),
    )
    // DataX reads a null of a bit as false, and of a year as 0
    this.#nulls = this.#kinds.map((kind, index) => {
      if (mode === 'strict') return null
      return kind === 'BOOL' ? false : typeName(fields[index] as FieldPacket) === 'year' ? '0' : null
    })
  }

  #take(cells: (Buffer | null)[]): void {
    const row: Row = new Array(cells.length)
    try {
      for (let index = 0; index < cells.length; index++) {
        const cell = cells[index] as Buffer | null
        row[index] = cell === null ? (this.#nulls[index] ?? null) : (this.#decoders[index] as Decode)(cell)
      }
    } catch (error) {
      const raw = cells.map(cell => (cell === null ? null : cell.toString('utf8')))
      this.#output.dirty(raw, [], error)
      return
    }
    this.#rows.push(row)
    if (this.#rows.length < BATCH) return
    const rows = this.#rows
    this.#rows = []
    const wait = this.#output.send(rows, this.#kinds)
    if (!wait) return
    this.#connection.pause()
    // packets that had come before the pause are still given
    const all = this.#sending ? Promise.all([this.#sending, wait]).then(() => {}) : wait
    this.#sending = all
    all.then(() => {
      if (this.#sending === all) this.#connection.resume()
    }, this.#fail)
  }
}

function decoderOf(
  kind: Kind,
  type: string,
  { mode, charset }: { readonly mode: Mode; readonly charset: ReadOptions['charset'] },
): Decode {
  switch (kind) {
    case 'LONG':
    case 'DOUBLE':
      return bytes => bytes.toString('latin1')
    case 'BOOL':
      return bytes => bytes.some(byte => byte !== 0)
    case 'BYTES':
      return bytes => Buffer.from(bytes)
    case 'STRING':
      return charset && /char$|text$/.test(type) ? charset : bytes => bytes.toString('utf8')
    default:
      return bytes => dateText(bytes.toString('latin1'), type, mode)
  }
}

/** Digits beyond milliseconds are lost in DataX, and a date of zeros becomes null; strict keeps the ones, and refuses the other. */
function dateText(text: string, type: string, mode: Mode): string | null {
  if (type !== 'time' && /^\d{4}-00|^\d{4}-\d\d-00/.test(text)) {
    if (mode === 'compat') return null
    throw zeroDate(text)
  }
  return mode === 'compat' ? text.replace(/(\.\d{3})\d+$/, '$1') : text
}
