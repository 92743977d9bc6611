import type { Socket } from 'node:net'
import pg from 'pg'
import type { Endpoint } from '../../targets/target.ts'
import type { OpenOptions } from '../connect.ts'
import { connectError, connectTimeout } from '../connect-error.ts'
import { sqlResult } from '../result.ts'
import type { SqlResult, SqlValue } from '../session.ts'
import { tlsOf } from '../tls.ts'
import type { Wire } from '../wire.ts'
import { sendCancel } from './cancel.ts'
import { connectFailure, queryError } from './errors.ts'
import { typeName } from './types.ts'
import { bindable, parserOf } from './values.ts'

/** What pg has and its type declarations do not show. */
type Client = pg.Client & {
  readonly connection: {
    readonly stream: Socket
    on(event: 'parameterStatus', listener: (message: ParameterStatus) => void): void
  }
  readonly processID: number
  readonly secretKey: number
}
type ParameterStatus = { readonly parameterName: string; readonly parameterValue: string }

/** Commands whose tag counts rows that were changed; the count of SELECT, FETCH and MOVE is of rows that were read. */
const CHANGING = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'COPY'])

function postgresTls(endpoint: Endpoint): object | false {
  const tls = tlsOf(endpoint)
  if (!tls) return false
  const { verifyIdentity = true, ...rest } = tls
  return { ...rest, ...(verifyIdentity ? {} : { checkServerIdentity: () => undefined }) }
}

/** Opens a connection. Rejects with the ActionErrors of connect-error.ts, or the signal's reason. */
export async function openPostgres(options: OpenOptions): Promise<PostgresWire> {
  const { endpoint, within, signal } = options
  const database = options.database ?? endpoint.user
  const client = new pg.Client({
    host: endpoint.host,
    port: endpoint.port,
    user: endpoint.user,
    // A function, so that an empty password is not replaced by PGPASSWORD or ~/.pgpass
    password: () => endpoint.password.reveal(),
    database,
    ssl: postgresTls(endpoint),
    application_name: options.applicationName,
    client_encoding: 'UTF8',
    // An unset value would be taken from PGOPTIONS
    options: ' ',
    keepAlive: true,
    ...(options.socket ? { stream: options.socket } : {}),
    types: { getTypeParser: parserOf as never },
  }) as Client
  // Errors of an idle connection are met by the next statement; without a listener they would end the process
  client.on('error', () => {})
  let serverVersion = ''
  client.connection.on('parameterStatus', message => {
    if (message.parameterName === 'server_version') serverVersion = message.parameterValue
  })
  const destroy = () => client.connection.stream.destroy()
  let late = false
  const timer = setTimeout(() => {
    late = true
    destroy()
  }, within)
  signal?.addEventListener('abort', destroy, { once: true })
  try {
    await client.connect()
    // Before version 12 floats are printed with 15 digits unless asked for more, and lose bits
    if (Number.parseInt(serverVersion, 10) < 12) await client.query('SET extra_float_digits = 3')
  } catch (error) {
    destroy()
    signal?.throwIfAborted()
    if (late) throw connectTimeout(endpoint, within)
    throw connectError(connectFailure(error, endpoint, database))
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', destroy)
  }
  return new PostgresWire(client, options)
}

/** Use openPostgres. */
export class PostgresWire implements Wire {
  readonly #client: Client
  readonly #options: OpenOptions
  #ended = false

  constructor(client: Client, options: OpenOptions) {
    this.#client = client
    this.#options = options
    // an error outside a statement, as when the server is shut down: the driver takes no more, the socket ends later
    for (const event of ['error', 'end'] as const)
      client.on(event, () => {
        this.#ended = true
      })
  }

  /** The socket itself, for sub-protocols that the driver does not relay (COPY). Take it over only between two statements. */
  get stream(): Socket {
    return this.#client.connection.stream
  }

  get open(): boolean {
    return !this.#ended && !this.#client.connection.stream.destroyed
  }

  async run(text: string, parameters: readonly unknown[] | undefined): Promise<readonly SqlResult[]> {
    try {
      const answer = (await this.#client.query({
        text,
        rowMode: 'array',
        ...(parameters?.length ? { values: parameters.map(bindable) } : {}),
      })) as unknown as pg.QueryArrayResult | pg.QueryArrayResult[]
      return (Array.isArray(answer) ? answer : [answer]).filter(result => result.command !== null).map(toResult)
    } catch (error) {
      // After a FATAL the server closes; the socket may say so only later
      if (error instanceof pg.DatabaseError && ['FATAL', 'PANIC'].includes(error.severity ?? '')) this.#ended = true
      throw queryError(error, text, this.#options.endpoint)
    }
  }

  cancel(within: number): Promise<void> {
    const { host, port } = this.#options.endpoint
    const { processID, secretKey } = this.#client
    return sendCancel(host, port, { processId: processID, secretKey }, within)
  }

  end(): Promise<void> {
    if (!this.#ended) return this.#client.end()
    this.destroy()
    return Promise.resolve()
  }

  destroy(): void {
    this.#client.connection.stream.destroy()
  }
}

function toResult(result: pg.QueryArrayResult): SqlResult {
  return sqlResult({
    columns: result.fields.map(field => ({ name: field.name, type: typeName(field.dataTypeID) })),
    values: result.rows as SqlValue[][],
    affected: CHANGING.has(result.command) ? (result.rowCount ?? 0) : 0,
    command: result.command,
  })
}
