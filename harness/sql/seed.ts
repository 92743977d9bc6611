import { secret } from '../log/secret.ts'
import type { Endpoint } from '../targets/target.ts'
import { connect } from './connect.ts'
import type { SqlSession, SqlValue } from './session.ts'

/** Positional arguments of seed 000's `base.other.connect`. */
export type ConnectArguments = readonly [host: string, port: number, user: string, password: string, database?: string]

/**
 * Seed 000's connection classes (reference klustron.md 4.2) over one session that is opened on first use and can be used
 * again. Unlike the original: `sqlWithResult` leaves the connection open, a statement without rows gives an empty list,
 * closing twice is allowed, and trying to connect has a deadline.
 */
class SeedConnection implements AsyncDisposable {
  readonly #endpoint: Endpoint
  #session: Promise<SqlSession> | undefined

  constructor(protocol: 'postgres' | 'mysql', [host, port, user, password, database]: ConnectArguments) {
    const role = protocol === 'postgres' ? 'compute' : 'storage'
    this.#endpoint = {
      role,
      name: role,
      protocol,
      host,
      port: Number(port),
      user,
      password: secret(password),
      database,
    }
  }

  #connected(): Promise<SqlSession> {
    this.#session ??= connect(this.#endpoint).catch(error => {
      this.#session = undefined
      throw error
    })
    return this.#session
  }

  /** Runs the text, which may hold several statements, and returns nothing. */
  async ddlSql(sql: string): Promise<void> {
    await (await this.#connected()).queryAll(sql)
  }

  /** Runs the text and returns the rows of its last statement, each a list of values. */
  async sqlWithResult(sql: string): Promise<readonly (readonly SqlValue[])[]> {
    return (await (await this.#connected()).query(sql)).values
  }

  async close(): Promise<void> {
    const session = await this.#session?.catch(() => undefined)
    await session?.close()
  }

  /** The seed's spelling of `close`. */
  colse(): Promise<void> {
    return this.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** `connect.Pg(host, port, user, password, database)`. */
export class Pg extends SeedConnection {
  constructor(...parts: ConnectArguments) {
    super('postgres', parts)
  }
}

/** `connect.My(host, port, user, password, database)`. */
export class My extends SeedConnection {
  constructor(...parts: ConnectArguments) {
    super('mysql', parts)
  }
}
