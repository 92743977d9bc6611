import { type CallFigures, type Measured, mergeFigures } from './histogram.ts'
import type { MismatchKind } from './plan.ts'

export type Version = { readonly writer: number; readonly sequence: number }

/** A block that was not what it must be. */
export type Mismatch = {
  readonly kind: MismatchKind
  /** Number of the 4 KiB block in the volume, and its offset in bytes. */
  readonly block: number
  readonly offset: number
  readonly phase: 'inline' | 'sweep'
  /** The versions that it might have had; sequence 0 is never written. */
  readonly expected: readonly Version[]
  /** What it says it is: tag, volume, block, writer, sequence; or sectors of 512 bytes, for torn and corrupt blocks. */
  readonly found: Readonly<Record<string, unknown>>
  /** Whether a fresh opening saw the same, where that was tried. */
  readonly persists: boolean | null
  /** Its first bytes, hex. */
  readonly start: string
}

/** What one sidecar's job gives. */
export type JobResult = {
  readonly reads: Measured
  readonly writes: Measured
  readonly errors: Readonly<Record<string, number>>
  readonly verified: number
  readonly mismatches: number
  readonly stale_zeros: number
  readonly failures: readonly Mismatch[]
  readonly elapsed: number
}

/** Figures of each second of the loop. */
export type Second = { readonly second: number; readonly iops: number; readonly mb_per_s: number }

export type IoResult = {
  readonly iops: number
  readonly mb_per_s: number
  readonly elapsed_s: number
  readonly reads: CallFigures
  readonly writes: CallFigures
  /** `Read -18` → how often. */
  readonly errors: Readonly<Record<string, number>>
  /** Calls that did not return: their sidecar was killed and replaced. */
  readonly hangs: number
  /** Longest time without a report of progress from a sidecar, ms. */
  readonly longest_stall_ms: number
  readonly verified: number
  readonly mismatches: number
  /** Zeros for a chunk that the reader had seen empty before another client wrote it: Curve's way, and no mismatch. */
  readonly stale_zeros: number
  readonly kinds: Readonly<Partial<Record<MismatchKind, number>>>
  /** The first 50 of each sidecar. */
  readonly failures: readonly Mismatch[]
  readonly seconds: readonly Second[]
}

export type IoEvents = { readonly hangs: number; readonly longestStall: number; readonly seconds: readonly Second[] }

/** Puts the sidecars' loops and the sweeps together. */
export function mergeResults(loops: readonly JobResult[], sweeps: readonly JobResult[], events: IoEvents): IoResult {
  const elapsed = Math.max(0, ...loops.map(loop => loop.elapsed))
  const reads = mergeFigures(
    loops.map(loop => loop.reads),
    elapsed,
  )
  const writes = mergeFigures(
    loops.map(loop => loop.writes),
    elapsed,
  )
  const all = [...loops, ...sweeps]
  const failures = relateMisplaced(distinct(all.flatMap(one => one.failures)))
  return {
    iops: reads.iops + writes.iops,
    mb_per_s: Math.round((reads.mb_per_s + writes.mb_per_s) * 100) / 100,
    elapsed_s: Math.round(elapsed / 1e6) / 1e3,
    reads,
    writes,
    errors: sumByKey(all.map(one => one.errors)),
    hangs: events.hangs,
    longest_stall_ms: events.longestStall,
    verified: all.reduce((sum, one) => sum + one.verified, 0),
    mismatches: all.reduce((sum, one) => sum + one.mismatches, 0),
    stale_zeros: all.reduce((sum, one) => sum + one.stale_zeros, 0),
    kinds: sumByKey(failures.map(failure => ({ [failure.kind]: 1 }))),
    failures,
    seconds: events.seconds,
  }
}

/** A block is reported once, as it was first seen. */
function distinct(failures: readonly Mismatch[]): Mismatch[] {
  const seen = new Map<number, Mismatch>()
  for (const failure of failures) if (!seen.has(failure.block)) seen.set(failure.block, failure)
  return [...seen.values()].sort((a, b) => a.block - b.block)
}

/** A block whose own write was found at another place was not lost: that write went astray. */
function relateMisplaced(failures: readonly Mismatch[]): Mismatch[] {
  const astray = failures.filter(({ kind }) => kind === 'misplaced')
  return failures.map(failure => {
    if (failure.kind !== 'lost' && failure.kind !== 'zero') return failure
    const there = astray.find(
      ({ found }) =>
        found.block === failure.block && failure.expected.some(version => version.sequence === found.sequence),
    )
    return there ? { ...failure, kind: 'misplaced', found: { ...failure.found, written_at: there.block } } : failure
  })
}

function sumByKey(parts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const part of parts) for (const [key, count] of Object.entries(part)) sums[key] = (sums[key] ?? 0) + count
  return sums
}
