import { randomBytes } from 'node:crypto'
import { postgresDialect } from '../sql/dialect.ts'
import type { ColumnMap } from './columns.ts'
import type { End } from './ends.ts'

/** Names of tables that several sessions load side by side. They are visible to others, so a run that died leaves one. */
const PREFIX = 'assay_stage_'

/** Says that the run that made a staging table lives: its session holds this lock. */
const lockOf = (name: string) => `hashtext(${postgresDialect.literal(name)})::bigint`

/** Greenplum keeps rows where the destination has them, so that publishing moves nothing between segments. */
async function distribution(destination: End, columns: ColumnMap, signal?: AbortSignal): Promise<string> {
  if (destination.engine.flavor !== 'greenplum') return ''
  const { values } = await destination.session.query(
    `select pg_get_table_distributedby(${postgresDialect.literal(destination.table)}::regclass::oid)`,
    { signal },
  )
  const clause = String(values[0]?.[0] ?? '')
  const moved = new Set(columns.pairs.map(pair => pair.right.name))
  const key = /^DISTRIBUTED BY \((.*)\)$/i.exec(clause)?.[1] ?? ''
  const kept = key === '' || key.split(/,\s*/).every(name => moved.has(name.split(' ')[0]?.replaceAll('"', '') ?? ''))
  return ` ${kept ? clause : 'DISTRIBUTED RANDOMLY'}`
}

const STAGE = 'pg_temp.assay_stage'

/** A table of the moved columns that only this session sees and that ends with its transaction. */
export async function makeTemporary(destination: End, columns: ColumnMap, signal?: AbortSignal): Promise<string> {
  const clause = await distribution(destination, columns, signal)
  await destination.session.query(
    `create temporary table assay_stage on commit drop as select ${columns.destinationList} from ${destination.table} with no data${clause}`,
    { signal },
  )
  return STAGE
}

/** A table of the moved columns that other sessions can load. Drop it, or the next run sweeps it. */
export async function makeShared(destination: End, columns: ColumnMap, signal?: AbortSignal): Promise<string> {
  const name = `${PREFIX}${randomBytes(8).toString('hex')}`
  const { schema = 'public' } = destination.shape.name
  const table = postgresDialect.qualified(schema, name)
  const clause = await distribution(destination, columns, signal)
  const kind = destination.engine.flavor === 'greenplum' ? '' : 'unlogged '
  await destination.session.query(`select pg_advisory_lock(${lockOf(name)})`, { signal })
  await destination.session.query(
    `create ${kind}table ${table} as select ${columns.destinationList} from ${destination.table} with no data${clause}`,
    { signal },
  )
  return table
}

/** Drops what runs that died have left in the destination's schema. */
export async function sweep(destination: End, signal?: AbortSignal): Promise<readonly string[]> {
  const { session, shape } = destination
  const { schema = 'public' } = shape.name
  const { values } = await session.query(
    `select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = ${postgresDialect.literal(schema)} and c.relkind = 'r' and c.relname ~ '^${PREFIX}[0-9a-f]{16}$'
        and pg_has_role(c.relowner, 'USAGE')`,
    { signal },
  )
  const swept: string[] = []
  for (const [value] of values) {
    const name = String(value)
    const { values: free } = await session.query(`select pg_try_advisory_lock(${lockOf(name)})`, { signal })
    if (free[0]?.[0] !== true) continue
    await session.query(`drop table if exists ${postgresDialect.qualified(schema, name)}`, { signal })
    await session.query(`select pg_advisory_unlock(${lockOf(name)})`, { signal })
    swept.push(name)
  }
  return swept
}
