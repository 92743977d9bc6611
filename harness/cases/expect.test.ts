import { describe, expect, test } from 'vitest'
import type { Difference } from '../report/model.ts'
import { differences, hasRecorded } from './expect.ts'

const nothingRecorded = (): Difference[] => {
  throw new Error('nothing is recorded in this test')
}
const told = (expected: unknown, actual: unknown): string[] =>
  differences(expected, actual, nothingRecorded).map(({ path, message }) =>
    path === '' ? message : `${path}: ${message}`,
  )

/** Each line: an expectation, a value that fits it, a value that does not, and what is said of that. */
const table: readonly (readonly [expected: unknown, good: unknown, bad: unknown, said: string])[] = [
  [3, 3, 4, 'expected 3, got 4'],
  ['a', 'a', 'b', 'expected "a", got "b"'],
  ['3', '3', 3, 'expected "3", got 3'],
  [true, true, 1, 'expected true, got 1'],
  [null, null, 0, 'expected null, got 0'],
  [null, undefined, '', 'expected null, got ""'],
  [0, -0, null, 'expected 0, got null'],
  // numerics and big integers come as text
  [1.5, '1.50', '1.51', 'expected 1.5, got "1.51"'],
  [3, 3n, 4n, 'expected 3, got 4'],
  ['9007199254740993', 9007199254740993n, 9007199254740992n, 'expected "9007199254740993", got 9007199254740992'],
  ['9007199254740993', '9007199254740993', 9007199254740992, 'expected "9007199254740993", got 9007199254740992'],
  [1000, '1e3', '1e4', 'expected 1000, got "1e4"'],
  [3, '3', 'three', 'expected 3, got "three"'],
  [Number.NaN, Number.NaN, 0, 'expected NaN, got 0'],
  [Number.NaN, 'NaN', 'Nan', 'expected NaN, got "Nan"'],
  ['00ff', Buffer.from([0, 255]), Buffer.from([0, 254]), 'expected "00ff", got \\x00fe'],
  ['\\x00FF', Buffer.from([0, 255]), Buffer.from([0]), 'expected "\\\\x00FF", got \\x00'],
  // maps: only what is named; lists: every element
  [{ a: 1 }, { a: 1, b: 2 }, { a: 2 }, 'a: expected 1, got 2'],
  [{ a: 1 }, { a: 1 }, { b: 1 }, 'a: is missing; there is b'],
  [{ a: 1 }, { a: 1 }, {}, 'a: is missing; there is nothing in it'],
  [{ a: 1 }, { a: 1 }, 'a', 'expected a map, got "a"'],
  [{ toString: 1 }, { toString: 1 }, {}, 'toString: is missing; there is nothing in it'],
  [{ a: null }, {}, { a: 1 }, 'a: expected null, got 1'],
  [{ a: { not: 0 } }, { a: 1 }, {}, 'a: is missing; there is nothing in it'],
  [{ a: { one_of: [null, 1] } }, {}, { a: 2 }, 'a: expected one of null, 1, got 2'],
  [[1, { x: 2 }], [1, { x: 2, y: 3 }], [1, { x: 3 }], '1.x: expected 2, got 3'],
  [[1, 2], [1, 2], [1], 'expected 2 elements, got 1'],
  [[1], [1], [1, 2], 'expected 1 element, got 2'],
  [[], [], [1], 'expected 0 elements, got 1'],
  [[1], [1], 1, 'expected a list of 1 element, got 1'],
  [{ rows: [{ n: 3 }] }, { rows: [{ n: '3' }] }, { rows: [{ n: '4' }] }, 'rows.0.n: expected 3, got "4"'],
  // matchers
  [{ not: 3 }, 4, 3, 'must not be 3'],
  [{ not: null }, 0, null, 'must not be null'],
  [{ not: { a: 1 } }, { a: 2 }, { a: 1, b: 2 }, 'must not be {"a":1}'],
  [{ not: { one_of: [1, 2] } }, 3, 2, 'must not be {"one_of":[1,2]}'],
  [{ not: { at_least: 3 } }, 2, 3, 'must not be {"at_least":3}'],
  [{ at_least: 3 }, 3, 2, 'expected at least 3, got 2'],
  [{ at_least: 3 }, '3.0', '2.99', 'expected at least 3, got "2.99"'],
  [
    { at_least: '9007199254740993' },
    9007199254740993n,
    9007199254740992n,
    'expected at least "9007199254740993", got 9007199254740992',
  ],
  [{ at_least: 3 }, 1e9, null, 'expected a number at least 3, got null'],
  [{ at_most: 3 }, -1, 3.5, 'expected at most 3, got 3.5'],
  [{ at_most: 3 }, 3n, 'many', 'expected a number at most 3, got "many"'],
  [{ at_least: 1, at_most: 3 }, 2, 4, 'expected at most 3, got 4'],
  [{ count: 2 }, [1, 2], [1], 'count: expected 2, got 1'],
  [{ count: { at_least: 1 } }, [1], [], 'count: expected at least 1, got 0'],
  [{ count: 2 }, { a: 1, b: 2 }, { a: 1 }, 'count: expected 2, got 1'],
  [{ count: 2 }, '中文', 'abc', 'count: expected 2, got 3'],
  [{ count: 2 }, 'ab', 5, 'expected something that can be counted, got 5'],
  [
    { each: { ok: true } },
    [{ ok: true }, { ok: true }],
    [{ ok: true }, { ok: false }],
    '1.ok: expected true, got false',
  ],
  [{ each: 1 }, { a: 1, b: 1 }, { a: 1, b: 2 }, 'b: expected 1, got 2'],
  [{ each: 1 }, [1], [], 'is empty, so "each" says nothing about it'],
  [{ count: 0, each: 1 }, [], [1], 'count: expected 0, got 1'],
  [{ each: 1 }, [1], 1, 'expected a list, got 1'],
  [
    { count: 3, each: { state: 'online' } },
    Array(3).fill({ state: 'online' }),
    Array(2).fill({ state: 'online' }),
    'count: expected 3, got 2',
  ],
  [{ each: { each: { at_least: 1 } } }, [[1], [2]], [[1], [0]], '1.0: expected at least 1, got 0'],
  [{ match: '^a.c$' }, 'abc', 'abcd', 'expected text like /^a.c$/, got "abcd"'],
  [{ match: '^1' }, 12, 21, 'expected text like /^1/, got 21'],
  [{ match: 'a.b' }, 'a\nb', ['a', 'b'], 'expected text like /a.b/, got ["a","b"]'],
  [{ one_of: [1, 'a', { b: 1 }] }, { b: 1, c: 2 }, 2, 'expected one of 1, "a", {"b":1}, got 2'],
  [{ contains: 'b' }, 'abc', 'ac', 'expected to contain "b", got "ac"'],
  [{ contains: ['a', 'c'] }, 'abc', 'ab', 'expected to contain ["a","c"], got "ab"'],
  [{ contains: { id: 1 } }, [{ id: 0 }, { id: 1, x: 2 }], [{ id: 0 }], 'expected to contain {"id":1}, got [{"id":0}]'],
  [{ contains: [1, { at_least: 5 }] }, [1, 6], [1, 2], 'expected to contain [1,{"at_least":5}], got [1,2]'],
  [{ contains: 'a' }, { a: null }, { b: 1 }, 'expected to contain "a", got {"b":1}'],
  [{ contains: { a: 1 } }, { a: 1, b: 2 }, { a: 2 }, 'expected to contain {"a":1}, got {"a":2}'],
  [{ contains: 1 }, [1], 1, 'expected to contain 1, got 1'],
  [{}, {}, { a: 1 }, 'expected an empty map, got {"a":1}'],
  [{ errors: {} }, { errors: {}, n: 1 }, { errors: { EIO: 2 } }, 'errors: expected an empty map, got {"EIO":2}'],
  // a column may be called like a matcher
  [
    { rows: [{ count: 3 }] },
    { rows: [{ count: '3' }] },
    { rows: [{ count: '4' }] },
    'rows.0.count: expected 3, got "4"',
  ],
  [{ count: 0 }, { count: 0, rows: [] }, { count: 1, rows: [1] }, 'count: expected 0, got 1'],
  [{ match: 1, order: 2 }, { match: 1, order: 2 }, { match: 1, order: 3 }, 'order: expected 2, got 3'],
]

