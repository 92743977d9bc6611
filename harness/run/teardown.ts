import { references } from '../cases/interpolate.ts'
import type { Step } from '../cases/model.ts'
import type { Phase, StepResult } from '../report/model.ts'
import type { CaseContext } from './case-context.ts'
import { withDeadline } from './deadline.ts'
import { StepFailure } from './step-failure.ts'
import { StepRecord } from './step-record.ts'
import { StepRunner } from './step-runner.ts'

/** Time for all teardown steps of a case, even of a run that was cancelled. */
const BUDGET = 2 * 60_000

export type TearDownOptions = {
  readonly steps: readonly Step[]
  readonly scope: Record<string, unknown>
  readonly phase: Phase
  readonly context: CaseContext
}

/**
 * Runs every step, even if the one before failed. A step that needs a value which no step came to save has nothing to
 * clean up, and is skipped.
 */
export async function tearDown({ steps, scope, phase, context }: TearDownOptions): Promise<StepResult[]> {
  const { clock } = context.environment
  const runner = new StepRunner(context)
  const records: StepRecord[] = []
  const deadline = { within: BUDGET, what: 'the teardown', signal: new AbortController().signal, clock }
  await withDeadline(deadline, async signal => {
    const frame = { scope, phase, records, background: new Map(), signal }
    for (const step of steps) {
      const missing = missingName(step, scope)
      if (missing === undefined) await runner.run(step, frame).catch(onlyStepFailures)
      else {
        const record = new StepRecord(step, phase, clock.now())
        record.skipped(`nothing was saved under "${missing}"`)
        records.push(record)
      }
    }
    await runner.abandon(frame, 'the teardown has ended')
  }).catch(() => {
    // the step that did not end has said so in its record
  })
  return records.map(record => record.result())
}

function missingName(step: Step, scope: Readonly<Record<string, unknown>>): string | undefined {
  const needed = step.steps ? step.steps.flatMap(inner => [inner.input, inner.on]) : [step.input]
  return references([...needed, step.on])
    .map(path => path.split('.')[0] ?? '')
    .find(name => !(name in scope))
}

function onlyStepFailures(error: unknown): void {
  if (!(error instanceof StepFailure)) throw error
}
