import type { Attempt, CaseResult, ErrorRecord, LimitResult, StepResult } from './model.ts'

/** What a failing case failed by: the deciding attempt's error, the step it came from, and one sentence. */
export type Cause = {
  readonly message: string
  readonly error?: ErrorRecord
  readonly step?: StepResult
  readonly limit?: LimitResult
}

/** Undefined for a case that has nothing to explain. */
export function causeOf(result: CaseResult, attempt: Attempt | undefined = result.attempts.at(-1)): Cause | undefined {
  const step = attempt && brokenStep(attempt.steps)
  const error = attempt?.error ?? step?.error
  if (error) return { message: error.message, error, step }
  const broken = result.limits.find(limit => limit.state === 'broken')
  if (result.verdict === 'limit broken' && broken) return { message: broken.message, limit: broken }
  const difference = step?.differences[0]
  if (difference) return { message: difference.message, step }
  if (attempt?.alsoFailed[0]) return { message: attempt.alsoFailed[0].message, error: attempt.alsoFailed[0] }
  return result.reason === undefined ? undefined : { message: result.reason }
}

/** The innermost step that did not end as it should, in the order in which they ran. */
function brokenStep(steps: readonly StepResult[]): StepResult | undefined {
  for (const step of steps) {
    if (step.state !== 'failed' && step.state !== 'errored' && step.state !== 'undecided') continue
    return brokenStep(step.steps) ?? step
  }
  return undefined
}
