import { type Connection, type ConnectionOptions, createConnection } from 'mysql2'
import { killQuery } from '../../../../sql/mysql/cancel.ts'
import type { Endpoint } from '../../../../targets/target.ts'
import { PooledSocket } from '../../../../transfer/copy/pooled-socket.ts'
import { Answer, type Done, PreparedAnswer, type RowSink } from './answer.ts'
import { askForBulk } from './bulk.ts'
import { COMMAND, commandPackets, filePackets, PacketReader } from './packets.ts'

const CONNECT_WITHIN = 4_000
const STOP_WITHIN = 2_000

type Opened = {
  readonly connection: Connection
  readonly login: ConnectionOptions
  readonly socket: PooledSocket
  readonly takesBulk: boolean
}

export type LineOptions = {
  readonly endpoint: Endpoint
  /** Statements that are run first. */
  readonly settings: readonly string[]
  /** Whether a statement may take data from here (LOAD DATA LOCAL). */
  readonly local?: boolean
  /** Whether a MariaDB is asked to take the rows of a prepared statement by the thousand (`bulk`). */
  readonly bulk?: boolean
  readonly signal: AbortSignal
}

/**
 * A connection whose statements and rows are bytes: the driver connects and signs in, then the socket is taken over. Not with TLS, whose
 * socket the driver keeps to itself.
 */
export class MysqlLine implements AsyncDisposable {
  readonly #connection: Connection
  readonly #login: ConnectionOptions
  readonly #socket: PooledSocket
  readonly #reader: PacketReader
  #answer: Answer | PreparedAnswer | undefined
  #lost: Error | undefined

  /** Whether `bulk` can be used. */
  readonly takesBulk: boolean

  private constructor({ connection, login, socket, takesBulk }: Opened) {
    this.takesBulk = takesBulk
    this.#connection = connection
    this.#login = login
    this.#socket = socket
    this.#reader = new PacketReader((bytes, from, to) => this.#answer?.take(bytes, from, to))
  }

  /** Rejects with what the driver or the server said, or with the signal's reason. */
  static async open({ endpoint, settings, local, bulk, signal }: LineOptions): Promise<MysqlLine> {
    const login: ConnectionOptions = {
      ...{ host: endpoint.host, port: endpoint.port, user: endpoint.user, password: endpoint.password.reveal() },
      ...{ database: endpoint.database, charset: 'utf8mb4' },
    }
    const socket = new PooledSocket()
    socket.connect({ host: endpoint.host, port: endpoint.port })
    socket.setNoDelay(true)
    socket.setKeepAlive(true)
    const bulkOf = bulk ? askForBulk(socket) : () => false
    const connection = createConnection({
      ...login,
      ...{
        stream: socket,
        connectTimeout: CONNECT_WITHIN,
        flags: ['-FOUND_ROWS', '-CLIENT_QUERY_ATTRIBUTES', ...(local ? [] : ['-LOCAL_FILES'])],
      },
    })
    const { promise: failed, reject } = Promise.withResolvers<never>()
    failed.catch(() => {})
    connection.on('error', reject)
    const onAbort = (): void => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      await Promise.race([connected(connection), failed])
      for (const text of settings) await Promise.race([run(connection, text), failed])
      const line = new MysqlLine({ connection, login, socket, takesBulk: bulkOf() })
      line.#takeOver()
      return line
    } catch (error) {
      connection.destroy()
      throw error
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  get open(): boolean {
    return this.#lost === undefined
  }

  get socket(): PooledSocket {
    return this.#socket
  }

  /** Runs a statement, whose text may be in pieces. Rejects with the server's error, `errno` and all, or with that of the socket. */
  query(text: readonly Buffer[], sink?: RowSink): Promise<Done> {
    return this.#send(commandPackets(COMMAND.query, text), new Answer(sink))
  }

  /** Makes a statement ready, and resolves with its number. */
  prepare(text: string): Promise<number> {
    return this.#send(commandPackets(COMMAND.prepare, [Buffer.from(text)]), new PreparedAnswer())
  }

  /** Runs a prepared statement once for each of the rows (bulk.ts), all or none. */
  bulk(body: readonly Buffer[]): Promise<Done> {
    return this.#send(commandPackets(COMMAND.bulk, body), new Answer())
  }

  /** Runs a LOAD DATA LOCAL with these data, whatever file the server asks for. */
  load(text: string, data: readonly Buffer[]): Promise<Done> {
    const give = (): void => {
      this.#socket.cork()
      for (const packet of filePackets(data)) this.#socket.write(packet)
      this.#socket.uncork()
    }
    return this.#send(commandPackets(COMMAND.query, [Buffer.from(text)]), new Answer(undefined, give))
  }

  #send<T>(
    packets: readonly Buffer[],
    answer: (Answer | PreparedAnswer) & { done: PromiseWithResolvers<T> },
  ): Promise<T> {
    if (this.#lost) return Promise.reject(this.#lost)
    this.#answer = answer
    this.#socket.cork()
    for (const packet of packets) this.#socket.write(packet)
    this.#socket.uncork()
    return answer.done.promise
  }

  /** Makes the server give up what runs: closing the socket alone would let it go on. */
  async stop(): Promise<void> {
    await killQuery(this.#login, this.#connection.threadId, STOP_WITHIN)
  }

  destroy(): void {
    this.#lose(new Error('the connection was closed'))
    this.#connection.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.destroy()
  }

  #takeOver(): void {
    const socket = this.#socket
    socket.removeAllListeners('data')
    socket.readChunks(({ bytes, release }) => {
      try {
        this.#reader.push(bytes)
        this.#answer?.pause()
      } catch (error) {
        this.#answer?.done.reject(error)
      }
      release()
    })
    const lost = (error?: Error): void => this.#lose(error ?? new Error('the server closed the connection'))
    socket.once('error', lost)
    socket.once('close', () => lost())
    if (socket.destroyed) lost()
  }

  #lose(error: Error): void {
    this.#lost ??= Object.assign(error, { code: 'PROTOCOL_CONNECTION_LOST', fatal: true })
    this.#answer?.done.reject(this.#lost)
  }
}

function connected(connection: Connection): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  connection.connect(error => (error ? reject(error) : resolve()))
  return promise
}

function run(connection: Connection, text: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  connection.query(text, error => (error ? reject(error) : resolve()))
  return promise
}
