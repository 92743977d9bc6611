import { parseDuration } from '../cases/duration.ts'
import { hasRecorded } from '../cases/expect.ts'
import { hasReference, interpolate, interpolateText, isPlainObject, resolve } from '../cases/interpolate.ts'
import { inputProblem } from '../cases/issues.ts'
import type { Composite, Step } from '../cases/model.ts'
import { ActionError, AssayError } from '../errors.ts'
import type { Endpoint } from '../targets/target.ts'
import type { CaseContext } from './case-context.ts'
import { holds } from './condition.ts'
import { withDeadline } from './deadline.ts'
import { endpointLabel } from './endpoints.ts'
import { errorRecord } from './error-record.ts'
import type { BackgroundOutcome, BackgroundStep, Frame } from './frame.ts'
import { judgeExpectation, judgeFailure, unexpectedSuccess } from './judge.ts'
import { poll } from './poll.ts'
import { ExpectationError, isSystemError, StepFailure } from './step-failure.ts'
import { StepRecord } from './step-record.ts'
import { stateOf } from './verdict.ts'

const DEFAULT_TIMEOUT = 60_000
const MAX_TURNS_SHOWN = 20

/** Runs steps: fills in, calls, checks, saves, and notes what happened. */
export class StepRunner {
  readonly #context: CaseContext

  constructor(context: CaseContext) {
    this.#context = context
  }

  /** Runs one step of a list. Rejects with a StepFailure; the record is complete either way. */
  async run(step: Step, frame: Frame): Promise<StepRecord> {
    const record = new StepRecord(step, frame.phase, this.#now())
    frame.records.push(record)
    if (step.background !== undefined) {
      this.#start(step.background, step, frame, record)
      return record
    }
    await this.#runInto(step, frame, record)
    return record
  }

  /** Aborts what still runs in the background, and waits until it has let go. */
  async abandon(frame: Frame, reason: unknown): Promise<void> {
    const all = [...frame.background.values()]
    frame.background.clear()
    for (const { abort } of all) abort(reason)
    await Promise.all(all.map(({ done }) => done))
  }

  async #runInto(step: Step, frame: Frame, record: StepRecord): Promise<unknown> {
    try {
      if (step.name !== undefined)
        record.name = hasReference(step.name) ? interpolateText(step.name, frame.scope).text : step.name
      if (step.if !== undefined && !holds(step.if, frame.scope)) {
        record.state = 'skipped'
        record.note = `if ${step.if} does not hold`
        return undefined
      }
      const result = await this.#repeat(step, frame, record)
      this.#save(step, result, frame)
      return result
    } catch (error) {
      const failure =
        error instanceof StepFailure ? error : new StepFailure(step, error, this.#templateOffset(step, frame, error))
      record.state = stateOf(failure.error)
      record.error ??= errorRecord(failure.error)
      if (failure.error instanceof ExpectationError && failure.step === step)
        record.differences = failure.error.differences
      throw failure
    } finally {
      record.end(this.#now())
    }
  }

  #start(handle: string, step: Step, frame: Frame, record: StepRecord): void {
    const controller = new AbortController()
    const forward = () => controller.abort(frame.signal.reason)
    frame.signal.addEventListener('abort', forward, { once: true })
    record.note = `in the background as "${handle}"`
    const own = { ...frame, signal: controller.signal }
    const done = this.#runInto(step, own, record).then(
      (result): BackgroundOutcome => ({ result }),
      (error): BackgroundOutcome => ({ error }),
    )
    const background: BackgroundStep = { record, done, abort: reason => controller.abort(reason) }
    done.finally(() => frame.signal.removeEventListener('abort', forward))
    frame.background.set(handle, background)
  }

