/** Latencies in log buckets, 32 to an octave (3 % wide), as figures.py fills them: nanoseconds. */
export type Buckets = readonly (readonly [bucket: number, count: number])[]

/** What one sidecar measured of one kind of call. */
export type Measured = {
  readonly buckets: Buckets
  /** Sum of all latencies, ns. */
  readonly total: number
  readonly bytes: number
  /** ns. */
  readonly max: number
}

/** One kind of call over all sidecars. Latencies in milliseconds. */
export type CallFigures = {
  readonly count: number
  readonly bytes: number
  readonly iops: number
  /** Megabytes (10^6) per second. */
  readonly mb_per_s: number
  readonly mean_ms: number
  readonly p50_ms: number
  readonly p90_ms: number
  readonly p99_ms: number
  readonly p999_ms: number
  readonly max_ms: number
}

/** Merges what sidecars measured side by side for `elapsed` nanoseconds. */
export function mergeFigures(parts: readonly Measured[], elapsed: number): CallFigures {
  const merged = new Map<number, number>()
  for (const { buckets } of parts)
    for (const [bucket, count] of buckets) merged.set(bucket, (merged.get(bucket) ?? 0) + count)
  const sorted = [...merged].sort(([a], [b]) => a - b)
  const count = sorted.reduce((sum, [, times]) => sum + times, 0)
  const sum = (of: (part: Measured) => number) => parts.reduce((total, part) => total + of(part), 0)
  const bytes = sum(part => part.bytes)
  const max = Math.max(0, ...parts.map(part => part.max))
  const at = (share: number) => milliseconds(Math.min(percentile(sorted, count, share), max))
  const seconds = elapsed / 1e9
  return {
    count,
    bytes,
    iops: seconds > 0 ? Math.round(count / seconds) : 0,
    mb_per_s: seconds > 0 ? Math.round(bytes / seconds / 1e4) / 100 : 0,
    mean_ms: count > 0 ? milliseconds(sum(part => part.total) / count) : 0,
    p50_ms: at(0.5),
    p90_ms: at(0.9),
    p99_ms: at(0.99),
    p999_ms: at(0.999),
    max_ms: milliseconds(max),
  }
}

/** The middle of the bucket below which `share` of the calls lie. */
export function percentile(sorted: Buckets, count: number, share: number): number {
  let left = Math.ceil(count * share)
  for (const [bucket, times] of sorted) {
    left -= times
    if (left <= 0) return bucketMiddle(bucket)
  }
  return 0
}

/** The inverse of figures.py's `bucket`. */
export function bucketMiddle(bucket: number): number {
  if (bucket < 64) return bucket
  const shift = Math.floor(bucket / 32) - 1
  return (bucket - shift * 32 + 0.5) * 2 ** shift
}

const milliseconds = (ns: number): number => Math.round(ns / 1e3) / 1e3
