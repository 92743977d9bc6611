import type { Difference } from '../report/model.ts'
import { equalValues } from './equal.ts'
import { isPlainObject } from './interpolate.ts'
import { matcherDifferences } from './match.ts'
import { isMatcher } from './matchers.ts'
import { joinPath, show } from './show.ts'

export { hasRecorded, isMatcher, MATCHERS } from './matchers.ts'
export { show } from './show.ts'

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
 * A literal must be equal; of a map only the fields that are named are looked at, and an empty one must be empty; a list
 * must have as many elements.
 * A map of matcher words is a matcher, unless the result is a map with fields of these names: `{ count: 3 }` means the
 * field of `select count(*)`.
 */
export function differences(expected: unknown, actual: unknown, recorded: CompareRecorded, path = ''): Difference[] {
  if (isMatcher(expected) && !namesFields(expected, actual))
    return matcherDifferences(expected, actual, { recorded, path, differences })
  if (isPlainObject(expected)) return fieldDifferences(expected, actual, recorded, path)
  if (Array.isArray(expected)) return listDifferences(expected, actual, recorded, path)
  if (equalValues(expected, actual)) return []
  return [{ path, message: `expected ${show(expected)}, got ${show(actual)}`, expected, actual }]
}

function namesFields(expected: Readonly<Record<string, unknown>>, actual: unknown): boolean {
  return isPlainObject(actual) && Object.keys(expected).every(key => Object.hasOwn(actual, key))
}

function fieldDifferences(
  expected: Readonly<Record<string, unknown>>,
  actual: unknown,
  recorded: CompareRecorded,
  path: string,
): Difference[] {
  if (actual === null || typeof actual !== 'object')
    return [{ path, message: `expected a map, got ${show(actual)}`, expected, actual }]
  // fields that are not named do not matter, but a map that names none would pass whatever is there
  if (Object.keys(expected).length === 0 && Object.keys(actual).length > 0)
    return [{ path, message: `expected an empty map, got ${show(actual)}`, expected, actual }]
  return Object.entries(expected).flatMap(([key, inner]) => {
    const at = joinPath(path, key)
    const value = Object.hasOwn(actual, key) ? (actual as Record<string, unknown>)[key] : undefined
    // `not` would hold for a name that is mistyped: only null says that nothing may be there
    if (value === undefined && !acceptsMissing(inner))
      return [{ path: at, message: `is missing; there is ${listNames(actual)}`, expected: inner }]
    return differences(inner, value, recorded, at)
  })
}

function listDifferences(
  expected: readonly unknown[],
  actual: unknown,
  recorded: CompareRecorded,
  path: string,
): Difference[] {
  const elements = (count: number) => `${count} element${count === 1 ? '' : 's'}`
  if (!Array.isArray(actual))
    return [{ path, message: `expected a list of ${elements(expected.length)}, got ${show(actual)}`, expected, actual }]
  const found = expected
    .slice(0, actual.length)
    .flatMap((inner, index) => differences(inner, actual[index], recorded, joinPath(path, String(index))))
  if (expected.length !== actual.length)
    found.push({ path, message: `expected ${elements(expected.length)}, got ${actual.length}`, expected, actual })
  return found
}

function acceptsMissing(expected: unknown): boolean {
  if (expected === null) return true
  return isMatcher(expected) && Array.isArray(expected.one_of) && expected.one_of.includes(null)
}

function listNames(value: object): string {
  const names = Object.keys(value)
  if (names.length === 0) return 'nothing in it'
  return names.length > 8 ? `${names.slice(0, 8).join(', ')}, …` : names.join(', ')
}
