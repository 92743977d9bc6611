import { describe, expect, test } from 'vitest'
import { Secret } from '../log/secret.ts'
import { interpolate, interpolateText, RESULT, references, resolve } from './interpolate.ts'

const scope = {
  n: 3,
  yes: true,
  nothing: null,
  big: 9007199254740993n,
  name: 'orders',
  list: ['a', { id: 7 }],
  shard: { id: 2, 'odd key': 1, primary: { host: 'h1' } },
  password: new Secret('hunter2'),
}

describe('interpolate', () => {
  test.each([
    ['$(n)', 3],
    ['$(yes)', true],
    ['$(nothing)', null],
    ['$(big)', 9007199254740993n],
    ['$(list)', scope.list],
    ['$(list.1.id)', 7],
    ['$(shard.primary)', { host: 'h1' }],
    ['n is $(n)', 'n is 3'],
    ['$(n)$(n)', '33'],
    ['$(big)!', '9007199254740993!'],
    ['no reference', 'no reference'],
    // what SQL writes with a dollar is left alone
    ['select $1, $tag$x$tag$, $ (n)', 'select $1, $tag$x$tag$, $ (n)'],
    ['$(a b)', '$(a b)'],
    ['cost: $$(n)', 'cost: $(n)'],
    ['$$(n) $(n)', '$(n) 3'],
    [{ $: 1 }, { $: 1 }],
    [{ '$(name)_id': ['$(n)', { deep: 'x$(n)' }] }, { orders_id: [3, { deep: 'x3' }] }],
    [5, 5],
    [null, null],
  ])('%j', (value, expected) => {
    expect(interpolate(value, scope)).toEqual(expected)
  })

  test('a whole reference keeps the value itself, secrets included', () => {
    expect(interpolate('$(password)', scope)).toBe(scope.password)
  })

  test.each([
    ['pw=$(password)', '$(password) is a secret, which cannot stand inside a text'],
    ['x $(list)', '$(list) is a list, which cannot stand inside a text'],
    ['x $(shard)', '$(shard) is a map, which cannot stand inside a text'],
    ['x $(nothing)', '$(nothing) is null, which cannot stand inside a text'],
    ['$(nmae)', '$(nmae) names nothing: the case has no "nmae"; did you mean "name"?'],
    ['$(shard.primary.port)', '$(shard.primary.port) names nothing: $(shard.primary) has no "port" (it has host)'],
    ['$(password.length)', '$(password.length) names nothing: $(password) has no "length"'],
    ['$(n.x)', '$(n.x) names nothing: $(n) has no "x"'],
    [
      '$(shard.constructor)',
      '$(shard.constructor) names nothing: $(shard) has no "constructor" (it has id, odd key, primary)',
    ],
  ])('%s is refused', (value, message) => {
    expect(() => interpolate(value, scope)).toThrow(expect.objectContaining({ code: 'ASSAY_CASE_REFERENCE', message }))
  })
})

test('references are found however deep, keys included, and not what is escaped', () => {
  expect(references({ a: ['$(x.y) and $(z)', { '$(k)': '$$(no)' }], b: 1 })).toEqual(['x.y', 'z', 'k'])
})

describe('the way back from a text to its template', () => {
  const template = 'select $(name).id from $(name) where $$(x) nope'
  const { text, origin } = interpolateText(template, scope)

  test('a character of the template is found', () => {
    expect(template.slice(origin(text.indexOf('nope')))).toBe('nope')
    expect(template.slice(origin(text.indexOf(' from')), origin(text.indexOf(' from')) + 5)).toBe(' from')
  })

  test('inside a value the reference is meant', () => {
    expect(template.slice(origin(text.indexOf('rders'))).startsWith('$(name).id')).toBe(true)
    expect(template.slice(origin(text.indexOf('(x)'))).startsWith('$$(')).toBe(true)
  })

  test('beyond the end is the end', () => {
    expect(origin(1_000)).toBe(template.length)
  })
})

test('a path into a result says so where it leads nowhere', () => {
  expect(() => resolve('b.c', { a: 1 }, RESULT)).toThrow('"b.c" names nothing: the result has no "b" (it has a)')
  expect(() => resolve('a.c', { a: {} }, RESULT)).toThrow('"a.c" names nothing: "a" has no "c"')
})
