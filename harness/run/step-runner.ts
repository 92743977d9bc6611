import { hasReference, interpolateText, RESULT, resolve } from '../cases/interpolate.ts'
import type { Step } from '../cases/model.ts'
import { AssayError } from '../errors.ts'
import type { CaseContext } from './case-context.ts'
import { holds } from './condition.ts'
import { errorRecord } from './error-record.ts'
import type { BackgroundOutcome, Frame } from './frame.ts'
import { repeatStep } from './repeat-step.ts'
import { ExpectationError, StepFailure } from './step-failure.ts'
import { StepRecord } from './step-record.ts'
import { stateOf } from './verdict.ts'

/** A step that is being run, with everything that its parts need. */
export type Running = {
  readonly context: CaseContext
  readonly runner: StepRunner
  readonly step: Step
  readonly frame: Frame
  readonly record: StepRecord
}

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
    if (step.background === undefined) await this.#runInto(step, frame, record)
    else this.#start(step.background, step, frame, record)
    return record
  }

  /** Ends what still runs in the background, and waits until it has let go. */
  async abandon(frame: Frame, why: string): Promise<void> {
    if (frame.background.size === 0) return
    const all = [...frame.background.values()]
    frame.background.clear()
    for (const { abort } of all) abort(new AssayError('ASSAY_CASE_JOIN', why))
    await Promise.all(all.map(({ done }) => done))
    for (const { record } of all) record.abandoned()
  }

  async #runInto(step: Step, frame: Frame, record: StepRecord): Promise<unknown> {
    try {
      record.name = nameOf(step, frame)
      if (step.if !== undefined && !holds(step.if, frame.scope)) {
        record.skipped(`if ${step.if} does not hold`)
        return undefined
      }
      const result = await repeatStep({ context: this.#context, runner: this, step, frame, record })
      save(step, result, frame)
      return result
    } catch (error) {
      const failure = error instanceof StepFailure ? error : new StepFailure(step, error)
      record.state = stateOf(failure.error)
      record.error ??= errorRecord(failure.error)
      if (failure.error instanceof ExpectationError && failure.step === step) record.differ(failure.error.differences)
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
    const done = this.#runInto(step, { ...frame, signal: controller.signal }, record).then(
      (result): BackgroundOutcome => ({ result }),
      (error): BackgroundOutcome => ({ error }),
    )
    done.finally(() => frame.signal.removeEventListener('abort', forward))
    frame.background.set(handle, { record, done, abort: reason => controller.abort(reason) })
  }

  #now(): number {
    return this.#context.environment.clock.now()
  }
}

/** A name that cannot be filled in stays as it is written: it must not keep a step from running. */
function nameOf(step: Step, frame: Frame): string {
  if (step.name === undefined || !hasReference(step.name)) return step.name ?? step.action
  try {
    return interpolateText(step.name, frame.scope).text
  } catch {
    return step.name
  }
}

function save(step: Step, result: unknown, frame: Frame): void {
  for (const [name, path] of Object.entries(step.save ?? {})) {
    frame.scope[name] = path === '.' ? result : resolve(path, (result ?? {}) as Record<string, unknown>, RESULT)
  }
}
