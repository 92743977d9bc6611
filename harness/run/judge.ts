import { type CompareRecorded, differences, isMatcher, show } from '../cases/expect.ts'
import { isPlainObject } from '../cases/interpolate.ts'
import type { Fails } from '../cases/model.ts'
import type { ActionError } from '../errors.ts'
import type { Difference } from '../report/model.ts'
import { ExpectationError, summarise } from './step-failure.ts'

/** What a step that failed as it must gives as its result. */
export type FailureResult = {
  readonly code: string | number | undefined
  readonly class: string | undefined
  readonly message: string
  readonly data: unknown
}

/** How a difference begins that says that there is no recorded result. */
export const NOT_RECORDED = 'nothing is recorded under'

/** Throws ASSAY_STEP_EXPECT where a result is not as expected, or ASSAY_STEP_NOT_RECORDED where nobody has recorded it yet. */
export function judgeExpectation(expected: unknown, actual: unknown, recorded: CompareRecorded): void {
  const found = differences(expected, actual, recorded)
  if (found.length === 0) return
  const unrecorded = found.every(({ message }) => message.startsWith(NOT_RECORDED))
  const code = unrecorded ? 'ASSAY_STEP_NOT_RECORDED' : 'ASSAY_STEP_EXPECT'
  throw new ExpectationError(code, summarise(found), found, { hint: hintFor(expected, actual) })
}

const ROWS_AND_VALUES =
  '`rows` of a result are maps by column name, `rows: [{ n: 3 }]`; its `values` are lists by position, `values: [[3]]`.'

/** The one mistake that beginners make: rows are written as lists, or values as maps. */
function hintFor(expected: unknown, actual: unknown): string | undefined {
  if (Array.isArray(expected) && Array.isArray(actual))
    return expected.map((one, index) => hintFor(one, actual[index])).find(hint => hint !== undefined)
  if (!isPlainObject(expected) || !isPlainObject(actual) || !isList(actual.rows) || !isList(actual.values))
    return undefined
  const mixed =
    (isList(expected.rows) && expected.rows.some(isList)) ||
    (isList(expected.values) && expected.values.some(isPlainObject))
  return mixed ? ROWS_AND_VALUES : undefined
}

/** Whether a result fits; what is recorded is left out of it. */
export function isAsExpected(expected: unknown, actual: unknown): boolean {
  return differences(expected, actual, () => []).length === 0
}

/** The result of a step that must fail and did. Throws ASSAY_STEP_FAILS where it failed in another way. */
export function judgeFailure(fails: Fails, error: ActionError, recorded: CompareRecorded): FailureResult {
  const code = typeof fails.code === 'string' && fails.code.startsWith('ASSAY_') ? error.code : error.systemCode
  const found: Difference[] = []
  if (fails.code !== undefined)
    found.push(...differences(textual(fails.code), code === undefined ? null : String(code), recorded, 'code'))
  if (fails.class !== undefined) found.push(...differences(fails.class, error.class ?? null, recorded, 'class'))
  if (fails.message !== undefined)
    found.push(...differences(messagePattern(fails.message), error.message, recorded, 'message'))
  if (found.length > 0) {
    const message = `failed, but not as it must: ${summarise(found)}; the error was: ${error.message}`
    throw new ExpectationError('ASSAY_STEP_FAILS', message, found, { cause: error })
  }
  return { code: error.systemCode, class: error.class, message: error.message, data: error.data }
}

/** What to throw when a step that must fail succeeds. */
export function unexpectedSuccess(fails: Fails, result: unknown): ExpectationError {
  const what = Object.entries(fails).map(([key, value]) => `${key} ${show(value)}`)
  const message = `succeeded, although it must fail${what.length === 0 ? '' : ` with ${what.join(', ')}`}`
  return new ExpectationError('ASSAY_STEP_FAILS', message, [{ path: '', message, expected: { fails }, actual: result }])
}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value)

/** SQLSTATEs and statuses are written with and without quotes. */
const textual = (value: unknown): unknown => (typeof value === 'number' ? String(value) : value)

const messagePattern = (value: unknown): unknown => (isMatcher(value) ? value : { contains: value })
