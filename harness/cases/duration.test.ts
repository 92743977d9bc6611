import { expect, test } from 'vitest'
import { formatDuration, parseDuration } from './duration.ts'

test.each([
  ['0ms', 0],
  ['500ms', 500],
  ['30s', 30_000],
  ['1.5m', 90_000],
  ['2h', 7_200_000],
  ['1d', 86_400_000],
])('%s is %d ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms)
})

test.each([5, '5', '5 s', 's', '-1s', '1S', '1.s', '.5s', '1h30m', '', null, undefined])('%j is refused', text => {
  expect(() => parseDuration(text)).toThrow(expect.objectContaining({ code: 'ASSAY_CASE_DURATION' }))
})

test.each([
  [0, '0ms'],
  [83.4, '83ms'],
  [999.4, '999ms'],
  [999.6, '1.0s'],
  [1_240, '1.2s'],
  [9_960, '10s'],
  [59_400, '59s'],
  [59_600, '1m'],
  [119_999, '2m'],
  [125_000, '2m 5s'],
  [3_599_600, '1h'],
  [5_400_000, '1h 30m'],
])('%d ms is shown as %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})
