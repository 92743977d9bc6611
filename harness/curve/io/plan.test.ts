import { expect, test } from 'vitest'
import { edgeOffsets } from './plan.ts'
import { type JobResult, type Mismatch, mergeResults } from './result.ts'

const MIB = 1024 * 1024

test('edges lie before, across and after each border, and at both ends', () => {
  expect(edgeOffsets(0, 48 * MIB, 8192)).toEqual([
    ...[0, 16 * MIB - 8192, 16 * MIB - 4096, 16 * MIB],
    ...[32 * MIB - 8192, 32 * MIB - 4096, 32 * MIB, 48 * MIB - 8192],
  ])
})

test('of a large volume the borders of segments are taken', () => {
  const edges = edgeOffsets(0, 10 * 1024 * MIB, 8192)
  expect(edges).toHaveLength(2 + 9 * 3)
  expect(edges).toContain(1024 * MIB - 4096)
})

const nothing = { buckets: [], total: 0, bytes: 0, max: 0 }
const result = (failures: readonly Mismatch[]): JobResult => ({
  ...{ reads: nothing, writes: nothing, errors: {}, verified: 10, mismatches: failures.length, stale_zeros: 0 },
  ...{ failures, elapsed: 1 },
})
const mismatch = (more: Partial<Mismatch>): Mismatch => ({
  ...{ kind: 'lost', block: 1, offset: 4096, phase: 'sweep', expected: [{ writer: 0, sequence: 5 }], found: {} },
  ...{ persists: true, start: '', ...more },
})

test('a write that is found elsewhere was misplaced, not lost', () => {
  const astray = mismatch({ kind: 'misplaced', block: 7, found: { block: 1, sequence: 5 } })
  const other = mismatch({ block: 2, expected: [{ writer: 0, sequence: 6 }] })
  const merged = mergeResults([], [result([mismatch({}), astray]), result([other])], {
    hangs: 0,
    longestStall: 0,
    seconds: [],
  })
  expect(merged.failures.map(({ block, kind }) => [block, kind])).toEqual([
    [1, 'misplaced'],
    [2, 'lost'],
    [7, 'misplaced'],
  ])
  expect(merged.kinds).toEqual({ misplaced: 2, lost: 1 })
  expect(merged.failures[0]?.found).toEqual({ written_at: 7 })
})
