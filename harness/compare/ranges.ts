import { dialectOf } from '../sql/dialect.ts'
import { primeFrom } from './buckets.ts'
import type { ColumnPair } from './kind.ts'
import type { Side } from './side.ts'

/**
 * Ranges of an integer key of about as many rows each. Every bucket lies in one range on both sides, so that an engine that uses one
 * core for a statement can be asked range by range over several connections, and no sums have to be put together afterwards.
 */
export type Ranges = {
  readonly pair: ColumnPair
  /** Where the second range and those after it begin, ascending: each holds its start and ends before the next. */
  readonly starts: readonly string[]
}

/** Buckets in one chunk of text. */
export const PER_CHUNK = 1_024

/** How far the bucket numbers of two neighbouring ranges lie apart: the remainders of negative keys have room, and no chunk is of two ranges. */
export function strideOf(perRange: number): number {
  return Math.ceil((2 * perRange) / PER_CHUNK) * PER_CHUNK
}

/** Buckets of each range, where so many are asked for in all. */
export function perRangeOf(buckets: number, { starts }: Ranges): number {
  return primeFrom(Math.ceil(buckets / (starts.length + 1)))
}

/** The range that a bucket lies in. */
export function rangeOfBucket(bucket: string, buckets: number, ranges: Ranges): number {
  return Math.floor(Number(bucket) / strideOf(perRangeOf(buckets, ranges)))
}

/** `id >= 10 and id < 20`; the first range has no beginning and the last no end. */
export function withinRange(ref: string, { starts }: Ranges, range: number): string {
  const [from, to] = [starts[range - 1], starts[range]]
  return [from === undefined ? '' : `${ref} >= ${from}`, to === undefined ? '' : `${ref} < ${to}`]
    .filter(Boolean)
    .join(' and ')
}

/** How finely keys are looked at: parts of a range. */
const PARTS = 4
/** Into how many a part is cut that holds too many rows. */
const CUT = 16
/** The most statements of EXPLAIN. They read a few pages each. */
const MOST_PARTS = 1_000

type Part = { readonly from: bigint; readonly to: bigint; readonly rows: number }

/**
 * Cuts the keys of a MySQL table into so many ranges by the optimizer's estimates, whatever gaps they have. Undefined where there is
 * nothing to cut. Estimates that are wrong make uneven ranges, never wrong results.
 */
export async function cutRanges(side: Side, pair: ColumnPair, count: number): Promise<Ranges | undefined> {
  const ref = dialectOf(side.engine.dialect).identifier(pair[side.name].name)
  const [bounds] = await side.ask([`select min(${ref}), max(${ref}) from ${side.table}`])
  const [least, most] = bounds?.values[0] ?? []
  if (least === null || least === undefined || most === null || most === undefined) return undefined
  const estimate = async (cuts: readonly (readonly [bigint, bigint])[]): Promise<Part[]> => {
    const texts = cuts.map(
      ([from, to]) =>
        `explain format=traditional select 1 from ${side.table} where ${ref} >= ${from} and ${ref} < ${to}`,
    )
    const answers = await side.ask(texts)
    return cuts.map(([from, to], at) => ({ from, to, rows: Number(answers[at]?.rows[0]?.rows ?? 0) }))
  }
  let parts = await estimate(cut(BigInt(String(least)), BigInt(String(most)) + 1n, count * PARTS))
  for (;;) {
    const all = parts.reduce((sum, part) => sum + part.rows, 0)
    const large = (part: Part) => part.rows > all / count / PARTS && part.to - part.from > 1n
    if (parts.length + CUT * parts.filter(large).length > MOST_PARTS || !parts.some(large)) break
    const finer: Part[] = []
    for (const part of parts) finer.push(...(large(part) ? await estimate(cut(part.from, part.to, CUT)) : [part]))
    parts = finer
  }
  const starts = evenStarts(parts, count)
  return starts.length === 0 ? undefined : { pair, starts: starts.map(String) }
}

function cut(from: bigint, to: bigint, pieces: number): (readonly [bigint, bigint])[] {
  const width = to - from
  const at = (piece: number) => from + (width * BigInt(piece)) / BigInt(pieces)
  return Array.from({ length: pieces }, (_, piece) => [at(piece), at(piece + 1)] as const).filter(([a, b]) => a < b)
}

/** Where to cut so that the parts before each cut hold their share of all rows. */
export function evenStarts(parts: readonly Part[], count: number): readonly bigint[] {
  const all = parts.reduce((sum, part) => sum + part.rows, 0)
  const starts: bigint[] = []
  let before = 0
  for (const part of parts) {
    if (starts.length < count - 1 && before > 0 && before >= (all * (starts.length + 1)) / count) starts.push(part.from)
    before += part.rows
  }
  return starts
}
