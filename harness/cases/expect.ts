import type { Difference } from '../report/model.ts'
import { isPlainObject } from './interpolate.ts'

/** The words of `expect`. A map all of whose keys are such words is a matcher; every other map lists fields. */
export const MATCHERS = [
  'not',
  'at_least',
  'at_most',
  'count',
  'each',
  'match',
  'one_of',
  'contains',
  'recorded',
  'order',
  'tolerance',
] as const
type Matcher = (typeof MATCHERS)[number]

export type RecordedExpectation = {
  readonly name: string
  /** `any`: rows are sorted before they are compared. */
  readonly order: 'same' | 'any'
  /** Numbers may differ by this much. */
  readonly tolerance: number
}

/** Compares a value with what was recorded under a name. The runner reads and writes the files. */
export type CompareRecorded = (expectation: RecordedExpectation, actual: unknown, path: string) => readonly Difference[]

/**
 * Where a result differs from what a step expects; empty when it does not.
 * A literal must be equal; of a map only the fields that are named are looked at; a list must have as many elements.
 */
export function differences(expected: unknown, actual: unknown, recorded: CompareRecorded, path = ''): Difference[] {
  if (isMatcher(expected)) return matcherDifferences(expected, actual, recorded, path)
  if (isPlainObject(expected)) {
    if (actual === null || typeof actual !== 'object')
      return [{ path, message: `expected a map, got ${show(actual)}`, expected, actual }]
    return Object.entries(expected).flatMap(([key, inner]) => {
      const at = join(path, key)
      const value = fieldOf(actual, key)
      if (value === undefined && !acceptsMissing(inner)) {
        return [{ path: at, message: `is missing; there is ${listNames(actual)}`, expected: inner }]
      }
      return differences(inner, value, recorded, at)
    })
  }
  if (Array.isArray(expected)) return listDifferences(expected, actual, recorded, path)
  return equalValues(expected, actual)
    ? []
    : [{ path, message: `expected ${show(expected)}, got ${show(actual)}`, expected, actual }]
}

/** True for a map that consists of matcher words. */
export function isMatcher(value: unknown): value is Readonly<Partial<Record<Matcher, unknown>>> {
  if (!isPlainObject(value)) return false
  const keys = Object.keys(value)
  return keys.length > 0 && keys.every(key => (MATCHERS as readonly string[]).includes(key))
}

/** Every `recorded` in an expectation: the runner checks names at the start and polls without writing. */
export function hasRecorded(expected: unknown): boolean {
  if (isMatcher(expected) && expected.recorded !== undefined) return true
  if (Array.isArray(expected)) return expected.some(hasRecorded)
  return isPlainObject(expected) && Object.values(expected).some(hasRecorded)
}

function matcherDifferences(
  matcher: Readonly<Partial<Record<Matcher, unknown>>>,
  actual: unknown,
  recorded: CompareRecorded,
  path: string,
): Difference[] {
  const found: Difference[] = []
  const differ = (message: string, expected: unknown) => found.push({ path, message, expected, actual })
  if ('not' in matcher && differences(matcher.not, actual, recorded, path).length === 0) {
    differ(`must not be ${show(matcher.not)}`, { not: matcher.not })
  }
  for (const [word, holds] of [
    ['at_least', (order: number) => order >= 0],
    ['at_most', (order: number) => order <= 0],
  ] as const) {
    if (!(word in matcher)) continue
    const order = numericOrder(actual, matcher[word])
    if (order === undefined)
      differ(`expected a number ${word.replace('_', ' ')} ${show(matcher[word])}, got ${show(actual)}`, {
        [word]: matcher[word],
      })
    else if (!holds(order))
      differ(`expected ${word.replace('_', ' ')} ${show(matcher[word])}, got ${show(actual)}`, {
        [word]: matcher[word],
      })
  }
  if ('count' in matcher) {
    const count = countOf(actual)
    if (count === undefined)
      differ(`expected something that can be counted, got ${show(actual)}`, { count: matcher.count })
    else found.push(...differences(matcher.count, count, recorded, join(path, 'count')))
  }
  if ('each' in matcher) {
    const elements = elementsOf(actual)
    if (!elements) differ(`expected a list, got ${show(actual)}`, { each: matcher.each })
    // "each of nothing" would pass whatever was expected
    else if (elements.length === 0 && !('count' in matcher))
      differ('is empty, so "each" says nothing about it', { each: matcher.each })
    else
      for (const [key, element] of elements)
        found.push(...differences(matcher.each, element, recorded, join(path, key)))
  }
  if ('match' in matcher && !matches(matcher.match, actual))
    differ(`expected text like /${String(matcher.match)}/, got ${show(actual)}`, { match: matcher.match })
  if ('one_of' in matcher) {
    const choices = Array.isArray(matcher.one_of) ? matcher.one_of : [matcher.one_of]
    if (!choices.some(choice => differences(choice, actual, recorded, path).length === 0)) {
      differ(`expected one of ${choices.map(show).join(', ')}, got ${show(actual)}`, { one_of: choices })
    }
  }
  if ('contains' in matcher && !contains(matcher.contains, actual, recorded)) {
    differ(`expected to contain ${show(matcher.contains)}, got ${show(actual)}`, { contains: matcher.contains })
  }
  if ('recorded' in matcher) {
    const expectation = {
      name: String(matcher.recorded),
      order: matcher.order === 'any' ? 'any' : 'same',
      tolerance: Number(matcher.tolerance ?? 0),
    } as const
    found.push(...recorded(expectation, actual, path))
  } else if ('tolerance' in matcher || 'order' in matcher) {
    differ('"order" and "tolerance" go with "recorded"', matcher)
  }
  return found
}

