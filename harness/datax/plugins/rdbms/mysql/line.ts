import { type Connection, type ConnectionOptions, createConnection, type FieldPacket } from 'mysql2'
import { killQuery } from '../../../../sql/mysql/cancel.ts'
import type { Endpoint } from '../../../../targets/target.ts'
import { PooledSocket } from '../../../../transfer/copy/pooled-socket.ts'
import { filePackets, PacketReader, PayloadReader, queryPackets } from './packets.ts'

/** First bytes of payloads (MySQL documentation, "Text Protocol"). */
const OK = 0x00
const ERROR = 0xff
const LOCAL_FILE = 0xfb
const END = 0xfe
const MORE_RESULTS = 8
/** Bytes of a column's description behind its names. */
const TAIL = 12
const CONNECT_WITHIN = 4_000
const STOP_WITHIN = 2_000

/** What a statement changed, and how often the server had something to say about it. */
export type Done = { readonly affected: number; readonly warnings: number }

/** What comes of a statement that gives rows. */
export interface RowSink {
  columns(fields: readonly FieldPacket[]): void
  /** One row: length-encoded texts. */
  row(bytes: Buffer, from: number, to: number): void
  /** All that came at once has been told. */
  pause(): void
}

export type LineOptions = {
  readonly endpoint: Endpoint
  /** Statements that are run first. */
  readonly settings: readonly string[]
  /** Whether a statement may take data from here (LOAD DATA LOCAL). */
  readonly local?: boolean
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
  #answer: Answer | undefined
  #lost: Error | undefined

  private constructor(connection: Connection, login: ConnectionOptions, socket: PooledSocket) {
    this.#connection = connection
    this.#login = login
    this.#socket = socket
    this.#reader = new PacketReader((bytes, from, to) => this.#answer?.take(bytes, from, to))
  }

  /** Rejects with what the driver or the server said, or with the signal's reason. */
  static async open({ endpoint, settings, local, signal }: LineOptions): Promise<MysqlLine> {
    const login: ConnectionOptions = {
      ...{ host: endpoint.host, port: endpoint.port, user: endpoint.user, password: endpoint.password.reveal() },
      ...{ database: endpoint.database, charset: 'utf8mb4' },
    }
    const socket = new PooledSocket()
    socket.connect({ host: endpoint.host, port: endpoint.port })
    socket.setNoDelay(true)
    socket.setKeepAlive(true)
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
      const line = new MysqlLine(connection, login, socket)
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
    return this.#send(text, new Answer(sink))
  }

  /** Runs a LOAD DATA LOCAL with these data, whatever file the server asks for. */
  load(text: string, data: readonly Buffer[]): Promise<Done> {
    const give = (): void => {
      this.#socket.cork()
      for (const packet of filePackets(data)) this.#socket.write(packet)
      this.#socket.uncork()
    }
    return this.#send([Buffer.from(text)], new Answer(undefined, give))
  }

  #send(text: readonly Buffer[], answer: Answer): Promise<Done> {
    if (this.#lost) return Promise.reject(this.#lost)
    this.#answer = answer
    this.#socket.cork()
    for (const packet of queryPackets(text)) this.#socket.write(packet)
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
        this.#answer?.sink?.pause()
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

/** The answer to one statement: no rows, or columns and rows, and perhaps more such results. */
class Answer {
  readonly sink: RowSink | undefined
  readonly done = Promise.withResolvers<Done>()
  /** Gives the data of a LOAD DATA LOCAL. */
  readonly #give: (() => void) | undefined
  #fields: FieldPacket[] = []
  #columnsLeft = 0
  #state: 'head' | 'columns' | 'columns end' | 'rows' = 'head'

  constructor(sink: RowSink | undefined, give?: () => void) {
    this.sink = sink
    this.#give = give
    this.done.promise.catch(() => {})
  }

  take(bytes: Buffer, from: number, to: number): void {
    const first = bytes[from]
    if (this.#state === 'rows' && first !== ERROR && !(first === END && to - from < 9)) this.sink?.row(bytes, from, to)
    else if (first === ERROR && this.#state !== 'columns') this.done.reject(serverError(bytes, from, to))
    else if (this.#state === 'head') this.#head(bytes, from, to)
    else if (this.#state === 'columns') {
      this.#fields.push(fieldOf(bytes, from, to))
      if (--this.#columnsLeft === 0) this.#state = 'columns end'
    } else if (this.#state === 'columns end') {
      this.sink?.columns(this.#fields)
      this.#state = 'rows'
    } else this.#end(bytes.readUInt16LE(from + 3), { affected: 0, warnings: bytes.readUInt16LE(from + 1) })
  }

  #head(bytes: Buffer, from: number, to: number): void {
    const reader = new PayloadReader(bytes, from + 1)
    if (bytes[from] === OK) {
      const affected = reader.length()
      // the last id that was made
      reader.length()
      this.#end(bytes.readUInt16LE(reader.at), { affected, warnings: bytes.readUInt16LE(reader.at + 2) })
    } else if (bytes[from] === LOCAL_FILE) {
      if (this.#give) this.#give()
      else this.done.reject(new Error('the server asked for a file'))
    } else {
      this.#fields = []
      this.#columnsLeft = new PayloadReader(bytes, from).length()
      this.#state = to > from ? 'columns' : 'head'
    }
  }

  #end(status: number, done: Done): void {
    if (status & MORE_RESULTS) this.#state = 'head'
    else this.done.resolve(done)
  }
}

/** The names stand at the front, and what has a fixed length at the end. MariaDB may have more between them. */
function fieldOf(bytes: Buffer, from: number, to: number): FieldPacket {
  const reader = new PayloadReader(bytes, from)
  for (const _ of ['catalog', 'schema', 'table', 'original table']) reader.text()
  const name = reader.text()
  const tail = to - TAIL
  return {
    name,
    characterSet: bytes.readUInt16LE(tail),
    columnLength: bytes.readUInt32LE(tail + 2),
    columnType: bytes[tail + 6],
    flags: bytes.readUInt16LE(tail + 7),
  } as unknown as FieldPacket
}

/** As the driver gives it: number, SQLSTATE and message. */
function serverError(bytes: Buffer, from: number, to: number): Error {
  const text = bytes.toString('utf8', from + 3, to)
  const match = /^#(.{5})([\s\S]*)$/.exec(text)
  const sqlMessage = match?.[2] ?? text
  const errno = bytes.readUInt16LE(from + 1)
  return Object.assign(new Error(sqlMessage), {
    errno,
    sqlState: match?.[1] ?? 'HY000',
    sqlMessage,
    code: `ER_${errno}`,
  })
}
