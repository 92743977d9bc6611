import type { SqlSession } from '../../../sql/session.ts'
import type { Endpoint } from '../../../targets/target.ts'
import { DataxError } from '../../errors.ts'
import type { Parameters } from '../../job/parameters.ts'
import type { PluginContext, Shape, WriterJob, WriterPlugin, WriterTask } from '../plugin.ts'
import { connectionsOf } from './connections.ts'
import type { DbColumn, Driver } from './driver.ts'
import { sqlFailure } from './sql-error.ts'

/** DataX's own default; and that of strict, where rows wait as text: fewer statements and commits, in less memory. */
const BATCH = { compat: { rows: 2_048, bytes: 32 * 1024 * 1024 }, strict: { rows: 32_768, bytes: 1024 * 1024 } }

type Table = { readonly endpoint: Endpoint; readonly name: string }

/** A writer to a database: mysqlwriter and postgresqlwriter share all but the driver. */
export function rdbmsWriter(name: string, driver: Driver): WriterPlugin {
  return { name, open: (parameters, context) => new RdbmsWriterJob(parameters, context, driver) }
}

class RdbmsWriterJob implements WriterJob {
  readonly #parameters: Parameters
  readonly #context: PluginContext
  readonly #driver: Driver
  readonly #tables: readonly Table[]
  readonly #columns: readonly string[]
  readonly #writeMode: string
  readonly #batch: { readonly rows: number; readonly bytes: number }
  readonly #described = new Map<string, readonly DbColumn[]>()

  constructor(parameters: Parameters, context: PluginContext, driver: Driver) {
    this.#parameters = parameters
    this.#context = context
    this.#driver = driver
    this.#tables = connectionsOf(parameters, 'writer', driver).flatMap(({ endpoints, tables }) =>
      tables.map(name => ({ endpoint: endpoints[0] as Endpoint, name })),
    )
    this.#columns = parameters.texts('column').map(column => column.trim())
    if (this.#columns.length === 0) throw new DataxError('DBUtilErrorCode-03', '"column" is missing or empty')
    if (new Set(this.#columns).size < this.#columns.length)
      throw new DataxError('DBUtilErrorCode-02', 'a column is written twice')
    this.#writeMode = writeModeOf(parameters, context, driver)
    const usual = BATCH[context.mode]
    const rows = parameters.long('batchSize') ?? usual.rows
    if (rows < 1) throw new DataxError('DBUtilErrorCode-02', `batchSize must be at least 1, and is ${rows}`)
    this.#batch = { rows, bytes: parameters.long('batchByteSize') ?? usual.bytes }
  }

  async preflight({ width }: Shape): Promise<void> {
    for (const table of this.#tables) {
      await using session = await this.#open(table.endpoint)
      const columns = await this.#describe(session, table.name)
      this.#driver.checkTarget(columns, this.#context)
      if (width !== undefined && width !== columns.length) throw widthError(width, columns.length)
      this.#described.set(keyOf(table), columns)
    }
  }

  /** preSql of a single table runs here, before the reader is split; of several, in each task. */
  async prepare(): Promise<void> {
    if (this.#tables.length === 1) await this.#runAll('preSql', this.#tables[0] as Table)
  }

  async post(): Promise<void> {
    if (this.#tables.length === 1) await this.#runAll('postSql', this.#tables[0] as Table)
  }

  async split(tasks: number): Promise<readonly WriterTask[]> {
    if (this.#tables.length === 1)
      return Array.from({ length: tasks }, () => this.#task(this.#tables[0] as Table, { alone: true }))
    if (this.#tables.length !== tasks)
      throw new DataxError(
        'DBUtilErrorCode-00',
        `您要写入的目的端的表个数是:${this.#tables.length} , 但是根据系统建议需要切分的份数是：${tasks}.`,
        { hint: 'With several tables to write there must be as many tables, or tasks, to read.' },
      )
    return this.#tables.map(table => this.#task(table, { alone: false }))
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #task(table: Table, { alone }: { readonly alone: boolean }): WriterTask {
    return {
      write: async input => {
        if (!alone) await this.#runAll('preSql', table)
        await this.#driver.write(
          {
            endpoint: table.endpoint,
            table: table.name,
            columns: this.#described.get(keyOf(table)) ?? [],
            writeMode: this.#writeMode,
            batchRows: this.#batch.rows,
            batchBytes: this.#batch.bytes,
            emptyAsNull: this.#parameters.bool('emptyAsNull', true),
            session: this.#driver.dialect === 'mysql' ? this.#parameters.texts('session') : [],
            context: this.#context,
          },
          input,
        )
        if (!alone) await this.#runAll('postSql', table)
      },
    }
  }

  async #open(endpoint: Endpoint): Promise<SqlSession> {
    try {
      return await this.#driver.open(endpoint, this.#context)
    } catch (error) {
      this.#context.signal.throwIfAborted()
      throw sqlFailure(error, 'DBUtilErrorCode-10', 'the database that is written cannot be connected')
    }
  }

  async #describe(session: SqlSession, table: string): Promise<readonly DbColumn[]> {
    const sql = `select ${this.#columns.join(',')} from ${table} where 1=2`
    try {
      return (await this.#driver.describe(session, sql, this.#context)) ?? []
    } catch (error) {
      throw sqlFailure(error, 'DBUtilErrorCode-01', `获取表:${table} 的字段的元信息时失败`)
    }
  }

  async #runAll(key: 'preSql' | 'postSql', table: Table): Promise<void> {
    const texts = this.#parameters.texts(key).filter(text => text.trim() !== '')
    if (texts.length === 0) return
    await using session = await this.#open(table.endpoint)
    for (const text of texts) {
      const sql = text.replaceAll('@table', table.name)
      this.#context.log('INFO', 'CommonRdbmsWriter$Job', `Begin to execute ${key}s:[${sql}].`)
      try {
        await session.query(sql, { signal: this.#context.signal })
      } catch (error) {
        this.#context.signal.throwIfAborted()
        throw sqlFailure(error, 'DBUtilErrorCode-06', `${key} "${sql}" failed`)
      }
    }
  }
}

const keyOf = ({ endpoint, name }: Table): string => `${endpoint.host}:${endpoint.port}/${endpoint.database}/${name}`

export function widthError(read: number, write: number): DataxError {
  return new DataxError(
    'DBUtilErrorCode-00',
    `列配置信息有错误. 因为您配置的任务中，源头读取字段数:${read} 与 目的表要写入的字段数:${write} 不相等. 请检查您的配置并作出修改.`,
  )
}

function writeModeOf(parameters: Parameters, { mode }: PluginContext, driver: Driver): string {
  const given = parameters.text('writeMode')?.trim()
  if (driver.dialect === 'postgres') {
    if (given !== undefined)
      throw new DataxError('DBUtilErrorCode-00', 'postgresqlwriter takes no writeMode; it always inserts')
    return 'insert'
  }
  const text = given ?? 'insert'
  if (mode === 'strict' && /^load$/i.test(text)) return text
  if (!/^(insert|replace|update)/i.test(text))
    throw new DataxError('DBUtilErrorCode-02', `"${text}" is no writeMode; there are insert, replace, update`)
  // DataX puts the text into its statement as it is, whatever it holds
  if (mode === 'strict' && !/^(insert(\s+ignore)?|replace|update)$/i.test(text))
    throw new DataxError(
      'DBUtilErrorCode-02',
      `"${text}" is no writeMode; there are insert, insert ignore, replace, update, load`,
    )
  return text
}
