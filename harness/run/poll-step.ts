import { parseDuration } from '../cases/duration.ts'
import { hasRecorded } from '../cases/expect.ts'
import { interpolate } from '../cases/interpolate.ts'
import { judgeExpectation } from './judge.ts'
import { poll } from './poll.ts'
import type { Running } from './step-runner.ts'
import { tryStep } from './try-step.ts'

const DEFAULT_TIMEOUT = 60_000

/** Runs a step until it is as expected, where it says `eventually`; else once. */
export function pollStep(running: Running): Promise<unknown> {
  const { step, frame, record, context } = running
  const timeout = timeoutOf(running)
  if (!step.eventually) return tryStep(running, { within: timeout, recording: true })
  const recorded = hasRecorded(step.expect)
  return poll({
    eventually: { ...step.eventually, giveUpOn: interpolate(step.eventually.giveUpOn, frame.scope) },
    clock: context.environment.clock,
    signal: frame.signal,
    attempt(left) {
      record.nextTry()
      return tryStep(running, { within: Math.min(left, timeout ?? left), recording: !recorded })
    },
    last: () => record.value,
    // what is recorded is what the wait ended with
    record: recorded
      ? () => judgeExpectation(record.expected, record.value, context.recorded.comparison({ recording: true }))
      : undefined,
  })
}

/** Milliseconds for one try; undefined for steps of steps, whose steps have deadlines of their own. */
function timeoutOf({ step, context }: Running): number | undefined {
  if (step.timeout !== undefined && !step.repeat) return step.timeout
  const action = context.environment.registry.actions.get(step.action)
  if (!action) return undefined
  return action.timeout === undefined ? DEFAULT_TIMEOUT : parseDuration(action.timeout)
}
