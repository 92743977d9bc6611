import { differences } from '../cases/expect.ts'
import { interpolate } from '../cases/interpolate.ts'
import type { Repeat } from '../cases/model.ts'
import { AssayError } from '../errors.ts'
import { withDeadline } from './deadline.ts'
import { errorRecord } from './error-record.ts'
import { isAsExpected } from './judge.ts'
import { pollStep } from './poll-step.ts'
import { ExpectationError, innerError, summarise } from './step-failure.ts'
import { StepRecord } from './step-record.ts'
import type { Running } from './step-runner.ts'
import { stateOf } from './verdict.ts'

/** Of a step that is repeated the first turns and the last are shown. */
const MAX_TURNS_SHOWN = 20

/** Runs a step once, or as often as its `repeat` says; the last result counts. */
export async function repeatStep(running: Running): Promise<unknown> {
  const { step, frame, record, context } = running
  if (!step.repeat) return pollStep(running)
  const { repeat } = step
  record.value = await withDeadline(
    { within: step.timeout, what: `"${record.name}"`, signal: frame.signal, clock: context.environment.clock },
    signal => turns(repeat, { ...running, frame: { ...frame, signal } }),
  )
  return record.value
}

async function turns(repeat: Repeat, running: Running): Promise<unknown> {
  const { frame, record, context } = running
  const times = timesOf(repeat, running)
  let result: unknown
  for (let turn = 0; turn < times; turn++) {
    frame.signal.throwIfAborted()
    record.tries = turn + 1
    const scope = repeat.as === undefined ? frame.scope : { ...frame.scope, [repeat.as]: turn }
    result = await oneTurn(turn, { ...running, frame: { ...frame, scope } })
    if (repeat.until !== undefined && isAsExpected(interpolate(repeat.until, scope), result)) return result
    if (repeat.every > 0 && turn + 1 < times) await context.environment.clock.sleep(repeat.every, frame.signal)
  }
  if (repeat.until === undefined) return result
  const differing = differences(interpolate(repeat.until, frame.scope), result, () => [])
  const message = `${times} turns did not bring what "until" waits for; at last: ${summarise(differing)}`
  throw new ExpectationError('ASSAY_STEP_NOT_YET', message, differing)
}

async function oneTurn(turn: number, running: Running): Promise<unknown> {
  const { step, frame, record, context } = running
  const { clock } = context.environment
  const child = new StepRecord({ ...step, name: `turn ${turn + 1}` }, frame.phase, clock.now())
  if (record.children.length >= MAX_TURNS_SHOWN) {
    record.children.pop()
    record.note = `turns ${MAX_TURNS_SHOWN} to ${turn} are not shown`
  }
  record.children.push(child)
  try {
    return await pollStep({ ...running, record: child })
  } catch (error) {
    child.state = stateOf(innerError(error))
    child.error = errorRecord(innerError(error))
    throw error
  } finally {
    child.end(clock.now())
  }
}

function timesOf(repeat: Repeat, { frame }: Running): number {
  if (repeat.times === undefined) return Number.POSITIVE_INFINITY
  const times = interpolate(repeat.times, frame.scope)
  // a step of no turns would pass, whatever it expects
  if (typeof times === 'object' || !/^\d+$/.test(String(times)) || Number(times) === 0)
    throw new AssayError('ASSAY_CASE_TYPE', `repeat.times is ${JSON.stringify(times)}, not a whole number from 1`)
  return Number(times)
}
