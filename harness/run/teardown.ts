import { references } from '../cases/interpolate.ts'
import type { Step } from '../cases/model.ts'
import type { Phase, StepResult } from '../report/model.ts'
import { withDeadline } from './deadline.ts'
import { StepFailure } from './step-failure.ts'
import { StepRecord } from './step-record.ts'
import type { StepRunner } from './step-runner.ts'

/** Time for all teardown steps of a case, even of a run that was cancelled. */
const BUDGET = 2 * 60_000

export type TearDownOptions = {
  readonly steps: readonly Step[]
  readonly scope: Record<string, unknown>
  readonly phase: Phase
  readonly runner: StepRunner
}

/**
 * Runs every step, even if the one before failed. A step that needs a value which no step came to save has nothing to
 * clean up, and is skipped.
 */
export async function tearDown({ steps, scope, phase, runner }: TearDownOptions): Promise<StepResult[]> {
  const records: StepRecord[] = []
  const frame = { scope, phase, records, background: new Map() }
  await withDeadline({ within: BUDGET, what: 'the teardown', signal: new AbortController().signal }, async signal => {
    for (const step of steps) {
      const missing = references([step.input, step.on]).find(path => !((path.split('.')[0] ?? '') in scope))
      if (missing !== undefined) {
        const record = new StepRecord(step, phase, Date.now())
        record.state = 'skipped'
        record.note = `nothing was saved under "${missing.split('.')[0]}"`
        records.push(record)
        continue
      }
      await runner.run(step, { ...frame, signal }).catch(error => {
        if (!(error instanceof StepFailure)) throw error
      })
    }
    await runner.abandon({ ...frame, signal }, new Error('the teardown has ended'))
  }).catch(() => {})
  return records.map(record => record.result())
}
