import type { SqlSession } from '../../../sql/session.ts'
import type { Endpoint } from '../../../targets/target.ts'
import { DataxError } from '../../errors.ts'
import type { Parameters } from '../../job/parameters.ts'
import { charsetReader } from '../../record/charset.ts'
import {
  nothing,
  type PluginContext,
  type ReaderJob,
  type ReaderPlugin,
  type ReaderTask,
  type Shape,
} from '../plugin.ts'
import { type Connection, connectionsOf } from './connections.ts'
import type { Driver, ReadOptions } from './driver.ts'
import { splitTable } from './split-table.ts'
import { sqlFailure } from './sql-error.ts'

/** A reader of a database: mysqlreader and postgresqlreader share all but the driver. */
export function rdbmsReader(name: string, driver: Driver): ReaderPlugin {
  return { name, open: (parameters, context) => new RdbmsReaderJob(parameters, context, driver) }
}

class RdbmsReaderJob implements ReaderJob {
  readonly #parameters: Parameters
  readonly #context: PluginContext
  readonly #driver: Driver
  readonly #connections: readonly Connection[]
  readonly #columns: readonly string[]
  readonly #checkSlave: boolean
  readonly #charset: ReadOptions['charset']
  /** Of each connection: the session on the URL that was chosen. It holds the snapshot. */
  readonly #sessions: SqlSession[] = []

