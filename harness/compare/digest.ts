import { type BadBucket, type BucketComparison, type Chunks, compareChunks, inPortions, primeFrom } from './buckets.ts'
import type { Plan, RowSql } from './row-sql.ts'
import type { Side } from './side.ts'

export type Ends = { readonly left: Side; readonly right: Side }
export type Writers = { readonly left: RowSql; readonly right: RowSql }

/** Buckets in one chunk of text. */
const PER_CHUNK = 1_024
/** Rows of bad buckets up to which their keys are fetched without a finer digest. */
const FEW_ROWS = 20_000
/** How much finer the second digest is. */
const FINER = 16
/** Rows that one finer digest looks at: their groups fit into memory. */
const ROWS_REFINED = 1_000_000

/** Rows of some buckets: which digest's numbers they are. */
export type Selection = { readonly count: number; readonly buckets: readonly string[] }

/** The table joined with, or limited to, the rows of some buckets. */
export function fromBuckets(
  side: Side,
  sql: RowSql,
  selection: Selection | undefined,
  condition: string | undefined,
): string {
  if (!selection) return side.from(condition)
  const bucket = sql.bucket(selection.count)
  if (side.engine.dialect === 'mysql') return side.from(condition, `${bucket} in (${selection.buckets.join(', ')})`)
  // a join with a list is hashed in every version; IN with a list only since 14
  const where = side.from(condition).slice(side.table.length)
  const list = `unnest('{${selection.buckets.join(',')}}'::bigint[]) as assay_bad(assay_bucket)`
  return `${side.table} join ${list} on assay_bucket = ${bucket}${where}`
}

/** One pass over a side: rows and sums by bucket. */
export async function digest(
  side: Side,
  sql: RowSql,
  plan: Plan,
  options: { readonly count?: number; readonly selection?: Selection; readonly condition?: string } = {},
): Promise<Chunks> {
  const { count = plan.buckets, selection, condition } = options
  const second = plan.secondHash ? `, ${sql.aggregate(sql.rowHash(true))} as s2` : ''
  const inner =
    `select ${sql.bucket(count)} as b, count(*) as n, ${sql.aggregate(sql.rowHash())} as s${second} ` +
    `from ${fromBuckets(side, sql, selection, condition)} group by 1`
  const result = await side.query(
    side.engine.dialect === 'mysql' ? mysqlChunks(inner, plan) : postgresChunks(inner, plan),
  )
  return new Map(
    result.values.map(row => [String(row[0]), { buckets: Number(row[1]), rows: Number(row[2]), text: String(row[3]) }]),
  )
}

function postgresChunks(inner: string, plan: Plan): string {
  const entry = `b || ':' || n || ':' || s${plan.secondHash ? " || ':' || s2" : ''}`
  return `select b / ${PER_CHUNK}, count(*), sum(n), string_agg(${entry}, ';' order by b) from (${inner}) as assay_buckets group by 1`
}

function mysqlChunks(inner: string, plan: Plan): string {
  const entry = `concat_ws(':', b, n, s${plan.secondHash ? ', s2' : ''})`
  return `select b div ${PER_CHUNK}, count(*), sum(n), group_concat(${entry} order by b separator ';') from (${inner}) as assay_buckets group by 1`
}

/** The share of bad buckets beyond which looking for every key costs more than it tells. */
const MASS_SHARE = 0.3
/** Rows of bad buckets up to which every key is looked for whatever the share. */
const MASS_ROWS = 50_000

export type Narrowed = {
  /** Selections of a few rows each, which hold every difference. */
  readonly selections: readonly Selection[]
  /** So many rows differ that a sample tells more. */
  readonly mass: boolean
}

/**
 * Narrows bad buckets down: where they hold many rows, a finer digest of those rows alone tells which of their parts differ, so that
 * only a few rows have to be fetched.
 */
export async function narrow(
  ends: Ends,
  writers: Writers,
  plan: Plan,
  comparison: BucketComparison,
  conditions: { readonly left?: string; readonly right?: string },
): Promise<Narrowed> {
  const selected = (count: number, bad: readonly BadBucket[]) =>
    inPortions(bad, FEW_ROWS).map(portion => ({ count, buckets: portion.map(bucket => bucket.number) }))
  const { bad, badRows, total } = comparison
  if (badRows <= FEW_ROWS) return { selections: selected(plan.buckets, bad), mass: false }
  // rows without a key fall by their hash: a finer digest would compute it as often as fetching does
  const largest = plan.key.length === 0 ? MASS_ROWS : ROWS_REFINED
  if (badRows > largest && bad.length > MASS_SHARE * total) return { selections: [], mass: true }
  if (plan.key.length === 0) return { selections: selected(plan.buckets, bad), mass: false }
  const count = primeFrom(plan.buckets * FINER)
  const finer = { bad: [] as BadBucket[], rows: 0, total: 0 }
  for (const portion of inPortions(bad, ROWS_REFINED)) {
    const selection = { count: plan.buckets, buckets: portion.map(bucket => bucket.number) }
    const [left, right] = await Promise.all([
      digest(ends.left, writers.left, plan, { count, selection, condition: conditions.left }),
      digest(ends.right, writers.right, plan, { count, selection, condition: conditions.right }),
    ])
    const part = compareChunks(left, right, plan.recipe)
    finer.bad.push(...part.bad)
    finer.rows += part.badRows
    finer.total += part.total
  }
  if (finer.rows > MASS_ROWS && finer.bad.length > MASS_SHARE * finer.total) return { selections: [], mass: true }
  return { selections: selected(count, finer.bad), mass: false }
}
