import type { Step } from '../cases/model.ts'
import { ActionError, AssayError, type AssayErrorOptions } from '../errors.ts'
import type { Difference } from '../report/model.ts'

/** A result that is not what the step expects, difference by difference. */
export class ExpectationError extends AssayError {
  readonly differences: readonly Difference[]

  constructor(
    code:
      | 'ASSAY_STEP_EXPECT'
      | 'ASSAY_STEP_FAILS'
      | 'ASSAY_STEP_GAVE_UP'
      | 'ASSAY_STEP_NOT_YET'
      | 'ASSAY_STEP_NOT_RECORDED',
    message: string,
    differences: readonly Difference[],
    options: AssayErrorOptions = {},
  ) {
    super(code, message, options)
    this.differences = differences
  }
}

/** An error with the step in which it came up; the innermost step counts. */
export class StepFailure extends Error {
  readonly step: Step
  readonly error: unknown
  /** Offset in the template of the SQL text where the server saw the error. */
  readonly templateOffset: { readonly key: readonly string[]; readonly offset: number } | undefined

  constructor(step: Step, error: unknown, templateOffset?: StepFailure['templateOffset']) {
    super(error instanceof Error ? error.message : String(error), { cause: error })
    this.step = step
    this.error = error
    this.templateOffset = templateOffset
  }
}

/** `rows.0.name: expected "a", got "b"`, and how many more. */
export function summarise(differences: readonly Difference[]): string {
  const [first, ...rest] = differences
  if (!first) return 'differs'
  const text = first.path === '' ? first.message : `${first.path} ${first.message}`
  return rest.length === 0 ? text : `${text} (and ${rest.length} more)`
}

/** True for what a system did wrong or refused, which polling may outwait and `fails` may expect. */
export function isSystemError(error: unknown): error is ActionError {
  return error instanceof ActionError
}
