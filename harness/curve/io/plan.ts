import type { CurveUser } from '../types.ts'

export const PATTERNS = ['sequential', 'random', 'zipf', 'edges'] as const
export type Pattern = (typeof PATTERNS)[number]

/** What may be wrong with a block, and where in `MISMATCH_ABOUT` it says what that means. */
export const MISMATCH_ABOUT = {
  stale: 'an older version, which a fresh opening of the volume does not see',
  lost: 'an older version, also on a fresh opening: an acknowledged write never arrived',
  zero: 'zeros where something was acknowledged, also on a fresh opening',
  torn: 'sectors of several versions',
  corrupt: 'bytes that no version holds',
  misplaced: 'a block of another place of this volume',
  foreign: 'a block of another volume or run, or nothing that this run wrote',
} as const
export type MismatchKind = keyof typeof MISMATCH_ABOUT

/** A loop of I/O over a volume. */
export type IoOptions = {
  readonly path: string
  readonly as?: CurveUser
  /** Default random. `edges`: before, across and after every border of chunk and segment, and both ends. */
  readonly pattern?: Pattern
  /** Bytes of one I/O, a multiple of 4096. Default 4096. */
  readonly blockSize?: number
  /** Sidecars, each with one call at a time. Default 1. */
  readonly depth?: number
  /** Every sidecar goes everywhere; otherwise each has a part of the working set. */
  readonly overlap?: boolean
  /** Percent of the I/Os that read. Default 50. */
  readonly readShare?: number
  /** I/Os per second over all sidecars. Default: as many as there can be. */
  readonly rate?: number
  /** Where the working set starts, and its bytes. Default: the whole volume. */
  readonly offset?: number
  readonly workingSet?: number
  /** Milliseconds of the loop, or I/Os over all sidecars; the first that is reached ends it. None: no loop. */
  readonly duration?: number
  readonly count?: number
  /** Milliseconds before the duration that are not measured. */
  readonly ramp?: number
  /** Write the whole working set first. */
  readonly precondition?: boolean
  /** Default `both`. `inline`: what is read in the loop; `end`: everything that was written, on fresh openings. */
  readonly verify?: 'off' | 'inline' | 'end' | 'both'
  /** What a block that was never written holds; `any` for clusters that do not clean their chunks. Default zeros. */
  readonly unwritten?: 'zeros' | 'any'
  readonly seed: string
  /** Grows the volume by Extend while the loop runs, and its working set with it. */
  readonly grow?: { readonly to: number; readonly after: number }
  /** Milliseconds without a sign of life until a sidecar counts as hung, is killed and replaced. Default 30 s. */
  readonly deadline?: number
  /** How often that may happen before the run gives up. Default 3. */
  readonly reconnects?: number
}

export const BLOCK = 4096
const CHUNK = 16 * 1024 * 1024
const SEGMENT = 1024 * 1024 * 1024
const MAX_EDGES = 512

/** I/O that ends before, starts at, and lies across each border of a range; both ends of the range. */
export function edgeOffsets(offset: number, size: number, blockSize: number): readonly number[] {
  const end = offset + size
  const step = size / CHUNK > MAX_EDGES / 3 ? SEGMENT : CHUNK
  const found = new Set([offset, end - blockSize])
  for (let border = (Math.floor(offset / step) + 1) * step; border < end; border += step)
    for (const at of [border - blockSize, border - Math.floor(blockSize / 2 / BLOCK) * BLOCK, border])
      if (at >= offset && at + blockSize <= end) found.add(at)
  return [...found].sort((a, b) => a - b)
}
