import type { Clock } from '../actions/define-action.ts'
import { formatDuration } from '../cases/duration.ts'
import type { Eventually } from '../cases/model.ts'
import type { ActionError } from '../errors.ts'
import { isAsExpected } from './judge.ts'
import { ExpectationError, innerError, isSystemError, summarise } from './step-failure.ts'

export type PollOptions = {
  readonly eventually: Eventually
  readonly clock: Clock
  readonly signal: AbortSignal
  /** One try, with the milliseconds left. */
  attempt(left: number): Promise<unknown>
  /** The result of the last try that gave one. */
  last(): unknown
  /** Judges the last result once the time is over, and may record it; throws when it is not as expected even so. */
  readonly record?: () => void
}

/** Tries until it succeeds, a result is hopeless, or the time is over. The last error is the cause of the one thrown. */
export async function poll(options: PollOptions): Promise<unknown> {
  const { eventually, clock, signal, attempt, last } = options
  const until = clock.now() + eventually.within
  for (let tries = 1; ; tries++) {
    try {
      return await attempt(Math.max(until - clock.now(), 1))
    } catch (error) {
      const inner = innerError(error)
      // a mistake in the case or a broken harness does not mend itself
      if (signal.aborted || !(isSystemError(inner) || inner instanceof ExpectationError)) throw error
      if (inner instanceof ExpectationError) giveUp(eventually.giveUpOn, last(), tries)
      if (clock.now() + eventually.every >= until) return atTheEnd(inner, tries, options)
    }
    await clock.sleep(eventually.every, signal)
  }
}

function atTheEnd(
  error: ActionError | ExpectationError,
  tries: number,
  { eventually, last, record }: PollOptions,
): unknown {
  if (record && error instanceof ExpectationError) {
    try {
      record()
      return last()
    } catch (final) {
      // nobody has recorded it: that is not a matter of time
      if (final instanceof ExpectationError && final.code === 'ASSAY_STEP_NOT_RECORDED') throw final
    }
  }
  const differing = error instanceof ExpectationError ? error.differences : [{ path: '', message: error.message }]
  const message = `not as expected within ${formatDuration(eventually.within)} (${count(tries)}); at last: ${summarise(differing)}`
  throw new ExpectationError('ASSAY_STEP_NOT_YET', message, differing, { cause: error })
}

function giveUp(hopeless: unknown, result: unknown, tries: number): void {
  if (hopeless === undefined || !isAsExpected(hopeless, result)) return
  const message = `gave up after ${count(tries)}: the result met "give_up_on"`
  throw new ExpectationError('ASSAY_STEP_GAVE_UP', message, [
    { path: '', message, expected: { give_up_on: hopeless }, actual: result },
  ])
}

const count = (tries: number): string => `${tries} ${tries === 1 ? 'try' : 'tries'}`
