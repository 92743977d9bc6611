import { availableParallelism } from 'node:os'
import { postgresDialect } from '../sql/dialect.ts'
import type { End } from './ends.ts'
import type { Slice } from './model.ts'

/** One stream's rows: a relation, and a condition that no other stream's rows meet. */
export type Part = { readonly from: string; readonly where?: string }

export type Split = {
  readonly parts: readonly Part[]
  /** `ctid`, `segment`, `key "id"`, `one`. */
  readonly by: string
}

/** Less than this is not worth a second connection. */
const ONE_STREAM_BELOW = 256 * 1024 * 1024
const MOST_STREAMS = 8

/**
 * How many streams where nobody says: every stream keeps a server process busy on each side, so half the cores, and one for a small table.
 * On two cores one stream uses both already.
 */
export function defaultStreams(size: number, cores = availableParallelism()): number {
  if (size < ONE_STREAM_BELOW) return 1
  return Math.max(1, Math.min(MOST_STREAMS, Math.floor(cores / 2)))
}

/** Splits the source's rows into at most `streams` parts that together are all of them, in one snapshot. */
export async function splitTable(
  end: End,
  streams: number,
  slice: Slice | undefined,
  signal?: AbortSignal,
): Promise<Split> {
  const whole: Split = { parts: [{ from: end.table }], by: 'one' }
  if (streams <= 1) return whole
  if (end.engine.flavor === 'greenplum') return (await bySegment(end, streams, signal)) ?? whole
  // Before version 14 a range of ctid reads the whole table; so does it where an index would find the slice
  if (end.engine.version >= 140_000 && slice?.where === undefined) return (await byPages(end, streams, signal)) ?? whole
  return (await byKey(end, streams, slice, signal)) ?? whole
}

/** `gp_segment_id = k` goes to that segment alone. A replicated table is whole on each. */
async function bySegment(end: End, streams: number, signal?: AbortSignal): Promise<Split | undefined> {
  const { values } = await end.session.query(
    `select count(*)::int, coalesce((select row_to_json(p)->>'policytype' from gp_distribution_policy p
       where localoid = ${postgresDialect.literal(end.table)}::regclass), 'p')
       from gp_segment_configuration where content >= 0 and role = 'p'`,
    { signal },
  )
  const [segments, policy] = values[0] as [number, string]
  if (policy === 'r' || segments < 2) return undefined
  const groups = Math.min(streams, segments)
  const parts = Array.from({ length: groups }, (_, group) => {
    const own = Array.from({ length: segments }, (__, segment) => segment).filter(segment => segment % groups === group)
    return { from: end.table, where: `gp_segment_id in (${own.join(', ')})` }
  })
  return { parts, by: 'segment' }
}

/** Ranges of pages, by bytes. The last is open, for pages that were added since. Partitions are split one by one. */
async function byPages(end: End, streams: number, signal?: AbortSignal): Promise<Split | undefined> {
  if (!end.plain && !end.partitioned) return undefined
  const table = postgresDialect.literal(end.table)
  const relations = end.partitioned
    ? `select relid from pg_partition_tree(${table}::regclass) where isleaf`
    : `select ${table}::regclass as relid`
  const { values } = await end.session.query(
    `select format('%I.%I', n.nspname, c.relname), (pg_relation_size(c.oid) / current_setting('block_size')::int)::int,
            pg_table_size(c.oid)::float8, c.relkind::text
       from (${relations}) r join pg_class c on c.oid = r.relid join pg_namespace n on n.oid = c.relnamespace order by 3 desc`,
    { signal },
  )
  const tables = values as unknown as readonly [string, number, number, string][]
  // A foreign table has no pages; old-style children come with their parent
  if (tables.length === 0 || tables.some(([, , , kind]) => kind !== 'r')) return undefined
  const total = tables.reduce((sum, [, , bytes]) => sum + bytes, 0)
  const parts = tables.flatMap(([relation, pages, bytes]): Part[] => {
    const ranges = Math.max(1, Math.min(pages, Math.round((bytes / Math.max(1, total)) * streams)))
    return Array.from({ length: ranges }, (_, index) => {
      const from = Math.floor((pages * index) / ranges)
      const to = Math.floor((pages * (index + 1)) / ranges)
      const upper = index === ranges - 1 ? '' : ` and ctid < '(${to},0)'`
      return { from: `only ${relation}`, ...(ranges === 1 ? {} : { where: `ctid >= '(${from},0)'${upper}` }) }
    })
  })
  return parts.length < 2 ? undefined : { parts, by: 'ctid' }
}

/** Equal ranges of the first integer column of a key, open at both ends. */
async function byKey(
  end: End,
  streams: number,
  slice: Slice | undefined,
  signal?: AbortSignal,
): Promise<Split | undefined> {
  const leading = end.shape.indexes.filter(index => index.identifies).map(index => index.columns[0])
  const column = end.shape.columns.find(one => leading.includes(one.name) && one.type.kind === 'integer')
  if (!column) return undefined
  const key = postgresDialect.identifier(column.name)
  const where = slice?.where === undefined ? '' : ` where ${slice.where}`
  const { values } = await end.session.query(`select min(${key})::text, max(${key})::text from ${end.table}${where}`, {
    signal,
  })
  const [low, high] = values[0] as [string | null, string | null]
  if (low === null || high === null) return undefined
  const span = BigInt(high) - BigInt(low) + 1n
  const count = span < BigInt(streams) ? span : BigInt(streams)
  if (count < 2n) return undefined
  const bound = (index: bigint) => BigInt(low) + (span * index) / count
  const parts = Array.from({ length: Number(count) }, (_, at) => {
    const conditions = [
      ...(at === 0 ? [] : [`${key} >= ${bound(BigInt(at))}`]),
      ...(at === Number(count) - 1 ? [] : [`${key} < ${bound(BigInt(at + 1))}`]),
    ]
    return { from: end.table, where: conditions.join(' and ') }
  })
  return { parts, by: `key "${column.name}"` }
}
