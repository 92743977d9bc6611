import { AssayError } from '../../../errors.ts'
import { type Secret, secret } from '../../../log/secret.ts'
import { dialectOf, type SqlDialect } from '../../../sql/dialect.ts'
import type { Endpoint } from '../../../targets/target.ts'
import { jdbcTls } from '../jdbc-tls.ts'
import { jdbcUrl } from '../jdbc-url.ts'
import type { JobSide } from './built-job.ts'

/** Where a database is, and who asks. An Endpoint is one. */
export type Account = {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: Secret | string
  /** Default: the user's name. */
  readonly database?: string | undefined
  readonly protocol?: Endpoint['protocol']
  /** Of an endpoint: with `ssl` the job's URL asks for TLS. */
  readonly options?: Endpoint['options']
}

/** A column by its name, or an expression that goes into the SQL as it is. */
export type Column = string | { readonly sql: string }

type Rows =
  | {
      /** `city`, `public.city`; several tables of the same form. */
      readonly table: string | readonly string[]
      readonly columns: readonly Column[] | '*'
      /** A condition, as it is. */
      readonly where?: string
      /** A column by whose ranges the table is split over the channels. */
      readonly splitPk?: string
      /** Ranges for each channel. DataX's default is 5. */
      readonly splitFactor?: number
    }
  | { readonly querySql: string | readonly string[] }

export type DatabaseSource = { readonly on: Account; readonly fetchSize?: number } & Rows
export type MysqlSource = DatabaseSource & { readonly session?: readonly string[] }

export type DatabaseDestination = {
  readonly on: Account
  readonly table: string
  readonly columns: readonly string[] | '*'
  /** Before the first row; `@table` stands for the table. */
  readonly preSql?: readonly string[]
  /** After the last row. */
  readonly postSql?: readonly string[]
  readonly batchSize?: number
  readonly batchByteSize?: number
  readonly emptyAsNull?: boolean
}
export type MysqlDestination = DatabaseDestination & {
  readonly writeMode?: 'insert' | 'insert ignore' | 'replace' | 'update' | 'load'
  readonly session?: readonly string[]
}

export const mysqlReader = (source: MysqlSource): JobSide => readerOf('mysql', source)
export const postgresqlReader = (source: DatabaseSource): JobSide => readerOf('postgres', source)
export const mysqlWriter = (destination: MysqlDestination): JobSide => writerOf('mysql', destination)
export const postgresqlWriter = (destination: DatabaseDestination): JobSide => writerOf('postgres', destination)

const pluginOf = (dialect: SqlDialect): string => (dialect === 'postgres' ? 'postgresql' : 'mysql')

function readerOf(dialect: SqlDialect, { on, fetchSize, ...source }: MysqlSource): JobSide {
  const url = [urlOf(dialect, on)]
  const shared = { ...account(on, 'source'), fetchSize }
  const name = `${pluginOf(dialect)}reader`
  const password = secret(on.password)
  if ('querySql' in source) {
    const { querySql, session } = source
    const connection = [{ jdbcUrl: url, querySql: [querySql].flat() }]
    return { name, password, parameter: given({ ...shared, session, connection }) }
  }
  const { table, columns, splitPk, ...rest } = source
  const connection = [{ jdbcUrl: url, table: [table].flat().map(one => tableName(dialect, one)) }]
  return {
    ...{ name, password, width: columns === '*' ? undefined : columns.length },
    parameter: given({
      ...{ ...shared, ...rest, connection },
      column: columnsOf(dialect, columns),
      splitPk: splitPk === undefined ? undefined : dialectOf(dialect).identifier(splitPk),
    }),
  }
}

function writerOf(dialect: SqlDialect, { on, table, columns, ...rest }: MysqlDestination): JobSide {
  const connection = [{ jdbcUrl: urlOf(dialect, on), table: [tableName(dialect, table)] }]
  return {
    ...{ name: `${pluginOf(dialect)}writer`, password: secret(on.password) },
    width: columns === '*' ? undefined : columns.length,
    parameter: given({ ...account(on, 'destination'), ...rest, connection, column: columnsOf(dialect, columns) }),
  }
}

function account({ user, password }: Account, side: string): Readonly<Record<string, string>> {
  if (secret(password).reveal().trim() === '')
    throw new AssayError('ASSAY_DATAX_JOB', `the ${side} has no password, and DataX refuses an account without one`)
  return { username: user, password: `\${${side}_password}` }
}

function urlOf(dialect: SqlDialect, { host, port, user, database = user, protocol, options }: Account): string {
  if (protocol !== undefined && protocol !== dialect)
    throw new AssayError(
      'ASSAY_DATAX_JOB',
      `${host}:${port} speaks ${protocol}, and a ${pluginOf(dialect)} end cannot use it`,
    )
  return jdbcUrl({ dialect, host, port, database, options: jdbcTls(dialect, { options }) })
}

const columnsOf = (dialect: SqlDialect, columns: readonly Column[] | '*'): readonly string[] =>
  columns === '*' ? ['*'] : columns.map(one => (typeof one === 'string' ? dialectOf(dialect).identifier(one) : one.sql))

/** DataX splits a name at commas, and takes `[0-3]` for a range: a name that holds them cannot be said. */
function tableName(dialect: SqlDialect, table: string): string {
  if (/[,[\]]/.test(table))
    throw new AssayError(
      'ASSAY_DATAX_JOB',
      `DataX cannot name the table "${table}": it takes , and [ ] for several tables`,
    )
  return table
    .split('.')
    .map(part => dialectOf(dialect).identifier(part))
    .join('.')
}

/** Without what is not given. */
export function given(parameter: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(parameter).filter(([, value]) => value !== undefined))
}
