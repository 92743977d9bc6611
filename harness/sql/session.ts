import type { Endpoint } from '../targets/target.ts'

/**
 * A value as a result holds it. Nothing is lost: integers beyond 2^53 and numerics come as text, bytes as Buffer,
 * timestamps as the text that the server printed, JSON as text.
 */
export type SqlValue = string | number | bigint | boolean | null | Buffer | readonly SqlValue[]

export type SqlColumn = { readonly name: string; readonly type: string }

/** What one statement gave. A statement without rows has no columns. */
export type SqlResult = {
  readonly columns: readonly SqlColumn[]
  /** Rows by position, in the order of `columns`. */
  readonly values: readonly (readonly SqlValue[])[]
  /** Rows by column name; of two columns with one name the last wins. */
  readonly rows: readonly Readonly<Record<string, SqlValue>>[]
  /** Rows changed, where the server says so. */
  readonly affected: number
  /** The server's command tag (`INSERT`, `SELECT`), upper case. */
  readonly command: string
}

export type QueryOptions = {
  /** Bound values for `$1` (PostgreSQL) or `?` (MySQL). With parameters the text is one statement. */
  readonly parameters?: readonly unknown[]
  /** Aborting cancels the statement on the server, then rejects. */
  readonly signal?: AbortSignal
}

export type ConnectOptions = {
  readonly signal?: AbortSignal
  /** Milliseconds until the connection must stand, retries on the server-starting errors included. Default 10,000. */
  readonly within?: number
  /** Also tries again while nothing listens, as after a start or a failover. Default false. */
  readonly waitForServer?: boolean
  /** Overrides the endpoint's database. */
  readonly database?: string
  /** Shown by the server in its list of sessions. */
  readonly applicationName?: string
}

/** One connection. Reusable after an error; `close()` can be called any number of times. */
export interface SqlSession extends AsyncDisposable {
  readonly endpoint: Endpoint
  readonly dialect: 'postgres' | 'mysql'
  /** False once the connection is lost or closed. */
  readonly open: boolean
  /** Runs the text, which may hold several statements, and returns the last statement's result. */
  query(text: string, options?: QueryOptions): Promise<SqlResult>
  /** As `query`, with the result of every statement. */
  queryAll(text: string, options?: QueryOptions): Promise<readonly SqlResult[]>
  close(): Promise<void>
}
