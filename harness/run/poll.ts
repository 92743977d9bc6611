import type { Clock } from '../actions/define-action.ts'
import { formatDuration } from '../cases/duration.ts'
import { differences } from '../cases/expect.ts'
import type { Eventually } from '../cases/model.ts'
import { ExpectationError, isSystemError, StepFailure, summarise } from './step-failure.ts'

export type PollOptions = {
  readonly eventually: Eventually
  readonly clock: Clock
  readonly signal: AbortSignal
  /** One try, with the milliseconds left; `polling` is false for a look at the last result that may record it. */
  attempt(left: number, polling: boolean): Promise<unknown>
  /** The result of the last try that gave one. */
  last(): unknown
}

/** Tries until it succeeds, a result is hopeless, or the time is over. The last error is the cause of the one thrown. */
export async function poll({ eventually, clock, signal, attempt, last }: PollOptions): Promise<unknown> {
  const until = clock.now() + eventually.within
  for (let tries = 1; ; tries++) {
    const left = until - clock.now()
    try {
      return await attempt(Math.max(left, 1), true)
    } catch (error) {
      const inner = error instanceof StepFailure ? error.error : error
      // a mistake in the case or a broken harness does not mend itself
      if (signal.aborted || !(isSystemError(inner) || inner instanceof ExpectationError)) throw error
      if (inner instanceof ExpectationError) giveUp(eventually.giveUpOn, last(), tries)
      if (clock.now() + eventually.every < until) {
        await clock.sleep(eventually.every, signal)
        continue
      }
      if (inner instanceof ExpectationError && inner.differences.some(({ message }) => /record/.test(message))) {
        return attempt(Math.max(eventually.every, 1_000), false)
      }
      const differing = inner instanceof ExpectationError ? inner.differences : [{ path: '', message: inner.message }]
      const message = `not as expected within ${formatDuration(eventually.within)} (${tries} ${tries === 1 ? 'try' : 'tries'}); at last: ${summarise(differing)}`
      throw new ExpectationError('ASSAY_STEP_NOT_YET', message, differing, { cause: inner })
    }
  }
}

function giveUp(hopeless: unknown, result: unknown, tries: number): void {
  if (hopeless === undefined || differences(hopeless, result, () => []).length > 0) return
  const message = `gave up after ${tries} ${tries === 1 ? 'try' : 'tries'}: the result met "give_up_on"`
  throw new ExpectationError('ASSAY_STEP_GAVE_UP', message, [
    { path: '', message, expected: { give_up_on: hopeless }, actual: result },
  ])
}
