import type { Recipe } from './recipe.ts'

/** Rows per bucket that make the second step cheap without making the first step's answer large. */
const ROWS_PER_BUCKET = 128
const FEWEST = 256
const MOST = 262_144

/** A prime, so that keys that step by a round number do not all fall into a few buckets. */
export function bucketCount(rows: number): number {
  return primeFrom(Math.min(MOST, Math.max(FEWEST, Math.ceil(rows / ROWS_PER_BUCKET))))
}

/** The least prime that is not smaller. */
export function primeFrom(least: number): number {
  for (let count = least; ; count++) if (isPrime(count)) return count
}

function isPrime(number: number): boolean {
  for (let divisor = 2; divisor * divisor <= number; divisor++) if (number % divisor === 0) return false
  return true
}

/**
 * About a thousand buckets, written by the server as one text `number:rows:sum[:second];…` in the order of their numbers: where the texts of
 * both sides are alike nothing has to be taken apart, and a million buckets are a few hundred rows.
 */
export type Chunk = { readonly buckets: number; readonly rows: number; readonly text: string }
export type Chunks = ReadonlyMap<string, Chunk>

/** A bucket that differs. Its number may be negative: the remainder has the key's sign. */
export type BadBucket = { readonly number: string; readonly rows: number }

export type BucketComparison = {
  readonly bad: readonly BadBucket[]
  /** Rows on the left, and on the right, in all buckets. */
  readonly rows: { readonly left: number; readonly right: number }
  /** The larger number of rows of each bad bucket, summed. */
  readonly badRows: number
  /** Buckets of the side that has more. */
  readonly total: number
}

export function compareChunks(left: Chunks, right: Chunks, recipe: Recipe): BucketComparison {
  const bad: BadBucket[] = []
  const names = recipe.bothWays ? new Set([...left.keys(), ...right.keys()]) : left.keys()
  for (const name of names) {
    const [one, other] = [left.get(name)?.text ?? '', right.get(name)?.text ?? '']
    if (one !== other) bad.push(...compareBuckets(parse(one), parse(other), recipe))
  }
  const sum = (chunks: Chunks, of: 'rows' | 'buckets') => chunks.values().reduce((all, chunk) => all + chunk[of], 0)
  return {
    bad,
    rows: { left: sum(left, 'rows'), right: sum(right, 'rows') },
    badRows: bad.reduce((all, bucket) => all + bucket.rows, 0),
    total: Math.max(sum(left, 'buckets'), sum(right, 'buckets')),
  }
}

type Bucket = { readonly rows: number; readonly sums: string }

function parse(text: string): ReadonlyMap<string, Bucket> {
  const entries = text === '' ? [] : text.split(';')
  return new Map(
    entries.map(entry => {
      const [number = '', rows = '', ...sums] = entry.split(':')
      return [number, { rows: Number(rows), sums: sums.join(':') }]
    }),
  )
}

function compareBuckets(
  left: ReadonlyMap<string, Bucket>,
  right: ReadonlyMap<string, Bucket>,
  recipe: Recipe,
): readonly BadBucket[] {
  const numbers = recipe.bothWays ? new Set([...left.keys(), ...right.keys()]) : left.keys()
  const bad: BadBucket[] = []
  for (const number of numbers) {
    const [one, other] = [left.get(number), right.get(number)]
    if ((!recipe.count || one?.rows === other?.rows) && one?.sums === other?.sums) continue
    bad.push({ number, rows: Math.max(one?.rows ?? 0, other?.rows ?? 0) })
  }
  return bad
}

/** Buckets in portions of at most so many rows; a bucket that alone has more is a portion of its own. */
export function inPortions(bad: readonly BadBucket[], rowsAtOnce: number): readonly (readonly BadBucket[])[] {
  const portions: BadBucket[][] = []
  let room = 0
  for (const bucket of bad) {
    if (bucket.rows > room || portions.length === 0) {
      portions.push([])
      room = rowsAtOnce
    }
    portions.at(-1)?.push(bucket)
    room -= bucket.rows
  }
  return portions
}
