import { expect, test } from 'vitest'
import { bytes, count, pretty, runName, splitDifference, time } from './format.ts'

test.each([
  [0, '0 ms'],
  [0.44, '0.4 ms'],
  [850.4, '850 ms'],
  [999.7, '1.00 s'],
  [2404, '2.40 s'],
  [59_990, '60.0 s'],
  [59_996, '1:00 min'],
  [185_000, '3:05 min'],
  [7_500_000, '2:05 h'],
])('%d ms is %s', (ms, text) => expect(time(ms)).toBe(text))

test('sizes, counts and runs', () => {
  expect([bytes(999), bytes(2210), bytes(48_213), bytes(1_500_000)]).toEqual(['999 B', '2.2 kB', '48 kB', '1.5 MB'])
  expect(count(1234567)).toBe('1\u202f234\u202f567')
  expect(runName('2026-11-20T01-00-00Z')).toBe('2026-11-20 01:00')
  expect(runName('merged')).toBe('merged')
})

test('short values stand in one line', () => {
  expect(pretty({ a: 1, b: ['x'] })).toBe('{ "a": 1, "b": ["x"] }')
  expect(pretty('as\nit is')).toBe('as\nit is')
  expect(pretty({ long: 'x'.repeat(90), rows: [{ id: 1 }, { id: null }], none: {} })).toBe(
    `{\n  "long": "${'x'.repeat(90)}",\n  "rows": [{ "id": 1 }, { "id": null }],\n  "none": {}\n}`,
  )
})

test('the part that differs is between what is shared', () => {
  expect(splitDifference('1.10', '1.1000')).toEqual({ before: '1.10', left: '', right: '00', after: '' })
  expect(splitDifference('holder 7 x', 'holder 8 x')).toEqual({ before: 'holder ', left: '7', right: '8', after: ' x' })
  expect(splitDifference('aa', 'aaa')).toEqual({ before: 'aa', left: '', right: 'a', after: '' })
})