describe('what fits and what does not', () => {
  test.each(table)('%o', (expected, good, bad, said) => {
    expect(told(expected, good)).toEqual([])
    expect(told(expected, bad)).toEqual([said])
  })
})

test('every difference is told, with its place and its values', () => {
  expect(differences({ a: 1, b: { c: [1, 2] } }, { a: 2, b: { c: [1, 3] } }, nothingRecorded)).toEqual([
    { path: 'a', message: 'expected 1, got 2', expected: 1, actual: 2 },
    { path: 'b.c.1', message: 'expected 2, got 3', expected: 2, actual: 3 },
  ])
})

test('a long value is cut in the message', () => {
  expect(told('a', 'x'.repeat(1_000))[0]).toHaveLength('expected "a", got '.length + 160)
})

describe('recorded', () => {
  const asked: unknown[] = []
  const recorded = (...call: unknown[]): Difference[] => {
    asked.push(call)
    return [{ path: 'p', message: 'differs' }]
  }

  test('is handed the name, the order, the tolerance and the value', () => {
    expect(
      differences({ rows: { recorded: 'totals', order: 'any', tolerance: 0.1 } }, { rows: [1] }, recorded),
    ).toEqual([{ path: 'p', message: 'differs' }])
    differences({ recorded: 'plain' }, 5, recorded)
    expect(asked).toEqual([
      [{ name: 'totals', order: 'any', tolerance: 0.1 }, [1], 'rows'],
      [{ name: 'plain', order: 'same', tolerance: 0 }, 5, ''],
    ])
  })

  test('its words mean nothing alone', () => {
    expect(told({ order: 'any' }, 1)).toEqual(['"order" and "tolerance" go with "recorded"'])
  })

  test('is found wherever it stands', () => {
    expect(hasRecorded({ a: [{ b: { recorded: 'x' } }] })).toBe(true)
    expect(hasRecorded({ a: [{ b: { match: 'x' } }] })).toBe(false)
    expect(hasRecorded(undefined)).toBe(false)
  })
})