  constructor(parameters: Parameters, context: PluginContext, driver: Driver) {
    this.#parameters = parameters
    this.#context = context
    this.#driver = driver
    this.#connections = connectionsOf(parameters, 'reader', driver)
    this.#columns = parameters.texts('column').map(column => column.trim())
    const byTable = this.#connections.some(one => one.tables.length > 0)
    if (byTable && this.#columns.length === 0)
      throw new DataxError('DBUtilErrorCode-03', '"column" is missing or empty')
    if (this.#columns.includes('*') && this.#columns.length > 1)
      throw new DataxError('DBUtilErrorCode-02', '"*" must be the only column')
    const fetchSize = parameters.long('fetchSize')
    if (driver.dialect === 'postgres' && fetchSize !== undefined && fetchSize < 1)
      throw new DataxError('DBUtilErrorCode-03', `fetchSize must be at least 1, and is ${fetchSize}`)
    this.#checkSlave = driver.dialect === 'mysql' && parameters.bool('checkSlave', false)
    this.#charset = mandatoryCharset(parameters.text('mandatoryEncoding')?.trim() ?? '')
  }

  async preflight(): Promise<Shape> {
    let width: number | undefined
    for (const connection of this.#connections) {
      const session = await this.#choose(connection)
      this.#sessions.push(session)
      for (const sql of this.#selects(connection)) {
        const columns = await this.#driver.describe(session, sql, this.#context)
        if (width !== undefined && columns && columns.length !== width)
          throw new DataxError(
            'DBUtilErrorCode-00',
            `the tables of the reader have ${width} and ${columns.length} columns`,
          )
        width ??= columns?.length
      }
    }
    return { width }
  }

  prepare = nothing
  post = nothing

  async split(channels: number): Promise<readonly ReaderTask[]> {
    const tasks: ReaderTask[] = []
    const tables = this.#connections.reduce((sum, one) => sum + one.tables.length, 0)
    for (const [index, connection] of this.#connections.entries()) {
      const session = this.#sessions[index] as SqlSession
      const conditions = await this.#conditions(connection, { session, tables, channels })
      const snapshot =
        this.#context.mode === 'strict' && conditions.length > 1 ? await this.#driver.snapshot(session) : undefined
      for (const sql of conditions) tasks.push(this.#task(session.endpoint, sql, snapshot))
    }
    return tasks
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#sessions.map(session => session.close()))
  }

  /** A session on the first URL that connects, and whose preSql say 0. */
  async #choose({ endpoints }: Connection): Promise<SqlSession> {
    let last: unknown
    for (const endpoint of endpoints) {
      try {
        const session = await this.#driver.open(endpoint, this.#context)
        const behind = this.#checkSlave && (await this.#driver.behind?.(session))
        if (!behind && (await this.#passes(session))) return session
        const what = behind ? `${behind} on` : 'a preSql did not give 0 on'
        last = new DataxError('DBUtilErrorCode-10', `${what} ${endpoint.host}:${endpoint.port}`)
        await session.close()
      } catch (error) {
        this.#context.signal.throwIfAborted()
        last = error
        this.#context.log(
          'WARN',
          'DBUtil',
          `test connection of [${endpoint.host}:${endpoint.port}] failed: ${(error as Error).message}`,
        )
      }
    }
    throw sqlFailure(last, 'DBUtilErrorCode-10', 'no jdbcUrl of the reader can be connected')
  }

  async #passes(session: SqlSession): Promise<boolean> {
    for (const sql of this.#parameters.texts('preSql')) {
      const { values } = await session.query(sql, { signal: this.#context.signal })
      if (values.length !== 1 || Number(values[0]?.[0]) !== 0) return false
    }
    return true
  }

  /** The SELECT of each table, or the queries as they are. */
  #selects({ tables, queries }: Connection): readonly string[] {
    if (queries.length > 0) return queries.map(query => query.trim().replace(/;+\s*$/, ''))
    return tables.map(table => this.#select(table, undefined))
  }

  get #where(): string | undefined {
    const where = this.#parameters.text('where')?.trim().replace(/;+$/, '').trim()
    return where === '' ? undefined : where
  }

  #select(table: string, range: string | undefined): string {
    const where = this.#where
    const conditions = [where === undefined ? undefined : `(${where})`, range].filter(one => one !== undefined)
    return `select ${this.#columns.join(',')} from ${table}${conditions.length > 0 ? ` where ${conditions.join(' and ')}` : ''}`
  }

  /** The SELECT of each task of a connection. */
  async #conditions(
    connection: Connection,
    { session, tables, channels }: { readonly session: SqlSession; readonly tables: number; readonly channels: number },
  ): Promise<readonly string[]> {
    const splitPk = this.#parameters.text('splitPk')?.trim() ?? ''
    const each = tables === 0 ? 1 : Math.ceil(channels / tables)
    if (connection.queries.length > 0 || splitPk === '' || each <= 1) return this.#selects(connection)
    const parts = tables === 1 ? each * (this.#parameters.long('splitFactor') ?? 5) : each
    const all: string[] = []
    for (const table of connection.tables) {
      const ranges = await splitTable({
        ...{ session, driver: this.#driver, context: this.#context, table, splitPk, parts },
        where: this.#where,
        columns: this.#columns,
      })
      all.push(...ranges.map(range => this.#select(table, range)))
    }
    return all
  }

  #task(endpoint: Endpoint, sql: string, snapshot: string | undefined): ReaderTask {
    const session = this.#driver.dialect === 'mysql' ? this.#parameters.texts('session') : []
    return {
      read: async output => {
        const told = `[${sql}\n] jdbcUrl:[${endpoint.host}:${endpoint.port}/${endpoint.database}]`
        this.#context.log('INFO', 'CommonRdbmsReader$Task', `Begin to read record by Sql: ${told}.`)
        const options = { endpoint, sql, session, charset: this.#charset, snapshot, context: this.#context }
        await this.#driver.read(options, output)
        this.#context.log('INFO', 'CommonRdbmsReader$Task', `Finished read record by Sql: ${told}.`)
      },
    }
  }
}

function mandatoryCharset(name: string): ReadOptions['charset'] {
  if (/^(utf-?8)?$/i.test(name)) return undefined
  const charset = charsetReader(name)
  if (!charset)
    throw new DataxError('DBUtilErrorCode-02', `mandatoryEncoding "${name}" is not known to this engine`, {
      hint: 'It knows GBK, GB18030, Big5, Shift_JIS, EUC-KR, ISO-8859-1 and what else the web does; run the job with --engine home for others.',
    })
  return charset
}
