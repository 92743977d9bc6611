import type { BucketComparison, Buckets } from './buckets.ts'
import { type Key, type Matching, type Mismatch, matchBags, matchByKey } from './match.ts'
import type { Plan, RowSql } from './row-sql.ts'
import type { Side } from './side.ts'

/** Rows of one side that are held at a time. */
const ROWS_AT_ONCE = 150_000
/** Differing keys that are kept; more are only counted. */
const KEPT = 20_000

export type Ends = { readonly left: Side; readonly right: Side }
export type Writers = { readonly left: RowSql; readonly right: RowSql }

export type Found = {
  readonly mismatches: readonly Mismatch[]
  readonly changed: number
  readonly onlyLeft: number
  readonly onlyRight: number
  readonly duplicates: readonly Key[]
  readonly duplicateCount: number
}

/** The rows of bad buckets on both sides, matched, in portions that fit into memory. */
export async function findKeys(
  ends: Ends,
  writers: Writers,
  plan: Plan,
  portions: readonly (readonly string[])[],
  condition?: string,
): Promise<Found> {
  const mismatches: Mismatch[] = []
  const duplicates: Key[] = []
  const counts = { changed: 0, 'only left': 0, 'only right': 0 }
  let duplicateCount = 0
  for (const portion of portions) {
    const [left, right] = await Promise.all([
      ends.left.query(keysSql(ends.left, writers.left, plan, portion, condition)),
      ends.right.query(keysSql(ends.right, writers.right, plan, portion, condition)),
    ])
    const match: Matching = (plan.key.length > 0 ? matchByKey : matchBags)(left.values, right.values, plan.recipe)
    for (const mismatch of match.mismatches) {
      counts[mismatch.kind] += mismatch.times
      if (mismatches.length < KEPT) mismatches.push(mismatch)
    }
    duplicateCount += match.duplicates.length
    duplicates.push(...match.duplicates.slice(0, Math.max(0, 20 - duplicates.length)))
  }
  return {
    mismatches,
    changed: counts.changed,
    onlyLeft: counts['only left'],
    onlyRight: counts['only right'],
    duplicates,
    duplicateCount,
  }
}

function keysSql(side: Side, sql: RowSql, plan: Plan, bad: readonly string[], condition: string | undefined): string {
  const bag = plan.key.length === 0
  const list = bag ? [sql.rowIdentity(), 'count(*)'] : [...sql.keyParts(), sql.rowIdentity()]
  const end = bag ? ' group by 1' : ''
  if (side.engine.dialect === 'mysql') {
    return `select ${list.join(', ')} from ${side.from(condition, `${sql.bucket()} in (${bad.join(', ')})`)}${end}`
  }
  // a join with a list is hashed in every version; IN with a list only since 14
  const where = side.from(condition).slice(side.table.length)
  const joined = `${side.table} join unnest('{${bad.join(',')}}'::bigint[]) as assay_bad(assay_bucket) on assay_bucket = ${sql.bucket()}`
  return `select ${list.join(', ')} from ${joined}${where}${end}`
}

/** Bad buckets in portions of which each side's rows fit into memory. */
export function inPortions(comparison: BucketComparison, left: Buckets, right: Buckets): string[][] {
  const portions: string[][] = []
  let room = 0
  for (const number of comparison.bad) {
    const rows = Math.max(left.get(number)?.rows ?? 0, right.get(number)?.rows ?? 0)
    if (rows > room || portions.length === 0) {
      portions.push([])
      room = ROWS_AT_ONCE
    }
    portions.at(-1)?.push(number)
    room -= rows
  }
  return portions
}
