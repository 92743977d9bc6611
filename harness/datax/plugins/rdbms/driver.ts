import type { SqlSession } from '../../../sql/session.ts'
import type { Endpoint } from '../../../targets/target.ts'
import type { Kind, Row } from '../../record/kind.ts'
import type { PluginContext, RecordInput, RecordOutput } from '../plugin.ts'

/** A column of a SELECT, or of the table that is written. */
export type DbColumn = { readonly name: string; readonly type: string; readonly kind: Kind }

export type ReadOptions = {
  readonly endpoint: Endpoint
  readonly sql: string
  /** Statements of the job's `session`, run first. */
  readonly session: readonly string[]
  /** Reads texts whose bytes are in another charset than the server says (`mandatoryEncoding`). */
  readonly charset: ((bytes: Buffer) => string) | undefined
  /** What `snapshot` gave, where all tasks read the same moment. */
  readonly snapshot: string | undefined
  readonly context: PluginContext
}

export type WriteTarget = {
  readonly endpoint: Endpoint
  readonly table: string
  /** As the job names them, or all of the table. */
  readonly columns: readonly DbColumn[]
  readonly writeMode: string
  readonly batchRows: number
  readonly batchBytes: number
  readonly emptyAsNull: boolean
  readonly session: readonly string[]
  readonly context: PluginContext
}

/** What PostgreSQL and MySQL do differently. */
export interface Driver {
  readonly dialect: 'postgres' | 'mysql'
  /** A session with the settings of a job: time zone, formats. */
  open(endpoint: Endpoint, context: PluginContext): Promise<SqlSession>
  /** The columns of a SELECT, without its rows. Undefined where only running it would tell. */
  describe(session: SqlSession, sql: string, context: PluginContext): Promise<readonly DbColumn[] | undefined>
  /** Checks the types of the columns that are written. */
  checkTarget(columns: readonly DbColumn[], context: PluginContext): void
  /** A moment that all tasks can read; it lasts as long as the session. Undefined where the engine has none. */
  snapshot(session: SqlSession): Promise<string | undefined>
  /** Why a replica is not to be read from (`checkSlave`); undefined of a primary, and of a replica that runs. */
  behind?(session: SqlSession): Promise<string | undefined>
  read(options: ReadOptions, output: RecordOutput): Promise<void>
  write(target: WriteTarget, input: RecordInput): Promise<void>
  /** A text comparison by bytes, so that ranges of a text splitPk neither overlap nor miss rows. */
  byBytes(expression: string): string
  literal(text: string): string
  /** Whether a column type may be a splitPk: integers or texts. */
  splitKind(column: DbColumn): 'integer' | 'text' | undefined
}

/** Rows that go to the server at once, with what they count. */
export type Batch = { readonly rows: readonly Row[]; readonly kinds: readonly Kind[] }
