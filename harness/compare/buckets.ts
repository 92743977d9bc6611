import type { SqlResult, SqlValue } from '../sql/session.ts'
import type { Recipe } from './recipe.ts'

/** One bucket of one side: how many rows, and the sum of their hashes as the server printed it. */
export type Bucket = { readonly rows: number; readonly sum: string; readonly second: string }

/** Buckets by number. Numbers may be negative: the remainder has the key's sign. */
export type Buckets = ReadonlyMap<string, Bucket>

/** Rows per bucket that make the second step cheap without making the first step's answer large. */
const ROWS_PER_BUCKET = 128
const FEWEST = 256
const MOST = 262_144

/** A prime, so that keys that step by a round number do not all fall into a few buckets. */
export function bucketCount(rows: number): number {
  const wanted = Math.min(MOST, Math.max(FEWEST, Math.ceil(rows / ROWS_PER_BUCKET)))
  for (let count = wanted; ; count++) if (isPrime(count)) return count
}

function isPrime(number: number): boolean {
  for (let divisor = 2; divisor * divisor <= number; divisor++) if (number % divisor === 0) return false
  return true
}

/** Reads the columns bucket, rows, sum and, where there is one, the second sum. */
export function readBuckets(result: SqlResult): Buckets {
  return new Map(
    result.values.map(row => [
      String(row[0]),
      { rows: Number(row[1]), sum: printed(row[2]), second: row.length > 3 ? printed(row[3]) : '' },
    ]),
  )
}

/** Sums are numerics, of which one server may print a fraction of zeros. */
function printed(value: SqlValue | undefined): string {
  return String(value).replace(/\.0*$/, '')
}

export type BucketComparison = {
  /** Numbers of the buckets that differ. */
  readonly bad: readonly string[]
  /** Rows on the left, and on the right, in all buckets. */
  readonly rows: { readonly left: number; readonly right: number }
  /** The larger number of rows of each bad bucket, summed. */
  readonly badRows: number
  /** Buckets that one side or both have. */
  readonly total: number
}

export function compareBuckets(left: Buckets, right: Buckets, recipe: Recipe): BucketComparison {
  const bad: string[] = []
  let badRows = 0
  const rows = { left: 0, right: 0 }
  let total = 0
  const numbers = recipe.bothWays ? new Set([...left.keys(), ...right.keys()]) : left.keys()
  for (const bucket of right.values()) rows.right += bucket.rows
  for (const number of numbers) {
    const one = left.get(number)
    const other = right.get(number)
    total++
    rows.left += one?.rows ?? 0
    const alike =
      (!recipe.count || one?.rows === other?.rows) && one?.sum === other?.sum && one?.second === other?.second
    if (alike) continue
    bad.push(number)
    badRows += Math.max(one?.rows ?? 0, other?.rows ?? 0)
  }
  return { bad, rows, badRows, total }
}
