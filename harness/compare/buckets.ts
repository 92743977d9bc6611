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
    if (one !== other) bad.push(...compareBuckets(entriesOf(one), entriesOf(other), recipe))
  }
  const sum = (chunks: Chunks, of: 'rows' | 'buckets') => chunks.values().reduce((all, chunk) => all + chunk[of], 0)
  return {
    bad,
    rows: { left: sum(left, 'rows'), right: sum(right, 'rows') },
    badRows: bad.reduce((all, bucket) => all + bucket.rows, 0),
    total: Math.max(sum(left, 'buckets'), sum(right, 'buckets')),
  }
}

type Bucket = { readonly number: number; readonly rows: number; readonly sums: string }

const entriesOf = (text: string): readonly string[] => (text === '' ? [] : text.split(';'))

function parse(entry: string | undefined): Bucket | undefined {
  if (entry === undefined) return undefined
  const [number = '', rows = '', ...sums] = entry.split(':')
  return { number: Number(number), rows: Number(rows), sums: sums.join(':') }
}

/** Two chunks side by side, in the order of their buckets' numbers: only entries that are not alike are taken apart. */
function compareBuckets(left: readonly string[], right: readonly string[], recipe: Recipe): readonly BadBucket[] {
  const bad: BadBucket[] = []
  const note = (...buckets: readonly Bucket[]) =>
    bad.push({ number: String(buckets[0]?.number), rows: Math.max(...buckets.map(bucket => bucket.rows)) })
  let at = 0
  let beside = 0
  while (at < left.length || beside < right.length) {
    if (left[at] === right[beside]) {
      at++
      beside++
      continue
    }
    const [one, other] = [parse(left[at]), parse(right[beside])]
    if (one && other && one.number === other.number) {
      if ((recipe.count && one.rows !== other.rows) || one.sums !== other.sums) note(one, other)
      at++
      beside++
    } else if (one && (!other || one.number < other.number)) {
      note(one)
      at++
    } else {
      if (other && recipe.bothWays) note(other)
      beside++
    }
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
