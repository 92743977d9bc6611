import type { Difference } from '../report/model.ts'
import { numericOrder } from './equal.ts'
import type { CompareRecorded, differences } from './expect.ts'
import { isPlainObject } from './interpolate.ts'
import type { Matcher } from './matchers.ts'
import { joinPath, show } from './show.ts'

type Matching = {
  readonly recorded: CompareRecorded
  readonly path: string
  /** Compares what stands inside a matcher. */
  readonly differences: typeof differences
}

/** Where a value is not as a matcher says. Every word of the matcher must hold. */
export function matcherDifferences(matcher: Matcher, actual: unknown, matching: Matching): Difference[] {
  const { path, recorded } = matching
  const inner = (expected: unknown, value = actual, at = path) => matching.differences(expected, value, recorded, at)
  const fits = (expected: unknown, value = actual) => inner(expected, value).length === 0
  const found: Difference[] = []
  const differ = (message: string, expected: unknown) => found.push({ path, message, expected, actual })

  if ('not' in matcher && fits(matcher.not)) differ(`must not be ${show(matcher.not)}`, { not: matcher.not })
  if ('at_least' in matcher) bound('at_least', matcher.at_least, order => order >= 0)
  if ('at_most' in matcher) bound('at_most', matcher.at_most, order => order <= 0)
  if ('count' in matcher) {
    const count = countOf(actual)
    if (count === undefined)
      differ(`expected something that can be counted, got ${show(actual)}`, { count: matcher.count })
    else found.push(...inner(matcher.count, count, joinPath(path, 'count')))
  }
  if ('each' in matcher) {
    const elements = elementsOf(actual)
    if (!elements) differ(`expected a list, got ${show(actual)}`, { each: matcher.each })
    // "each of nothing" would pass whatever was expected
    else if (elements.length === 0 && !('count' in matcher))
      differ('is empty, so "each" says nothing about it', { each: matcher.each })
    else for (const [key, element] of elements) found.push(...inner(matcher.each, element, joinPath(path, key)))
  }
  if ('match' in matcher && !matches(matcher.match, actual))
    differ(`expected text like /${String(matcher.match)}/, got ${show(actual)}`, { match: matcher.match })
  if ('one_of' in matcher) {
    const choices = Array.isArray(matcher.one_of) ? matcher.one_of : [matcher.one_of]
    if (!choices.some(choice => fits(choice)))
      differ(`expected one of ${choices.map(show).join(', ')}, got ${show(actual)}`, { one_of: choices })
  }
  if ('contains' in matcher && !contains(matcher.contains, actual, fits))
    differ(`expected to contain ${show(matcher.contains)}, got ${show(actual)}`, { contains: matcher.contains })
  if ('recorded' in matcher) {
    const name = String(matcher.recorded)
    const order = matcher.order === 'any' ? 'any' : 'same'
    found.push(...recorded({ name, order, tolerance: Number(matcher.tolerance ?? 0) }, actual, path))
  } else if ('tolerance' in matcher || 'order' in matcher) {
    differ('"order" and "tolerance" go with "recorded"', matcher)
  }
  return found

  function bound(word: 'at_least' | 'at_most', limit: unknown, holds: (order: number) => boolean): void {
    const order = numericOrder(actual, limit)
    if (order !== undefined && holds(order)) return
    const kind = order === undefined ? 'a number ' : ''
    differ(`expected ${kind}${word.replace('_', ' ')} ${show(limit)}, got ${show(actual)}`, { [word]: limit })
  }
}

function contains(wanted: unknown, actual: unknown, fits: (expected: unknown, value: unknown) => boolean): boolean {
  const all = Array.isArray(wanted) ? wanted : [wanted]
  if (typeof actual === 'string') return all.every(part => actual.includes(String(part)))
  if (Array.isArray(actual)) return all.every(part => actual.some(element => fits(part, element)))
  if (!isPlainObject(actual)) return false
  return all.every(part => (isPlainObject(part) ? fits(part, actual) : Object.hasOwn(actual, String(part))))
}

function matches(pattern: unknown, actual: unknown): boolean {
  if (typeof actual !== 'string' && typeof actual !== 'number' && typeof actual !== 'bigint') return false
  return new RegExp(String(pattern), 'su').test(String(actual))
}

function countOf(value: unknown): number | undefined {
  return typeof value === 'string' ? [...value].length : elementsOf(value)?.length
}

function elementsOf(value: unknown): (readonly [string, unknown])[] | undefined {
  if (Array.isArray(value)) return value.map((element, index) => [String(index), element] as const)
  return isPlainObject(value) ? Object.entries(value) : undefined
}
