import { describe, expect, test } from 'vitest'
import { compareValues, fits, isTruthy, parseCondition } from './condition.ts'

describe('parseCondition', () => {
  test.each([
    ['$(table.name) == orders', { left: '$(table.name)', operator: '==', right: 'orders' }],
    ['shard.replicas>=3', { left: 'shard.replicas', operator: '>=', right: '3' }],
    ['a <= b', { left: 'a', operator: '<=', right: 'b' }],
    ['a != "x and y"', { left: 'a', operator: '!=', right: 'x and y' }],
    ["a = '<3'", { left: 'a', operator: '=', right: '<3' }],
    ['a == two words', { left: 'a', operator: '==', right: 'two words' }],
    ['fault.process', { left: 'fault.process' }],
    [' $(x) ', { left: '$(x)' }],
  ])('%s', (text, expected) => {
    expect(parseCondition(text)).toEqual(expected)
  })

  test.each(['a == 1 and b == 2', 'a || b', 'a && b', '1 < a < 3', 'two words', '', '== 3', 'a ==', 'a=='])(
    '%j is refused',
    text => {
      expect(() => parseCondition(text)).toThrow(expect.objectContaining({ code: 'ASSAY_CASE_CONDITION' }))
    },
  )
})

describe('compareValues', () => {
  test.each([
    [10, '>', '9', true],
    ['10', '>', '9', true],
    ['1.10', '>', '1.9', true],
    [1.1, '<', '1.9', true],
    ['v2.0.1', '>=', '2', true],
    ['10.11.14-MariaDB', '>=', '10.6', true],
    ['10.11.14-MariaDB', '<', '10.6', false],
    ['abc', '<', 'abd', true],
    ['9007199254740993', '==', '9007199254740992', false],
    ['-5', '<', '3', true],
    [true, '==', 'true', true],
    [null, '==', 'null', true],
    ['x', '!=', 'x', false],
    [2, '<=', 2, true],
  ] as const)('%j %s %j is %j', (left, operator, right, holds) => {
    expect(compareValues(left, operator, right)).toBe(holds)
  })
})

test('big integers keep their digits', () => {
  expect(compareValues(9007199254740993n, '>', '9007199254740992')).toBe(true)
})

test.each([
  ['1.3.9', '<1.4', true],
  ['1.4', '<1.4', false],
  ['1.10', '<1.4', false],
  ['SIGSTOP', 'SIGSTOP', true],
  ['SIGKILL', 'SIGSTOP', false],
  [3, 3, true],
  [3, '>=3', true],
  [undefined, '<1.4', false],
  [undefined, undefined, false],
])('%j fits %j: %j', (value, pattern, expected) => {
  expect(fits(value, pattern)).toBe(expected)
})

test.each([undefined, null, false, 0, '', 'false', 'no'])('%j is not true', value => {
  expect(isTruthy(value)).toBe(false)
})

test.each([true, 1, 'yes', [], {}])('%j is true', value => {
  expect(isTruthy(value)).toBe(true)
})
