import type { Socket } from 'node:net'
import { openPostgres, type PostgresWire } from '../../sql/postgres/wire.ts'
import type { ConnectOptions, QueryOptions, SqlResult, SqlSession } from '../../sql/session.ts'
import { WireSession } from '../../sql/wire-session.ts'
import type { Endpoint } from '../../targets/target.ts'
import { type Chunk, PooledSocket } from './pooled-socket.ts'

const DEFAULT_WITHIN = 10_000
const CANCEL_WITHIN = 2_000

/** A session whose socket can be taken over for the length of one COPY. */
export interface CopySession extends SqlSession {
  /** The socket with the driver's readers taken off; `give` puts them back, after ReadyForQuery. */
  take(): TakenSocket
  /** Asks the server to cancel what runs. */
  cancel(): Promise<void>
  /** Whether the server was ever asked to cancel something here. */
  readonly cancelled: boolean
  /** Closes the socket at once: the server rolls back. */
  destroy(): void
}

export type TakenSocket = {
  readonly socket: Socket
  /** Who gets what comes from now on. */
  read(reader: (chunk: Chunk) => void): void
  give(): void
}

class TakeableSession extends WireSession implements CopySession {
  readonly #socketWire: PostgresWire
  #cancelled = false

  constructor(endpoint: Endpoint, wire: PostgresWire) {
    super(endpoint, 'postgres', wire)
    this.#socketWire = wire
  }

  take(): TakenSocket {
    const socket = this.#socketWire.stream
    // The driver's parser is empty between two statements, so nothing is lost when others read the socket meanwhile
    const readers = socket.listeners('data') as ((data: Buffer) => void)[]
    socket.removeAllListeners('data')
    return {
      socket,
      read(reader) {
        if (socket instanceof PooledSocket) socket.readChunks(reader)
        else socket.on('data', bytes => reader({ bytes, release() {} }))
      },
      give() {
        if (socket instanceof PooledSocket) socket.readChunks(undefined)
        socket.removeAllListeners('data')
        for (const reader of readers) socket.on('data', reader)
        socket.resume()
      },
    }
  }

  get cancelled(): boolean {
    return this.#cancelled
  }

  override async queryAll(text: string, options?: QueryOptions): Promise<readonly SqlResult[]> {
    try {
      return await super.queryAll(text, options)
    } catch (error) {
      if (options?.signal?.aborted) this.#cancelled = true
      throw error
    }
  }

  cancel(): Promise<void> {
    this.#cancelled = true
    return this.#socketWire.cancel(CANCEL_WITHIN)
  }

  destroy(): void {
    this.#socketWire.destroy()
  }
}

/** Opens a session on a PostgreSQL or Greenplum endpoint. Rejects with ASSAY_AUTH, ASSAY_CONNECT, or the signal's reason. */
export async function openCopySession(endpoint: Endpoint, options: ConnectOptions = {}): Promise<CopySession> {
  const wire = await openPostgres({
    endpoint,
    database: options.database ?? endpoint.database,
    applicationName: options.applicationName ?? 'assay transfer',
    within: options.within ?? DEFAULT_WITHIN,
    signal: options.signal,
    ...(endpoint.options?.ssl ? {} : { socket: () => new PooledSocket() }),
  })
  return new TakeableSession(endpoint, wire)
}
