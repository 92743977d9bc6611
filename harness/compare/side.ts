import type { AssayError } from '../errors.ts'
import { connect } from '../sql/connect.ts'
import { dialectOf } from '../sql/dialect.ts'
import type { SqlResult, SqlSession } from '../sql/session.ts'
import type { Endpoint } from '../targets/target.ts'
import { estimateRows, readEngine, readShape } from './catalog.ts'
import type { EngineFacts, SideName, TableName, TableShape } from './model.ts'
import { undecided } from './undecided.ts'

/** One end of a comparison: where, what, and which rows. */
export type SideSpec = {
  readonly endpoint: Endpoint
  readonly table: TableName
  /** Only rows for which this SQL condition holds. It is the caller's own SQL and is sent as it is. */
  readonly where?: string
  /** Overrides the endpoint's database. */
  readonly database?: string
  /** An open session to use and to leave open, its transaction ended; without one the comparison connects. */
  readonly session?: SqlSession
}

/** Texts come alike from every server, whatever it is configured to. */
const POSTGRES_SETTINGS = [
  "set local timezone = 'UTC'",
  "set local datestyle = 'ISO, YMD'",
  "set local intervalstyle = 'postgres'",
  "set local bytea_output = 'hex'",
]

/** Sent before the transaction: MySQL knows no SET LOCAL. The session is the comparison's own. */
const MYSQL_SETTINGS =
  "set session sql_mode = '', time_zone = '+00:00', group_concat_max_len = 4194304, transaction_isolation = 'REPEATABLE-READ'"
const MARIADB_SETTINGS =
  "set session sql_mode = 'TIME_ROUND_FRACTIONAL', time_zone = '+00:00', group_concat_max_len = 4194304, tx_isolation = 'REPEATABLE-READ'"

/** An open end: a session of its own, in a read-only transaction that sees one state of the table. */
export class Side implements AsyncDisposable {
  readonly name: SideName
  readonly spec: SideSpec
  readonly session: SqlSession
  readonly engine: EngineFacts
  readonly shape: TableShape
  /** Statements that read the table. */
  scans = 0
  /** Rows that came over the wire. */
  fetched = 0
  readonly #signal: AbortSignal | undefined

  private constructor(
    name: SideName,
    spec: SideSpec,
    session: SqlSession,
    engine: EngineFacts,
    shape: TableShape,
    signal: AbortSignal | undefined,
  ) {
    this.name = name
    this.spec = spec
    this.session = session
    this.engine = engine
    this.shape = shape
    this.#signal = signal
  }

  /** Rejects with ASSAY_UNDECIDED where the table is missing, and with the errors of `connect`. */
  static async open(name: SideName, spec: SideSpec, signal?: AbortSignal): Promise<Side> {
    const { endpoint, database } = spec
    const session = spec.session ?? (await connect(endpoint, { signal, database, applicationName: 'assay compare' }))
    try {
      const engine = await readEngine(session, signal)
      await begin(session, engine, signal)
      const shape = await readShape(session, engine, spec.table, signal)
      if (!shape) throw missingTable(name, spec)
      return new Side(name, spec, session, engine, shape, signal)
    } catch (error) {
      await letGo(session, spec)
      throw error
    }
  }

  /** `"public"."orders"`, quoted. */
  get table(): string {
    const { schema, name } = this.shape.name
    const dialect = dialectOf(this.engine.dialect)
    return schema === undefined ? dialect.identifier(name) : dialect.qualified(schema, name)
  }

  /** For people: `source public.orders`. */
  get label(): string {
    const { schema, name } = this.shape.name
    return `${this.spec.endpoint.name} ${schema === undefined ? name : `${schema}.${name}`}`
  }

  /** The table with the rows' conditions, for FROM. */
  from(...conditions: readonly (string | undefined)[]): string {
    const all = [this.spec.where, ...conditions].filter(condition => condition !== undefined)
    return all.length === 0 ? this.table : `${this.table} where ${all.map(condition => `(${condition})`).join(' and ')}`
  }

  async query(text: string): Promise<SqlResult> {
    this.scans++
    const result = await this.session.query(text, { signal: this.#signal })
    this.fetched += result.values.length
    return result
  }

  estimate(): Promise<number> {
    return estimateRows(this.session, this.from(), this.#signal)
  }

  /** Lets go of the state seen so far, and of the locks that go with it. */
  async release(): Promise<void> {
    await this.session.query('rollback', { signal: this.#signal })
  }

  /** Sees the present state. */
  async begin(): Promise<void> {
    await begin(this.session, this.engine, this.#signal)
  }

  /** True when the table's columns are no longer those that were compared. */
  async changed(): Promise<boolean> {
    await this.release()
    const now = await readShape(this.session, this.engine, this.spec.table, this.#signal)
    return JSON.stringify(now?.columns) !== JSON.stringify(this.shape.columns)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return letGo(this.session, this.spec)
  }
}

async function letGo(session: SqlSession, spec: SideSpec): Promise<void> {
  if (session !== spec.session) await session.close()
  // a session that is lost has no transaction to end
  else if (session.open) await session.query('rollback').catch(() => {})
}

async function begin(session: SqlSession, engine: EngineFacts, signal: AbortSignal | undefined): Promise<void> {
  if (engine.dialect === 'postgres') {
    const text = ['begin isolation level repeatable read read only', ...POSTGRES_SETTINGS].join(';')
    await session.query(text, { signal })
    return
  }
  const settings = engine.flavor === 'mariadb' ? MARIADB_SETTINGS : MYSQL_SETTINGS
  await session.query(`${settings}; start transaction with consistent snapshot, read only`, { signal })
}

function missingTable(side: SideName, { endpoint, table, database }: SideSpec): AssayError {
  const schema = table.schema === undefined ? '' : `${table.schema}.`
  const within = database ?? endpoint.database
  return undecided(
    `${endpoint.name} (${side}) has no table ${schema}${table.name}${within ? ` in database ${within}` : ''}`,
  )
}
