import { mysqlDialect } from '../../sql/dialect.ts'
import type { SqlSession } from '../../sql/session.ts'
import type { Column, EngineFacts, Index, TableName, TableShape } from '../model.ts'
import { columnType } from './types.ts'

export async function readEngine(session: SqlSession, signal?: AbortSignal): Promise<EngineFacts> {
  const { values } = await session.query('select version()', { signal })
  const text = String(values[0]?.[0])
  const [major = 0, minor = 0, patch = 0] = text.split(/[.-]/).map(Number)
  const flavor = /mariadb/i.test(text) ? 'mariadb' : 'mysql'
  return { dialect: 'mysql', flavor, version: major * 10_000 + minor * 100 + patch, versionText: text }
}

const { literal } = mysqlDialect

const schemaOf = (name: TableName) => (name.schema === undefined ? 'database()' : literal(name.schema))

const tableOf = (name: TableName) => `
select table_schema, table_type, table_collation, engine from information_schema.tables
 where table_schema = ${schemaOf(name)} and table_name = ${literal(name.name)}`

const columnsOf = (name: TableName) => `
select column_name, data_type, column_type, numeric_scale, datetime_precision, numeric_precision, character_set_name, collation_name,
       is_nullable, column_default, extra, generation_expression
  from information_schema.columns
 where table_schema = ${schemaOf(name)} and table_name = ${literal(name.name)} order by ordinal_position`

const indexesOf = (name: TableName) => `
select index_name, non_unique, column_name, sub_part, nullable
  from information_schema.statistics
 where table_schema = ${schemaOf(name)} and table_name = ${literal(name.name)} order by index_name, seq_in_index`

/** MariaDB's JSON columns are known by their check. MySQL has no such column in check_constraints, so this is asked of MariaDB only. */
const jsonChecksOf = (name: TableName) => `
select constraint_name, check_clause from information_schema.check_constraints
 where constraint_schema = ${schemaOf(name)} and table_name = ${literal(name.name)} and check_clause like 'json_valid(%'`

/** The catalog leaves out columns that an account may not read: rights on single columns are rights on not all of them. */
const columnRightsOf = (name: TableName) => `
select count(*) from information_schema.column_privileges
 where table_schema = ${schemaOf(name)} and table_name = ${literal(name.name)}`

/** Rejects with ASSAY_SQL, class access_denied, where the account may read some columns only. */
export async function readShape(
  session: SqlSession,
  name: TableName,
  engine: EngineFacts,
  signal?: AbortSignal,
): Promise<TableShape | undefined> {
  const json = engine.flavor === 'mariadb' ? jsonChecksOf(name) : 'do 0'
  const [table, columnRows, indexRows, rights, checks] = await session.queryAll(
    `${tableOf(name)};${columnsOf(name)};${indexesOf(name)};${columnRightsOf(name)};${json}`,
    { signal },
  )
  const found = table?.values[0]
  if (!found) return undefined
  if (Number(rights?.values[0]?.[0]) > 0) {
    await session.query(`select * from ${mysqlDialect.qualified(String(found[0]), name.name)} limit 0`, { signal })
  }
  const jsonColumns = new Set((checks?.values ?? []).map(row => /^json_valid\(`(.*)`\)$/.exec(String(row[1]))?.[1]))
  const columns = (columnRows?.values ?? []).map(row => toColumn(row as CatalogRow, jsonColumns))
  return {
    name: { schema: String(found[0]), name: name.name },
    kind: found[1] === 'VIEW' || found[1] === 'SYSTEM VIEW' ? 'view' : 'table',
    columns,
    indexes: toIndexes((indexRows?.values ?? []) as unknown as IndexRow[]),
    ...(found[2] === null ? {} : { collation: String(found[2]) }),
    ...(found[3] === null ? {} : { engine: String(found[3]) }),
  }
}

type CatalogRow = [
  name: string,
  type: string,
  declared: string,
  scale: number | null,
  fraction: number | null,
  precision: number | null,
  charset: string | null,
  collation: string | null,
  nullable: string,
  preset: string | null,
  extra: string,
  generation: string | null,
]

function toColumn(row: CatalogRow, jsonColumns: ReadonlySet<string | undefined>): Column {
  const [name, type, declared, scale, fraction, precision, charset, collation, nullable, preset, extra, generation] =
    row
  const jsonCheck = jsonColumns.has(name)
  return {
    name,
    type: columnType({ name: type, declared, scale, fraction, precision, charset, jsonCheck }),
    nullable: nullable === 'YES',
    autoIncrement: extra.includes('auto_increment'),
    ...(preset === null || (preset === 'NULL' && nullable === 'YES') ? {} : { default: preset }),
    ...(collation === null ? {} : { collation }),
    ...(generation ? { generated: generation } : {}),
  }
}

type IndexRow = [name: string, nonUnique: number, column: string | null, prefix: number | null, nullable: string]

function toIndexes(rows: readonly IndexRow[]): Index[] {
  const byName = Map.groupBy(rows, row => row[0])
  return [...byName].map(([name, parts]) => {
    const unique = Number(parts[0]?.[1]) === 0
    const special = parts.some(([, , column, prefix]) => column === null || prefix !== null)
    return {
      name,
      columns: parts.map(part => part[2] ?? '(expression)'),
      unique,
      primary: name === 'PRIMARY',
      identifies: unique && !special && parts.every(part => part[4] !== 'YES'),
      ...(special ? { detail: parts.map(part => `${part[2]}(${part[3]})`).join(', ') } : {}),
    }
  })
}

export async function listTables(session: SqlSession, schema: string, signal?: AbortSignal): Promise<string[]> {
  const { values } = await session.query(
    `select table_name from information_schema.tables where table_schema = ${literal(schema)} and table_type = 'BASE TABLE' order by 1`,
    { signal },
  )
  return values.map(row => String(row[0]))
}

/** Databases of the servers and of Klustron's own book-keeping (reference klustron.md 3.4). */
const SYSTEM_DATABASES = new Set(['mysql', 'sys', 'information_schema', 'performance_schema', 'kunlun_sysdb'])

export async function listSchemas(session: SqlSession, signal?: AbortSignal): Promise<string[]> {
  const { values } = await session.query('select schema_name from information_schema.schemata order by 1', { signal })
  return values.map(row => String(row[0])).filter(name => !SYSTEM_DATABASES.has(name.toLowerCase()))
}

/** The optimizer's estimate of the rows that a comparison will read. */
export async function estimateRows(session: SqlSession, from: string, signal?: AbortSignal): Promise<number> {
  const { rows } = await session.query(`explain format=traditional select 1 from ${from}`, { signal })
  return Math.max(0, ...rows.map(row => Number(row.rows ?? 0)).filter(Number.isFinite))
}