  async #repeat(step: Step, frame: Frame, record: StepRecord): Promise<unknown> {
    const { repeat } = step
    if (!repeat) return this.#poll(step, frame, record)
    const times = repeat.times === undefined ? Number.POSITIVE_INFINITY : Number(interpolate(repeat.times, frame.scope))
    if (Number.isNaN(times))
      throw new AssayError('ASSAY_CASE_TYPE', `repeat.times is ${JSON.stringify(repeat.times)}, not a number`)
    const turns = async (signal: AbortSignal) => {
      let result: unknown
      for (let turn = 0; turn < times; turn++) {
        signal.throwIfAborted()
        const scope =
          repeat.as === undefined ? frame.scope : Object.assign(Object.create(null), frame.scope, { [repeat.as]: turn })
        const child = new StepRecord({ ...step, name: `turn ${turn + 1}` }, frame.phase, this.#now())
        if (record.children.length >= MAX_TURNS_SHOWN) record.children.pop()
        record.children.push(child)
        record.tries = turn + 1
        try {
          result = await this.#poll(step, { ...frame, scope, signal }, child)
        } catch (error) {
          child.state = stateOf(error instanceof StepFailure ? error.error : error)
          child.error = errorRecord(error instanceof StepFailure ? error.error : error)
          throw error
        } finally {
          child.end(this.#now())
        }
        if (
          repeat.until !== undefined &&
          isMet(() => judgeExpectation(interpolate(repeat.until, scope), result, () => []))
        )
          return result
        if (repeat.every > 0 && turn + 1 < times) await this.#context.environment.clock.sleep(repeat.every, signal)
      }
      if (repeat.until === undefined) return result
      throw new ExpectationError('ASSAY_STEP_NOT_YET', `${times} turns did not bring what "until" waits for`, [
        { path: '', message: 'is the last result', expected: repeat.until, actual: result },
      ])
    }
    record.value =
      step.timeout === undefined
        ? await turns(frame.signal)
        : await withDeadline({ within: step.timeout, what: nameOf(record), signal: frame.signal }, turns)
    return record.value
  }

  async #poll(step: Step, frame: Frame, record: StepRecord): Promise<unknown> {
    if (!step.eventually) return this.#once(step, frame, record, { within: this.#timeout(step), polling: false })
    return poll({
      eventually: { ...step.eventually, giveUpOn: interpolate(step.eventually.giveUpOn, frame.scope) },
      clock: this.#context.environment.clock,
      signal: frame.signal,
      attempt: (left, polling) => {
        if (polling) record.nextTry()
        return this.#once(step, frame, record, {
          within: Math.min(left, this.#timeout(step)),
          polling: polling && hasRecorded(step.expect),
        })
      },
      last: () => record.value,
    })
  }

  /** One call of the step's action, checked against `fails` and `expect`. */
  async #once(
    step: Step,
    frame: Frame,
    record: StepRecord,
    { within, polling }: { readonly within: number; readonly polling: boolean },
  ): Promise<unknown> {
    const recorded = (expectation: Parameters<typeof this.compareRecorded>[0], actual: unknown, path: string) =>
      this.compareRecorded(expectation, actual, path, polling)
    if (step.expect !== undefined) record.expected = interpolate(step.expect, frame.scope)
    if (step.fails !== undefined) record.expected = { fails: interpolate(step.fails, frame.scope) }
    const call = async (work: (signal: AbortSignal) => Promise<unknown>): Promise<unknown> => {
      try {
        const result = await withDeadline({ within, what: nameOf(record), signal: frame.signal }, work)
        if (step.fails === undefined) return result
        record.value = result
        throw unexpectedSuccess(step.fails, result)
      } catch (error) {
        const inner = error instanceof StepFailure ? error.error : error
        if (step.fails === undefined || !isSystemError(inner)) throw error
        return judgeFailure(interpolate(step.fails, frame.scope) as NonNullable<Step['fails']>, inner, recorded)
      }
    }
    record.value = await this.#perform(step, frame, record, call)
    if (step.expect !== undefined)
      judgeExpectation(
        record.expected !== undefined && step.fails === undefined
          ? record.expected
          : interpolate(step.expect, frame.scope),
        record.value,
        recorded,
      )
    return record.value
  }

  compareRecorded(
    expectation: Parameters<CaseContext['recorded']['compare']>[0],
    actual: unknown,
    path: string,
    polling: boolean,
  ) {
    return this.#context.recorded.compare(expectation, actual, { path, polling })
  }

  async #perform(
    step: Step,
    frame: Frame,
    record: StepRecord,
    call: (work: (signal: AbortSignal) => Promise<unknown>) => Promise<unknown>,
  ): Promise<unknown> {
    if (step.action === 'parallel')
      return call(signal => this.#parallel(step.steps ?? [], { ...frame, signal }, record))
    record.input = interpolate(step.input, frame.scope)
    if (step.action === 'join') return call(() => this.#join(String(record.input), frame))
    const on = interpolate(step.on ?? frame.on, frame.scope)
    const composite = this.#context.composites[step.action]
    if (composite)
      return call(signal =>
        this.#composite(composite, { ...frame, signal, on: step.on === undefined ? frame.on : on }, record),
      )
    const action = this.#context.environment.registry.actions.get(step.action)
    if (!action)
      throw new AssayError('ASSAY_CASE_UNKNOWN_ACTION', `unknown action "${step.action}"`, { where: step.place })
    const parsed = action.input.safeParse(record.input)
    if (!parsed.success)
      throw new AssayError(
        'ASSAY_CASE_TYPE',
        `${step.action}: ${inputProblem(action.input, parsed.error, record.input)}`,
        { where: step.place },
      )
    const endpoints =
      on === undefined || action.on === 'none'
        ? [action.on === 'none' ? undefined : this.#context.endpoints.only]
        : this.#context.endpoints.resolve(on)
    record.on = endpoints.filter(endpoint => endpoint !== undefined).map(endpointLabel)
    const runOn = (endpoint: Endpoint | undefined) =>
      call(signal => action.run(parsed.data, this.#context.actionContext(record, signal, endpoint)))
    const many = Array.isArray(on) || endpoints.length > 1
    // every endpoint is seen to its end, so that the report shows all of them and nothing runs on
    return many ? allOf(endpoints.map(runOn)) : runOn(endpoints[0])
  }

  async #parallel(steps: readonly Step[], frame: Frame, record: StepRecord): Promise<unknown> {
    const results = steps.map(step => this.run(step, { ...frame, records: record.children }))
    return (await allOf(results)).map(child => child.value)
  }

  async #composite(composite: Composite, frame: Frame, record: StepRecord): Promise<unknown> {
    const given = isPlainObject(record.input) ? record.input : {}
    const defaults = Object.fromEntries(
      Object.entries(composite.parameters).flatMap(([name, { default: value }]) =>
        value === undefined ? [] : [[name, value]],
      ),
    )
    const { target, run, case: one } = frame.scope
    const inner: Frame = {
      ...frame,
      scope: { target, run, case: one, ...defaults, ...given },
      records: record.children,
      background: new Map(),
    }
    try {
      for (const step of composite.steps) await this.run(step, inner)
    } finally {
      await this.abandon(inner, new AssayError('ASSAY_CASE_JOIN', 'the shared action ended before this step'))
    }
    return composite.result === undefined ? record.children.at(-1)?.value : interpolate(composite.result, inner.scope)
  }

  async #join(handle: string, frame: Frame): Promise<unknown> {
    const background = frame.background.get(handle)
    if (!background) throw new AssayError('ASSAY_CASE_JOIN', `no background step "${handle}" waits to be joined`)
    frame.background.delete(handle)
    const outcome = await background.done
    if ('error' in outcome) throw outcome.error
    return outcome.result
  }

  #save(step: Step, result: unknown, frame: Frame): void {
    for (const [name, path] of Object.entries(step.save ?? {})) {
      frame.scope[name] = path === '.' ? result : resolve(path, (result ?? {}) as Record<string, unknown>)
    }
  }

  #timeout(step: Step): number {
    if (step.timeout !== undefined && !step.repeat) return step.timeout
    if (step.action === 'parallel' || step.action === 'join' || step.action in this.#context.composites)
      return Number.MAX_SAFE_INTEGER
    const own = this.#context.environment.registry.actions.get(step.action)?.timeout
    return own === undefined ? DEFAULT_TIMEOUT : parseDuration(own)
  }

  /** Where in the step's text a server saw an error, back through the interpolation. */
  #templateOffset(step: Step, frame: Frame, error: unknown): StepFailure['templateOffset'] {
    if (!(error instanceof ActionError) || error.position === undefined) return undefined
    const key = typeof step.input === 'string' ? [] : ['text']
    const template =
      typeof step.input === 'string' ? step.input : isPlainObject(step.input) ? step.input.text : undefined
    if (typeof template !== 'string') return undefined
    return { key, offset: interpolateText(template, frame.scope).origin(error.position) }
  }

  #now(): number {
    return this.#context.environment.clock.now()
  }
}

const nameOf = (record: StepRecord): string => `"${record.name}"`

function isMet(judge: () => void): boolean {
  try {
    judge()
    return true
  } catch (error) {
    if (error instanceof ExpectationError) return false
    throw error
  }
}

/** All results, or the first error once all have settled. */
async function allOf<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(promises)
  const failed = settled.find(one => one.status === 'rejected')
  if (failed) throw failed.reason
  return settled.map(one => (one as PromiseFulfilledResult<T>).value)
}
