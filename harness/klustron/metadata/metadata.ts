import { AssayError } from '../../errors.ts'
import { secret } from '../../log/secret.ts'
import { connect } from '../../sql/connect.ts'
import type { SqlResult, SqlSession, SqlValue } from '../../sql/session.ts'
import type { Endpoint } from '../../targets/target.ts'
import { pause } from '../pause.ts'

export const METADATA_DATABASE = 'kunlun_metadata_db'

export type MetadataOptions = {
  /** Any of the metadata nodes, with an account that may read them. More than one, or a dead node hides the others. */
  readonly nodes: readonly Endpoint[]
  readonly signal?: AbortSignal
  /** Milliseconds that a failover of the metadata may take before a call gives up. Default 30,000: the product takes 5 to 20 s. */
  readonly within?: number
  readonly log?: (text: string) => void
}

export type MetadataRow = Readonly<Record<string, SqlValue>>

/** What one metadata node holds for the primary; `error` where it did not answer. */
export type MetadataVoice = { readonly node: string; readonly primary?: string; readonly error?: string }

const CONNECT_WITHIN = 3_000
const RETRY_EVERY = 300
/** Error classes after which the primary is looked up again: it is gone, or it is none any more. */
const LOST = new Set(['connection_lost', 'connection_refused', 'server_starting', 'read_only', 'timeout'])

/** The metadata group: its primary is found, checked to be writable, and found again when it moves (reference 2.6). */
export class Metadata implements AsyncDisposable {
  readonly nodes: readonly Endpoint[]
  readonly #signal: AbortSignal | undefined
  readonly #within: number
  readonly #log: (text: string) => void
  #session: Promise<SqlSession> | undefined
  /** What `#session` came to. */
  #open: SqlSession | undefined

  constructor({ nodes, signal, within = 30_000, log = () => {} }: MetadataOptions) {
    this.nodes = nodes.map(node => ({ ...node, database: METADATA_DATABASE }))
    this.#signal = signal
    this.#within = within
    this.#log = log
  }

  /** The writable primary, with the account that its own row names. Rejects with ASSAY_KLUSTRON_METADATA at the deadline. */
  async primary(): Promise<Endpoint> {
    return (await this.#connected()).endpoint
  }

  /** Rows of one statement on the primary; after a failover it is sent again there, so it must bear being sent twice. */
  async query(text: string, parameters: readonly unknown[] = []): Promise<readonly MetadataRow[]> {
    return (await this.run(text, parameters)).rows
  }

  async run(text: string, parameters: readonly unknown[] = []): Promise<SqlResult> {
    const deadline = performance.now() + this.#within
    for (;;) {
      const session = await this.#connected(deadline)
      const late = AbortSignal.timeout(Math.max(1, Math.ceil(deadline - performance.now())))
      const signal = this.#signal ? AbortSignal.any([this.#signal, late]) : late
      try {
        return await session.query(text, { signal, ...(parameters.length > 0 ? { parameters } : {}) })
      } catch (error) {
        if (late.aborted && !this.#signal?.aborted) {
          await this.#drop(session)
          const message = `the metadata primary ${addressOf(session.endpoint)} did not answer within ${this.#within} ms`
          throw new AssayError('ASSAY_KLUSTRON_METADATA', message, { cause: error })
        }
        const lost = !session.open || LOST.has((error as { class?: string }).class ?? '')
        if (!lost || performance.now() > deadline) throw error
        await this.#drop(session)
      }
    }
  }

  /** What every node says the primary is. They disagree during a failover, or for ever when replication is broken. */
  async voices(): Promise<readonly MetadataVoice[]> {
    return await Promise.all(
      this.nodes.map(async (node): Promise<MetadataVoice> => {
        const name = addressOf(node)
        try {
          const row = await this.#askPrimary(node)
          return row ? { node: name, primary: addressOf(row) } : { node: name, error: 'it knows no primary' }
        } catch (error) {
          return { node: name, error: (error as Error).message }
        }
      }),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const session = await this.#session?.catch(() => undefined)
    await session?.close()
  }

  #connected(deadline = performance.now() + this.#within): Promise<SqlSession> {
    this.#session ??= this.#find(deadline).then(
      session => {
        this.#open = session
        return session
      },
      error => {
        this.#session = undefined
        throw error
      },
    )
    return this.#session
  }

  /** Of several calls that lose one session the first drops it; the others meet the one that the first has found. */
  async #drop(session: SqlSession): Promise<void> {
    if (this.#open === session) {
      this.#open = undefined
      this.#session = undefined
    }
    await session.close()
  }

  async #find(deadline: number): Promise<SqlSession> {
    for (let last = 'none was asked'; ; ) {
      this.#signal?.throwIfAborted()
      for (const node of this.nodes) {
        try {
          const session = await this.#openPrimary(node)
          if (session) return session
          last = `${addressOf(node)} knows no writable primary`
        } catch (error) {
          this.#signal?.throwIfAborted()
          last = `${addressOf(node)}: ${(error as Error).message}`
        }
      }
      if (performance.now() >= deadline)
        throw new AssayError(
          'ASSAY_KLUSTRON_METADATA',
          `no metadata node led to a writable primary within ${this.#within} ms; the last answer was: ${last}`,
        )
      await pause(RETRY_EVERY, this.#signal)
    }
  }

  async #openPrimary(node: Endpoint): Promise<SqlSession | undefined> {
    const primary = await this.#askPrimary(node)
    if (!primary) return undefined
    const session = await connect(primary, { within: CONNECT_WITHIN, signal: this.#signal })
    try {
      const { values } = await session.query('SELECT @@global.read_only', { signal: this.#soon() })
      if (Number(values[0]?.[0]) === 0) return session
    } catch (error) {
      await session.close()
      throw error
    }
    this.#log(`${addressOf(node)} names ${addressOf(primary)} as the metadata primary, which is read only`)
    await session.close()
    return undefined
  }

  /** For a question to a node that may be frozen: another may know. */
  #soon(): AbortSignal {
    const late = AbortSignal.timeout(CONNECT_WITHIN)
    return this.#signal ? AbortSignal.any([this.#signal, late]) : late
  }

  async #askPrimary(node: Endpoint): Promise<Endpoint | undefined> {
    await using session = await connect(node, { within: CONNECT_WITHIN, signal: this.#signal })
    const { rows } = await session.query(
      `SELECT hostaddr, port, user_name, passwd FROM meta_db_nodes WHERE member_state = 'source'`,
      { signal: this.#soon() },
    )
    const [row] = rows
    if (!row) return undefined
    if (rows.length > 1) this.#log(`${addressOf(node)} names ${rows.length} metadata primaries`)
    const known = this.nodes.find(one => one.host === row.hostaddr && one.port === Number(row.port))
    return {
      ...node,
      role: 'metadata',
      name: known?.name ?? `${row.hostaddr}_${row.port}`,
      host: String(row.hostaddr),
      port: Number(row.port),
      ...(row.user_name ? { user: String(row.user_name), password: secret(String(row.passwd)) } : {}),
    }
  }
}

export function addressOf({ host, port }: Pick<Endpoint, 'host' | 'port'>): string {
  return `${host}:${port}`
}
