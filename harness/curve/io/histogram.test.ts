import { expect, test } from 'vitest'
import { bucketMiddle, mergeFigures, percentile } from './histogram.ts'

/** figures.py's `bucket`. */
function bucketOf(value: number): number {
  if (value < 32) return value
  const shift = Math.floor(Math.log2(value)) - 5
  return shift * 32 + Math.floor(value / 2 ** shift)
}

test('the middle of a bucket is within 2 % of what fell into it', () => {
  for (let value = 1; value < 1e12; value = Math.ceil(value * 1.37))
    expect(Math.abs(bucketMiddle(bucketOf(value)) - value) / value).toBeLessThan(0.02)
})

test('percentiles come from all sidecars together', () => {
  const half = (value: number) => ({
    buckets: [[bucketOf(value), 50]] as const,
    total: 50 * value,
    bytes: 50 * 4096,
    max: value,
  })
  const merged = mergeFigures([half(1_000_000), half(9_000_000)], 1e9)
  expect(merged).toMatchObject({ count: 100, iops: 100, mb_per_s: 0.41, mean_ms: 5, max_ms: 9 })
  expect(merged.p50_ms).toBeCloseTo(1, 1)
  expect(merged.p90_ms).toBeGreaterThan(8.8)
  expect(percentile([], 0, 0.5)).toBe(0)
})
