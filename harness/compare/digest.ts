import type { SqlValue } from '../sql/session.ts'
import { type BadBucket, type BucketComparison, type Chunks, compareChunks, inPortions, primeFrom } from './buckets.ts'
import { PER_CHUNK, rangeOfBucket } from './ranges.ts'
import type { Plan, RowSql } from './row-sql.ts'
import type { Side } from './side.ts'

export type Ends = { readonly left: Side; readonly right: Side }
export type Writers = { readonly left: RowSql; readonly right: RowSql }

/** Rows of bad buckets up to which their keys are fetched without a finer digest. */
const FEW_ROWS = 20_000
/** How much finer the second digest is. */
const FINER = 16
/** Rows that one finer digest looks at: their groups fit into memory. */
const ROWS_REFINED = 1_000_000

/** Rows of some buckets: which digest's numbers they are. */
export type Selection = { readonly count: number; readonly buckets: readonly string[] }

/** A statement's part of the work: whose rows, and what numbers their buckets. */
type Share = { readonly from: string; readonly bucket: (count: number) => string }

/** What is read in one statement, or range by range, of the whole table or of some buckets. */
function sharesOf(
  side: Side,
  sql: RowSql,
  plan: Plan,
  options: { readonly selection?: Selection; readonly condition?: string },
): readonly Share[] {
  const { selection, condition } = options
  const { ranges } = plan
  if (!ranges || side.engine.dialect === 'postgres') {
    return [{ from: fromBuckets(side, sql, selection, condition), bucket: count => sql.bucket(count) }]
  }
  const share = (range: number, wanted: readonly string[] | undefined): Share => {
    const bucket = (count: number) => sql.bucketWithin(range, count)
    const chosen = selection && wanted && `${bucket(selection.count)} in (${wanted.join(', ')})`
    return { from: side.fromRange(condition, sql.within(range), chosen), bucket }
  }
  if (!selection) return Array.from({ length: ranges.starts.length + 1 }, (_, range) => share(range, undefined))
  const byRange = Map.groupBy(selection.buckets, bucket => rangeOfBucket(bucket, selection.count, ranges))
  return [...byRange].map(([range, wanted]) => share(range, wanted))
}

/** The table joined with, or limited to, the rows of some buckets. */
function fromBuckets(side: Side, sql: RowSql, selection: Selection | undefined, condition: string | undefined): string {
  if (!selection) return side.from(condition)
  const bucket = sql.bucket(selection.count)
  if (side.engine.dialect === 'mysql') return side.from(condition, `${bucket} in (${selection.buckets.join(', ')})`)
  // a join with a list is hashed in every version; IN with a list only since 14
  const where = side.from(condition).slice(side.table.length)
  const list = `unnest('{${selection.buckets.join(',')}}'::bigint[]) as assay_bad(assay_bucket)`
  return `${side.table} join ${list} on assay_bucket = ${bucket}${where}`
}

/** How far a pass over one side has come. */
export type Passed = { readonly rows: number; readonly done: number; readonly of: number }

export type DigestOptions = {
  /** Buckets; default: the plan's. */
  readonly count?: number
  readonly selection?: Selection
  readonly condition?: string
  readonly passed?: (passed: Passed) => void
}

/** One pass over a side: rows and sums by bucket. */
export async function digest(side: Side, sql: RowSql, plan: Plan, options: DigestOptions = {}): Promise<Chunks> {
  const { count = plan.buckets, passed } = options
  const sums = [`${sql.aggregate(sql.rowHash())} as s`]
  if (plan.secondHash) sums.push(`${sql.aggregate(sql.rowHash(true))} as s2`)
  const chunks = side.engine.dialect === 'mysql' ? mysqlChunks : postgresChunks
  const texts = sharesOf(side, sql, plan, options).map(({ from, bucket }) =>
    chunks(`select ${bucket(count)} as b, count(*) as n, ${sums.join(', ')} from ${from} group by 1`, plan),
  )
  let rows = 0
  const results = await side.queryEach(texts, (result, done) => {
    rows += result.values.reduce((sum, row) => sum + Number(row[2]), 0)
    passed?.({ rows, done, of: texts.length })
  })
  return new Map(
    results.flatMap(result =>
      result.values.map(row => [
        String(row[0]),
        { buckets: Number(row[1]), rows: Number(row[2]), text: String(row[3]) },
      ]),
    ),
  )
}

/** The rows of some buckets, as `list` says; `rest` follows the conditions. */
export async function readSelection(
  side: Side,
  sql: RowSql,
  plan: Plan,
  options: {
    readonly selection: Selection
    readonly condition?: string
    readonly list: string
    readonly rest?: string
  },
): Promise<readonly (readonly SqlValue[])[]> {
  const { list, rest = '' } = options
  const texts = sharesOf(side, sql, plan, options).map(({ from }) => `select ${list} from ${from}${rest}`)
  return (await side.queryEach(texts)).flatMap(result => result.values)
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
