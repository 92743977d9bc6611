import { expect, test } from 'vitest'
import { bucketCount, compareChunks, inPortions, primeFrom } from './buckets.ts'
import { evenStarts } from './ranges.ts'
import { RECIPE } from './recipe.ts'

const chunk = (text: string) => {
  const entries = text.split(';').filter(Boolean)
  const rows = entries.reduce((sum, entry) => sum + Number(entry.split(':')[1]), 0)
  return new Map([['0', { buckets: entries.length, rows, text }]])
}

test('buckets that differ, that one side lacks, and negative ones are found, by their numbers', () => {
  const left = chunk('-7:2:10;-1:1:5;3:1:7;9:4:20;11:1:1')
  const right = chunk('-7:2:10;-2:1:6;3:2:8;9:4:20;12:3:9')
  expect(compareChunks(left, right, RECIPE)).toEqual({
    bad: [
      { number: '-2', rows: 1 },
      { number: '-1', rows: 1 },
      { number: '3', rows: 2 },
      { number: '11', rows: 1 },
      { number: '12', rows: 3 },
    ],
    rows: { left: 9, right: 12 },
    badRows: 8,
    total: 5,
  })
  expect(compareChunks(left, left, RECIPE)).toMatchObject({ bad: [], badRows: 0 })
  expect(compareChunks(new Map(), right, RECIPE).bad).toHaveLength(5)
  expect(compareChunks(left, new Map(), RECIPE).bad).toHaveLength(5)
})

test('the number of buckets is a prime within its bounds', () => {
  expect([0, 1_000, 128_000, 2_000_000, 1e12].map(bucketCount)).toEqual([257, 257, 1_009, 15_629, 262_147])
  expect([1, 2, 90].map(primeFrom)).toEqual([1, 2, 97])
})

test('portions hold at most so many rows, and a larger bucket alone', () => {
  const bad = [5, 5, 1, 30, 2].map((rows, number) => ({ number: String(number), rows }))
  expect(inPortions(bad, 10).map(portion => portion.map(({ number }) => number).join())).toEqual(['0,1', '2', '3', '4'])
})

test('ranges are cut where the rows before have their share', () => {
  const part = (from: number, rows: number) => ({ from: BigInt(from), to: BigInt(from + 1), rows })
  expect(evenStarts([part(0, 10), part(1, 10), part(2, 10), part(3, 10)], 2)).toEqual([2n])
  expect(evenStarts([part(0, 0), part(1, 90), part(2, 0), part(3, 10)], 4)).toEqual([2n, 3n])
  expect(evenStarts([part(0, 0), part(1, 0)], 4)).toEqual([])
})
