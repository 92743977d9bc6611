import type { Path } from '../cases/case-text.ts'
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

/** An input that its action does not take, once it was filled in. */
export class InputError extends AssayError {
  /** Where in the input. */
  readonly path: Path

  constructor(message: string, path: Path) {
    super('ASSAY_CASE_TYPE', message)
    this.path = path
  }
}

/** A place in the text that a step sends: the keys below its action, and an offset in the template there. */
export type TemplatePlace = { readonly key: readonly string[]; readonly offset: number }

/** An error with the step in which it came up; the innermost step counts. */
export class StepFailure extends Error {
  readonly step: Step
  readonly error: unknown
  /** Where in the template of the SQL text the server saw the error. */
  readonly template: TemplatePlace | undefined
  /** The steps whose shared action holds this one; the outermost, which stands in the case file, comes first. */
  readonly callers: readonly Step[]

  constructor(
    step: Step,
    error: unknown,
    { template, callers = [] }: { readonly template?: TemplatePlace; readonly callers?: readonly Step[] } = {},
  ) {
    super(error instanceof Error ? error.message : String(error), { cause: error })
    this.step = step
    this.error = error
    this.template = template
    this.callers = callers
  }

  /** The same, as the step sees it whose shared action failed. */
  calledBy(caller: Step): StepFailure {
    return new StepFailure(this.step, this.error, { template: this.template, callers: [caller, ...this.callers] })
  }
}

/** What was thrown, without the step around it. */
export function innerError(error: unknown): unknown {
  return error instanceof StepFailure ? error.error : error
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
