import { describe, expect, test } from 'vitest'
import { expandTable } from './connections.ts'
import { integerPoints, rangeConditions, textPoints } from './split-range.ts'

describe('ranges of integers, as reference 1.7 works them out', () => {
  test.each<[bigint, bigint, number, bigint[]]>([
    [1n, 10n, 15, [1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n, 10n]],
    [1n, 10n, 3, [1n, 4n, 7n, 10n]],
    [1n, 100n, 5, [1n, 21n, 41n, 61n, 81n, 100n]],
    [-7n, 7n, 4, [-7n, -3n, 1n, 4n, 7n]],
    [5n, 5n, 4, [5n, 5n]],
    [0n, 2n ** 63n - 1n, 2, [0n, 2n ** 62n, 2n ** 63n - 1n]],
  ])('%s to %s in %i', (min, max, parts, expected) => {
    expect(integerPoints(min, max, parts)).toEqual(expected)
  })

  test('every value lies in exactly one range', () => {
    const points = integerPoints(-50n, 333n, 7)
    for (let value = -50n; value <= 333n; value++) {
      const hits = points.slice(0, -1).filter((point, at) => {
        const next = points[at + 1] as bigint
        return point <= value && (at === points.length - 2 ? value <= next : value < next)
      })
      expect(hits).toHaveLength(1)
    }
  })

  test('conditions close the last range, and have one for NULL', () => {
    expect(rangeConditions('id', ['1', '4', '7'], 'id')).toEqual([
      '(1 <= id AND id < 4)',
      '(4 <= id AND id <= 7)',
      'id IS NULL',
    ])
  })
})

describe('ranges of texts', () => {
  test('points rise from the least to the greatest, whatever the lengths', () => {
    for (const [min, max] of [
      ['a', 'zzz'],
      ['apple', 'b'],
      ["a'b", 'a~'],
      ['A', 'A'],
    ] as const) {
      const points = textPoints(min, max, 7)
      expect(points[0]).toBe(min)
      expect(points.at(-1)).toBe(max)
      const sorted = [...points].sort((a, b) => (a < b ? -1 : 1))
      expect(points).toEqual(sorted)
    }
    expect(textPoints('a', 'zzz', 7).length).toBeGreaterThan(5)
  })

  test('other texts than ASCII are refused', () => {
    expect(() => textPoints('a', 'ü', 3)).toThrow('DBUtilErrorCode-04')
  })
})

test('names of tables are expanded, zeros kept', () => {
  expect(expandTable('a, b')).toEqual(['a', 'b'])
  expect(expandTable('s[08-11]_x')).toEqual(['s08_x', 's09_x', 's10_x', 's11_x'])
  expect(expandTable('s[8-10]')).toEqual(['s8', 's9', 's10'])
})
