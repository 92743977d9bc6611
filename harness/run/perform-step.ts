import { interpolate, isPlainObject } from '../cases/interpolate.ts'
import type { Composite } from '../cases/model.ts'
import { AssayError } from '../errors.ts'
import { readInput } from './action-input.ts'
import { endpointLabel } from './endpoints.ts'
import type { Frame } from './frame.ts'
import { StepFailure } from './step-failure.ts'
import type { StepRecord } from './step-record.ts'
import type { Running } from './step-runner.ts'

/** Calls what does the work of a step: with a deadline, and judged by `fails`. */
type Call = (work: (signal: AbortSignal) => Promise<unknown>) => Promise<unknown>

/** Does what a step says, whatever kind of step it is. */
export function performStep(running: Running, call: Call): Promise<unknown> {
  const { step, frame, record, context } = running
  if (step.action === 'parallel')
    return call(signal => sideBySide({ ...running, frame: { ...frame, signal, records: record.children } }))
  record.input = interpolate(step.input, frame.scope)
  if (step.action === 'join') return call(() => join(String(record.input), frame, record))
  const composite = context.composites[step.action]
  return composite
    ? call(signal => callComposite(composite, { ...running, frame: { ...frame, signal } }))
    : callAction(running, call)
}

async function callAction({ step, frame, record, context }: Running, call: Call): Promise<unknown> {
  const action = context.environment.registry.actions.get(step.action)
  if (!action) throw new AssayError('ASSAY_CASE_UNKNOWN_ACTION', `unknown action "${step.action}"`)
  const input = readInput(action, record.input)
  const { endpoints, many } =
    action.on === 'none'
      ? { endpoints: [undefined], many: false }
      : context.endpoints.ofStep(interpolate(step.on ?? frame.on, frame.scope))
  record.on = endpoints.filter(endpoint => endpoint !== undefined).map(endpointLabel)
  // every endpoint is seen to its end, so that the report shows all of them and nothing runs on
  const failedOn = new Set<string>()
  const results = await allOf(
    endpoints.map(async (endpoint, index) => {
      try {
        return await call(signal => action.run(input, context.actionContext(record, signal, endpoint)))
      } catch (error) {
        failedOn.add(record.on[index] ?? '')
        throw error
      }
    }),
  ).finally(() => {
    record.failedOn = many && failedOn.size > 0 ? [...failedOn] : undefined
  })
  return many ? results : results[0]
}

async function sideBySide({ step, frame, runner }: Running): Promise<unknown> {
  const results = await allOf((step.steps ?? []).map(inner => runner.run(inner, frame)))
  return results.map(({ value }) => value)
}

async function callComposite(composite: Composite, { step, frame, record, runner }: Running): Promise<unknown> {
  const given = isPlainObject(record.input) ? record.input : {}
  const defaults = Object.entries(composite.parameters).filter(([, parameter]) => parameter.default !== undefined)
  const { target, run, case: one } = frame.scope
  const inner: Frame = {
    ...frame,
    scope: {
      target,
      run,
      case: one,
      ...Object.fromEntries(defaults.map(([name, { default: value }]) => [name, value])),
      ...given,
    },
    records: record.children,
    background: new Map(),
    on: step.on === undefined ? frame.on : interpolate(step.on, frame.scope),
  }
  try {
    for (const one of composite.steps) await runner.run(one, inner)
  } catch (error) {
    throw error instanceof StepFailure ? error.calledBy(step) : error
  } finally {
    await runner.abandon(inner, 'the shared action ended before this step')
  }
  return composite.result === undefined ? record.children.at(-1)?.value : interpolate(composite.result, inner.scope)
}

async function join(handle: string, frame: Frame, record: StepRecord): Promise<unknown> {
  const background = frame.background.get(handle)
  if (!background) throw new AssayError('ASSAY_CASE_JOIN', `no background step "${handle}" waits to be joined`)
  frame.background.delete(handle)
  record.joined = background.record
  const outcome = await background.done
  if ('error' in outcome) throw outcome.error
  return outcome.result
}

/** All results, or the first error once all have settled. */
async function allOf<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(promises)
  const failed = settled.find(one => one.status === 'rejected')
  if (failed) throw failed.reason
  return settled.map(one => (one as PromiseFulfilledResult<T>).value)
}
