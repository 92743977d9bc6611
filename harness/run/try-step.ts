import { interpolate, interpolateText, isPlainObject } from '../cases/interpolate.ts'
import type { Fails } from '../cases/model.ts'
import { ActionError } from '../errors.ts'
import { withDeadline } from './deadline.ts'
import { judgeExpectation, judgeFailure, unexpectedSuccess } from './judge.ts'
import { performStep } from './perform-step.ts'
import { innerError, isSystemError, StepFailure, type TemplatePlace } from './step-failure.ts'
import type { Running } from './step-runner.ts'

export type TryOptions = {
  /** Milliseconds for each call of the action. */
  readonly within: number | undefined
  /** False while polling: recorded results are compared, and nothing is written. */
  readonly recording: boolean
}

/** One call of a step's action on each of its endpoints, checked against `fails` and `expect`. */
export async function tryStep(running: Running, { within, recording }: TryOptions): Promise<unknown> {
  const { step, frame, record, context } = running
  const expected = interpolate(step.expect, frame.scope)
  const fails = interpolate(step.fails, frame.scope) as Fails | undefined
  record.expected = fails === undefined ? expected : { fails }
  const recorded = context.recorded.comparison({ recording })
  const { clock } = context.environment

  record.value = await performStep(running, async work => {
    let result: unknown
    try {
      result = await withDeadline({ within, what: `"${record.name}"`, signal: frame.signal, clock }, work)
    } catch (error) {
      const inner = innerError(error)
      if (fails !== undefined && isSystemError(inner)) {
        const failed = judgeFailure(fails, inner, recorded)
        record.joined?.failedAsExpected()
        return failed
      }
      throw withTemplate(error, running)
    }
    if (fails === undefined) return result
    record.value = result
    throw unexpectedSuccess(fails, result)
  })
  if (expected !== undefined) judgeExpectation(expected, record.value, recorded)
  return record.value
}

/** The error with the place in the step's text where the server saw it, back through the interpolation. */
function withTemplate(error: unknown, { step, frame }: Running): unknown {
  if (!(error instanceof ActionError) || error.position === undefined) return error
  const input = step.input
  const key = typeof input === 'string' ? [] : ['text']
  const text = isPlainObject(input) ? input.text : input
  if (typeof text !== 'string') return error
  const template: TemplatePlace = { key, offset: interpolateText(text, frame.scope).origin(error.position) }
  return new StepFailure(step, error, { template })
}
