import type { AssayError } from '../errors.ts'
import { connect } from '../sql/connect.ts'
import { dialectOf } from '../sql/dialect.ts'
import type { SqlResult, SqlSession } from '../sql/session.ts'
import type { Endpoint } from '../targets/target.ts'
import { begin } from './begin.ts'
import { estimateRows, isRewritten, readEngine, readShape } from './catalog.ts'
import type { EngineFacts, SideName, TableName, TableShape } from './model.ts'
import { beginAsOne, type HeldStill, keepsSnapshots } from './one-state.ts'
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
  /** Reads the snapshot that an open transaction has exported (PostgreSQL: `pg_export_snapshot()`) instead of the present state. */
  readonly snapshot?: string
}

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
  /** How what is read is held still. */
  heldStill: HeldStill
  /** Connections that see what the session sees. */
  #lanes: readonly SqlSession[] = []
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
    this.heldStill = keepsSnapshots(engine, shape) ? 'transaction' : 'statement'
    if (spec.snapshot !== undefined) this.heldStill = 'exported snapshot'
    this.#signal = signal
  }

  /** Rejects with ASSAY_UNDECIDED where the table is missing, and with the errors of `connect`. */
  static async open(name: SideName, spec: SideSpec, signal?: AbortSignal): Promise<Side> {
    const session = spec.session ?? (await another(spec.endpoint, spec.database, signal))
    try {
      const engine = await readEngine(session, signal)
      await begin(session, engine, { snapshot: spec.snapshot, signal })
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

  /** Connections that read. */
  get connections(): number {
    return 1 + this.#lanes.length
  }

  /** The table with the rows' conditions, for FROM. */
  from(...conditions: readonly (string | undefined)[]): string {
    return this.#where(this.table, conditions)
  }

  /** The same by way of the primary key, which is how a MySQL table is ordered: for conditions on ranges of it. */
  fromRange(...conditions: readonly (string | undefined)[]): string {
    return this.#where(`${this.table} force index (primary)`, conditions)
  }

  #where(table: string, conditions: readonly (string | undefined)[]): string {
    const all = [this.spec.where, ...conditions].filter(condition => condition !== undefined && condition !== '')
    return all.length === 0 ? table : `${table} where ${all.map(condition => `(${condition})`).join(' and ')}`
  }

  async query(text: string, session: SqlSession = this.session): Promise<SqlResult> {
    this.scans++
    const result = await session.query(text, { signal: this.#signal })
    this.fetched += result.values.length
    return result
  }

  /** Runs statements that read the table, as many at a time as there are connections. Results come in the order of the texts. */
  async queryEach(
    texts: readonly string[],
    answered?: (result: SqlResult, done: number) => void,
  ): Promise<readonly SqlResult[]> {
    const results: SqlResult[] = new Array(texts.length)
    let next = 0
    let done = 0
    const work = async (session: SqlSession) => {
      for (let at = next++; at < texts.length; at = next++) {
        const result = await this.query(texts[at] as string, session)
        results[at] = result
        answered?.(result, ++done)
      }
    }
    try {
      await Promise.all([this.session, ...this.#lanes].map(work))
    } finally {
      next = texts.length
    }
    return results
  }

  /** Answers of the catalog and the optimizer, which read no rows. */
  async ask(texts: readonly string[]): Promise<readonly SqlResult[]> {
    return texts.length === 0 ? [] : await this.session.queryAll(texts.join(';'), { signal: this.#signal })
  }

  estimate(): Promise<number> {
    return estimateRows(this.session, this.from(), this.#signal)
  }

  estimateAll(): Promise<number> {
    return estimateRows(this.session, this.table, this.#signal)
  }

  /** Reads over so many connections from now on, where all of them can see one state; else over one, as before. */
  async widen(connections: number): Promise<void> {
    if (connections < 2 || this.engine.dialect !== 'mysql' || this.heldStill === 'statement') return
    const { endpoint } = this.session
    const one = () => another(endpoint, this.spec.database, this.#signal)
    const opened = await Promise.allSettled(Array.from({ length: connections - 1 }, one))
    const lanes = opened.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []))
    try {
      const heldStill =
        lanes.length === opened.length &&
        (await beginAsOne({
          sessions: [this.session, ...lanes],
          engine: this.engine,
          shape: this.shape,
          table: this.table,
          begin: session => begin(session, this.engine, { signal: this.#signal }),
          connect: one,
          signal: this.#signal,
        }))
      if (heldStill) {
        this.heldStill = heldStill
        this.#lanes = lanes
        return
      }
    } catch (error) {
      await Promise.all(lanes.map(lane => lane.close()))
      throw error
    }
    // refused, as where an account may open a few connections only: slower, and as right
    await Promise.all(lanes.map(lane => lane.close()))
    this.#signal?.throwIfAborted()
    if (!this.session.open) throw opened.find(result => result.status === 'rejected')?.reason
  }

  /** Lets go of the state seen so far, and of the locks that go with it. */
  async release(): Promise<void> {
    await Promise.all(this.#lanes.map(lane => lane.close()))
    this.#lanes = []
    await this.session.query('rollback', { signal: this.#signal })
  }

  /** Sees the present state, over one connection. */
  async begin(): Promise<void> {
    await begin(this.session, this.engine, { signal: this.#signal })
  }

  /** What a statement of DDL did to the table meanwhile. Ends the transaction. */
  async interference(): Promise<'rewritten' | 'altered' | undefined> {
    const rewritten = await isRewritten(this.session, this.shape, this.#signal)
    await this.release()
    if (rewritten) return 'rewritten'
    const now = await readShape(this.session, this.engine, this.spec.table, this.#signal)
    return JSON.stringify(now?.columns) === JSON.stringify(this.shape.columns) ? undefined : 'altered'
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#lanes.map(lane => lane.close()))
    await letGo(this.session, this.spec)
  }
}

function another(
  endpoint: Endpoint,
  database: string | undefined,
  signal: AbortSignal | undefined,
): Promise<SqlSession> {
  return connect(endpoint, { signal, database, applicationName: 'assay compare' })
}

async function letGo(session: SqlSession, spec: SideSpec): Promise<void> {
  if (session !== spec.session) await session.close()
  // a session that is lost has no transaction to end
  else if (session.open) await session.query('rollback').catch(() => {})
}

function missingTable(side: SideName, { endpoint, table, database }: SideSpec): AssayError {
  const schema = table.schema === undefined ? '' : `${table.schema}.`
  const within = database ?? endpoint.database
  return undecided(
    `${endpoint.name} (${side}) has no table ${schema}${table.name}${within ? ` in database ${within}` : ''}`,
  )
}
