import { connect } from '../sql/connect.ts'
import type { ConnectOptions, SqlSession } from '../sql/session.ts'
import type { Endpoint } from '../targets/target.ts'

/** The SQL sessions of one case: made on first use, kept under a name, closed together. */
export class Sessions implements AsyncDisposable {
  readonly #open = new Map<string, Promise<SqlSession>>()

  /** The session of that name on that endpoint; a lost connection is replaced. */
  async get(
    endpoint: Endpoint,
    { name = '', ...options }: ConnectOptions & { readonly name?: string } = {},
  ): Promise<SqlSession> {
    const key = [
      endpoint.protocol,
      endpoint.host,
      endpoint.port,
      endpoint.user,
      options.database ?? endpoint.database ?? '',
      name,
    ].join('\0')
    for (let existing = this.#open.get(key); existing; existing = this.#open.get(key)) {
      const session = await existing
      if (session.open) return session
      // the first of several steps that find it lost replaces it, the others take what the first made
      if (this.#open.get(key) === existing) this.#open.delete(key)
      await session.close().catch(() => {})
    }
    const started = connect(endpoint, { applicationName: 'assay', ...options })
    this.#open.set(key, started)
    started.catch(() => {
      if (this.#open.get(key) === started) this.#open.delete(key)
    })
    return started
  }

  /** Closes all; the next `get` connects anew. */
  async close(): Promise<void> {
    const all = [...this.#open.values()]
    this.#open.clear()
    await Promise.allSettled(all.map(async session => (await session).close()))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
