import { postgresDialect } from '../../sql/dialect.ts'
import type { SqlSession } from '../../sql/session.ts'
import type { Column, EngineFacts, Index, TableName, TableShape } from '../model.ts'
import { columnType } from './types.ts'

/** Written for 9.4 (Greenplum 6) and later; columns that came later are read through row_to_json, which gives null where there are none. */

export async function readEngine(session: SqlSession, signal?: AbortSignal): Promise<EngineFacts> {
  const { values } = await session.query(
    "select version(), current_setting('server_version_num')::int, current_setting('server_encoding')",
    { signal },
  )
  const [text, version, encoding] = values[0] as [string, number, string]
  const flavor = /Greenplum/i.test(text) ? 'greenplum' : 'postgresql'
  return { dialect: 'postgres', flavor, version, versionText: text.split(' on ')[0] ?? text, encoding }
}

const { literal } = postgresDialect

function relation({ schema, name }: TableName): string {
  const within = schema === undefined ? 'pg_table_is_visible(c.oid)' : `n.nspname = ${literal(schema)}`
  return `c.relname = ${literal(name)} and ${within} and c.relkind in ('r', 'p', 'v', 'm', 'f')`
}

const columnsOf = (name: TableName) => `
with recursive base(oid, typbasetype, typtype, typname, root) as (
  select t.oid, t.typbasetype, t.typtype, t.typname, t.oid from pg_type t
   where t.oid in (select atttypid from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace where ${relation(name)})
  union all
  select t.oid, t.typbasetype, t.typtype, t.typname, base.root from base join pg_type t on t.oid = base.typbasetype where base.typtype = 'd'
)
select a.attname::text, base.typname::text, format_type(a.atttypid, a.atttypmod),
       case when t.typtype = 'd' then t.typtypmod else a.atttypmod end, base.typtype::text, a.atttypid::int8,
       a.attnotnull, pg_get_expr(d.adbin, d.adrelid), co.collname::text,
       row_to_json(a)->>'attidentity', row_to_json(a)->>'attgenerated', c.relkind::text, n.nspname::text
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  left join pg_type t on t.oid = a.atttypid
  left join base on base.root = a.atttypid and base.typtype <> 'd'
  left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
  left join pg_collation co on co.oid = a.attcollation and co.oid <> t.typcollation
 where ${relation(name)}
 order by a.attnum`

const indexesOf = (name: TableName) => `
select i.relname::text, x.indisunique, x.indisprimary,
       array(select a.attname::text from generate_series(1, coalesce((row_to_json(x)->>'indnkeyatts')::int, x.indnatts)) k
              join pg_attribute a on a.attrelid = x.indrelid and a.attnum = x.indkey[k - 1] order by k),
       coalesce((row_to_json(x)->>'indnkeyatts')::int, x.indnatts), pg_get_indexdef(i.oid), x.indpred is not null or x.indexprs is not null
  from pg_index x
  join pg_class i on i.oid = x.indexrelid
  join pg_class c on c.oid = x.indrelid
  join pg_namespace n on n.oid = c.relnamespace
 where ${relation(name)} and x.indisvalid
 order by i.relname`

type ColumnRow = [
  name: string | null,
  type: string,
  declared: string,
  modifier: number,
  category: string,
  oid: number,
  notNull: boolean,
  expression: string | null,
  collation: string | null,
  identity: string | null,
  generated: string | null,
  kind: string,
  schema: string,
]

/** The table's shape, or undefined where there is none of that name. */
export async function readShape(
  session: SqlSession,
  name: TableName,
  signal?: AbortSignal,
): Promise<TableShape | undefined> {
  const [columnRows, indexRows] = await session.queryAll(`${columnsOf(name)};${indexesOf(name)}`, { signal })
  const rows = (columnRows?.values ?? []) as unknown as ColumnRow[]
  const first = rows[0]
  if (!first) return undefined
  const columns = rows.flatMap(toColumn)
  const required = new Set(columns.filter(column => !column.nullable).map(column => column.name))
  const indexes = (indexRows?.values ?? []).map((row): Index => {
    const [index, unique, primary, keys, count, definition, special] = row as unknown as IndexRow
    const plain = !special && keys.length === count
    return {
      name: index,
      columns: keys,
      unique,
      primary,
      identifies: unique && plain && keys.every(key => required.has(key)),
      ...(plain ? {} : { detail: definition.slice(definition.indexOf(' USING ') + 7) }),
    }
  })
  const kind = first[11] === 'v' || first[11] === 'm' ? 'view' : 'table'
  return { name: { schema: first[12], name: name.name }, kind, columns, indexes }
}

type IndexRow = [string, boolean, boolean, readonly string[], number, string, boolean]

function toColumn(row: ColumnRow): Column[] {
  const [name, type, declared, modifier, category, oid, notNull, expression, collation, identity, generated] = row
  if (name === null) return []
  const isGenerated = generated !== null && generated !== ''
  const serial = expression?.startsWith('nextval(') === true || (identity !== null && identity !== '')
  return [
    {
      name,
      type: columnType({ name: type, declared, modifier, category, oid }),
      nullable: !notNull,
      autoIncrement: serial,
      ...(expression !== null && !isGenerated && !serial ? { default: expression } : {}),
      ...(isGenerated && expression !== null ? { generated: expression } : {}),
      ...(collation === null ? {} : { collation }),
    },
  ]
}

/** Ordinary and partitioned tables of a schema, by name; partitions are seen through their parent, views left out. */
export async function listTables(session: SqlSession, schema: string, signal?: AbortSignal): Promise<string[]> {
  const { values } = await session.query(
    `select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = ${literal(schema)} and c.relkind in ('r', 'p')
        and not exists (select 1 from pg_inherits i where i.inhrelid = c.oid) order by 1`,
    { signal },
  )
  return values.map(row => String(row[0]))
}

/** Schemas that hold users' tables. */
export async function listSchemas(session: SqlSession, signal?: AbortSignal): Promise<string[]> {
  const { values } = await session.query(
    "select nspname::text from pg_namespace where nspname not like 'pg\\_%' and nspname not in ('information_schema', 'gp_toolkit') order by 1",
    { signal },
  )
  return values.map(row => String(row[0]))
}

/** The planner's estimate of the rows that a comparison will read. */
export async function estimateRows(session: SqlSession, from: string, signal?: AbortSignal): Promise<number> {
  const { values } = await session.query(`explain (format json) select 1 from ${from}`, { signal })
  const plan = JSON.parse(String(values[0]?.[0])) as [{ Plan: { 'Plan Rows': number } }]
  return plan[0].Plan['Plan Rows']
}

/**
 * True where the table, or a partition of it, was truncated or written anew since the transaction's snapshot was taken: such files hold
 * nothing of what the snapshot should see. The catalog is read as of the snapshot, the function as of now.
 */
export async function isRewritten(session: SqlSession, { name }: TableShape, signal?: AbortSignal): Promise<boolean> {
  const { values } = await session.query(
    `select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
       left join pg_inherits i on i.inhparent = c.oid join pg_class f on f.oid in (c.oid, i.inhrelid)
      where ${relation(name)} and f.relkind in ('r', 'm') and f.relfilenode <> 0
        and f.relfilenode is distinct from pg_relation_filenode(f.oid)`,
    { signal },
  )
  return Number(values[0]?.[0]) > 0
}
