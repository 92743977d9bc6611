import {
  type Connection,
  type ConnectionOptions,
  createConnection,
  type FieldPacket,
  type ResultSetHeader,
} from 'mysql2'
import type { Endpoint } from '../../targets/target.ts'
import type { OpenOptions } from '../connect.ts'
import { connectError, connectTimeout } from '../connect-error.ts'
import { sqlResult } from '../result.ts'
import type { SqlResult, SqlValue } from '../session.ts'
import { type TlsOptions, tlsOf } from '../tls.ts'
import type { Wire } from '../wire.ts'
import { killQuery } from './cancel.ts'
import { commandsOf } from './commands.ts'
import { connectFailure, queryError } from './errors.ts'
import { typeName } from './types.ts'
import { bindable, fillFractions, readBinary, readText } from './values.ts'

type Rows = SqlValue[][]
type Fields = readonly FieldPacket[]

/** For mysql2, which looks at the name of a certificate only when it is told to. */
export function mysqlTls(endpoint: Endpoint): TlsOptions | undefined {
  const tls = tlsOf(endpoint)
  return tls && { ...tls, verifyIdentity: tls.rejectUnauthorized && tls.verifyIdentity !== false }
}

function settings(options: OpenOptions): ConnectionOptions {
  const { endpoint } = options
  return {
    host: endpoint.host,
    port: endpoint.port,
    user: endpoint.user,
    password: endpoint.password.reveal(),
    database: options.database,
    ssl: mysqlTls(endpoint),
    charset: 'utf8mb4',
    multipleStatements: true,
    rowsAsArray: true,
    supportBigNumbers: true,
    dateStrings: true,
    jsonStrings: true,
    // Without this flag the server counts the rows that changed, not those that matched
    flags: ['-FOUND_ROWS'],
    connectAttributes: { program_name: options.applicationName },
    enableKeepAlive: true,
    // The deadline is ours: the driver's covers only a part of the handshake
    connectTimeout: 0,
    typeCast: readText,
  }
}

/** Opens a connection. Rejects with the ActionErrors of connect-error.ts, or the signal's reason. */
export async function openMysql(options: OpenOptions): Promise<Wire> {
  const { endpoint, within, signal } = options
  const connectionSettings = settings(options)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const connection = createConnection(connectionSettings)
  // Errors of an idle connection are met by the next statement; without a listener they would end the process
  connection.on('error', error => reject(error))
  connection.connect(error => (error ? reject(error) : resolve()))
  const timer = setTimeout(() => reject(connectTimeout(endpoint, within)), within)
  const onAbort = () => reject(signal?.reason)
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    await promise
  } catch (error) {
    connection.destroy()
    signal?.throwIfAborted()
    if (error instanceof Error && error.name === 'ActionError') throw error
    throw connectError(connectFailure(error, endpoint, options.database))
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
  return new MysqlWire(connection, connectionSettings, options)
}

class MysqlWire implements Wire {
  readonly #connection: Connection
  readonly #settings: ConnectionOptions
  readonly #options: OpenOptions
  #fail: ((error: Error) => void) | undefined
  #lost = false

  constructor(connection: Connection, connectionSettings: ConnectionOptions, options: OpenOptions) {
    this.#connection = connection
    this.#settings = connectionSettings
    this.#options = options
    connection.on('end', () => {
      this.#lost = true
    })
    connection.on('error', error => {
      this.#lost = true
      this.#fail?.(error)
    })
  }

  get open(): boolean {
    return !this.#lost
  }

  async run(text: string, parameters: readonly unknown[] | undefined): Promise<readonly SqlResult[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly SqlResult[]>()
    this.#fail = reject
    const done = (error: Error | null, answer: unknown, fields: unknown) => {
      if (error) reject(error)
      else resolve(toResults(answer, fields, commandsOf(text)))
    }
    try {
      if (parameters?.length) {
        this.#connection.execute({ sql: text, values: parameters.map(bindable), typeCast: readBinary } as never, done)
      } else this.#connection.query(text, done)
      return await promise
    } catch (error) {
      if ((error as { fatal?: boolean }).fatal) this.#lost = true
      throw queryError(error, text, this.#options.endpoint)
    } finally {
      this.#fail = undefined
    }
  }

  cancel(within: number): Promise<void> {
    return killQuery(this.#settings, this.#connection.threadId, within)
  }

  end(): Promise<void> {
    if (this.#lost) {
      this.#connection.destroy()
      return Promise.resolve()
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#connection.end(() => resolve())
    return promise
  }

  destroy(): void {
    this.#lost = true
    this.#connection.destroy()
    // The driver leaves the statement of a destroyed connection unanswered
    this.#fail?.(
      Object.assign(new Error('the connection was closed'), { code: 'PROTOCOL_CONNECTION_LOST', fatal: true }),
    )
  }
}

/** The driver gives one answer bare and several in a list; a list of fields that holds lists or gaps is of several. */
function toResults(answer: unknown, fields: unknown, commands: readonly string[]): readonly SqlResult[] {
  const several = Array.isArray(fields) && fields.some(field => field === undefined || Array.isArray(field))
  const answers = several ? (answer as unknown[]) : [answer]
  const headers = several ? (fields as (Fields | undefined)[]) : [fields as Fields | undefined]
  const named = commands.length === answers.length
  return answers.map((one, index) => toResult(one, headers[index], named ? commands[index] : undefined))
}

function toResult(answer: unknown, fields: Fields | undefined, command: string | undefined): SqlResult {
  if (!Array.isArray(answer)) {
    const affected = (answer as ResultSetHeader).affectedRows
    return sqlResult({ columns: [], values: [], affected, command: command ?? '' })
  }
  const columns = (fields ?? []).map(field => ({ name: field.name, type: typeName(field) }))
  fillFractions(answer as Rows, fields ?? [])
  return sqlResult({ columns, values: answer as Rows, affected: 0, command: command ?? 'SELECT' })
}
