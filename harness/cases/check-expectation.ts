import type { Path } from './case-text.ts'
import { hasReference, isPlainObject } from './interpolate.ts'
import { isMatcher } from './matchers.ts'
import { complain, type Reading } from './reading.ts'

/** Matchers that ask whether something else holds: a recording inside would be written for an answer of no. */
const QUESTIONS = ['not', 'one_of', 'contains'] as const

type Context = Pick<Reading, 'source' | 'problems'> & { readonly inQuestion?: boolean }

/** Complains about matchers that could never be judged: a broken pattern, a recording inside a question. */
export function checkExpectation(value: unknown, path: Path, context: Context): void {
  if (Array.isArray(value)) {
    for (const [index, inner] of value.entries()) checkExpectation(inner, [...path, index], context)
    return
  }
  if (!isPlainObject(value)) return
  if (isMatcher(value)) checkMatcher(value, path, context)
  for (const [key, inner] of Object.entries(value)) {
    const inQuestion = context.inQuestion || (isMatcher(value) && (QUESTIONS as readonly string[]).includes(key))
    checkExpectation(inner, [...path, key], { ...context, inQuestion })
  }
}

function checkMatcher(matcher: Readonly<Record<string, unknown>>, path: Path, context: Context): void {
  const wrong = (key: string, message: string) => complain(context, 'ASSAY_CASE_TYPE', message, { at: [...path, key] })
  if (typeof matcher.match === 'string' && !hasReference(matcher.match)) {
    try {
      new RegExp(matcher.match, 'su')
    } catch (error) {
      wrong('match', `"match" is not a regular expression: ${(error as Error).message.replace(/^.*: /, '')}`)
    }
  }
  if (matcher.recorded !== undefined) {
    if (context.inQuestion)
      wrong('recorded', `"recorded" cannot stand inside ${QUESTIONS.map(word => `"${word}"`).join(', ')}`)
    if (matcher.order !== undefined && !['any', 'same'].includes(String(matcher.order)))
      wrong('order', `"order" must be any or same, not ${JSON.stringify(matcher.order)}`)
    if (matcher.tolerance !== undefined && typeof matcher.tolerance !== 'number' && !hasReference(matcher.tolerance))
      wrong('tolerance', `"tolerance" must be a number, not ${JSON.stringify(matcher.tolerance)}`)
  }
}