function listDifferences(
  expected: readonly unknown[],
  actual: unknown,
  recorded: CompareRecorded,
  path: string,
): Difference[] {
  if (!Array.isArray(actual))
    return [{ path, message: `expected a list of ${expected.length}, got ${show(actual)}`, expected, actual }]
  const found = expected
    .slice(0, actual.length)
    .flatMap((inner, index) => differences(inner, actual[index], recorded, join(path, String(index))))
  if (expected.length !== actual.length) {
    found.push({
      path,
      message: `expected ${expected.length} element${expected.length === 1 ? '' : 's'}, got ${actual.length}`,
      expected,
      actual,
    })
  }
  return found
}

function contains(wanted: unknown, actual: unknown, recorded: CompareRecorded): boolean {
  const all = Array.isArray(wanted) ? wanted : [wanted]
  if (typeof actual === 'string') return all.every(part => actual.includes(String(part)))
  if (Array.isArray(actual))
    return all.every(part => actual.some(element => differences(part, element, recorded).length === 0))
  return (
    isPlainObject(actual) &&
    all.every(part => (isPlainObject(part) ? differences(part, actual, recorded).length === 0 : String(part) in actual))
  )
}

function matches(pattern: unknown, actual: unknown): boolean {
  if (typeof actual !== 'string' && typeof actual !== 'number') return false
  return new RegExp(String(pattern), 'su').test(String(actual))
}

function equalValues(expected: unknown, actual: unknown): boolean {
  if (expected === null) return actual === null || actual === undefined
  if (Buffer.isBuffer(actual) && typeof expected === 'string')
    return actual.toString('hex') === expected.replace(/^\\x/, '').toLowerCase()
  // a number in a case file meets numerics and big integers that sessions give as text
  if (typeof expected === 'number' && (typeof actual === 'string' || typeof actual === 'bigint'))
    return numericOrder(actual, expected) === 0
  if (typeof expected === 'string' && typeof actual === 'bigint') return expected === actual.toString()
  return Object.is(expected, actual) || expected === actual
}

const DECIMAL = /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/

function numericOrder(actual: unknown, expected: unknown): number | undefined {
  const [left, right] = [decimal(actual), decimal(expected)]
  if (left === undefined || right === undefined) return undefined
  if (/^-?\d+$/.test(left) && /^-?\d+$/.test(right)) {
    const [a, b] = [BigInt(left), BigInt(right)]
    return a < b ? -1 : a > b ? 1 : 0
  }
  return Number(left) - Number(right)
}

function decimal(value: unknown): string | undefined {
  if (typeof value !== 'number' && typeof value !== 'bigint' && typeof value !== 'string') return undefined
  const text = String(value)
  return DECIMAL.test(text) ? text : undefined
}

function countOf(value: unknown): number | undefined {
  if (typeof value === 'string') return [...value].length
  return elementsOf(value)?.length
}

function elementsOf(value: unknown): (readonly [string, unknown])[] | undefined {
  if (Array.isArray(value)) return value.map((element, index) => [String(index), element] as const)
  return isPlainObject(value) ? Object.entries(value) : undefined
}

function fieldOf(value: object, key: string): unknown {
  return Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined
}

/** `field: null` and `field: { not: … }` hold for a field that is not there. */
function acceptsMissing(expected: unknown): boolean {
  return expected === null || (isMatcher(expected) && Object.keys(expected).join() === 'not')
}

function listNames(value: object): string {
  const names = Object.keys(value)
  return names.length === 0 ? 'nothing in it' : names.slice(0, 8).join(', ')
}

const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`)

/** A value in a message: short, and on one line. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = Buffer.isBuffer(value)
    ? `\\x${value.toString('hex')}`
    : (JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? inner.toString() : inner)) ?? String(value))
  return text.length > 160 ? `${text.slice(0, 157)}…` : text
}
