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
export type Matcher = Readonly<Partial<Record<(typeof MATCHERS)[number], unknown>>>

/** True for a map that consists of matcher words. */
export function isMatcher(value: unknown): value is Matcher {
  if (!isPlainObject(value)) return false
  const keys = Object.keys(value)
  return keys.length > 0 && keys.every(key => (MATCHERS as readonly string[]).includes(key))
}

/** Whether anything in an expectation is compared with a recorded result. */
export function hasRecorded(expected: unknown): boolean {
  if (isMatcher(expected) && expected.recorded !== undefined) return true
  if (Array.isArray(expected)) return expected.some(hasRecorded)
  return isPlainObject(expected) && Object.values(expected).some(hasRecorded)
}
