import { expect, test } from 'vitest'
import { liveLine } from './print.ts'

test('a line of live figures has its columns under those of the others, and names trouble only where there is some', () => {
  const figures = {
    phase: 'running',
    second: 9,
    iops: 512,
    mb_per_s: 2.1,
    verified: 0,
    errors: 0,
    mismatches: 0,
  } as const
  expect(liveLine(figures)).toBe('running      9 s       512 IOPS       2.1 MB/s')
  expect(
    liveLine({
      ...figures,
      phase: 'verifying',
      second: 10,
      iops: 181_024,
      mb_per_s: 741.47,
      verified: 9,
      errors: 3,
      mismatches: 1,
    }),
  ).toBe('verifying   10 s    181024 IOPS     741.5 MB/s  9 verified  1 DIFFER  3 errors')
})
