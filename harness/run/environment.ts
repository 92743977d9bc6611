import type { Clock } from '../actions/define-action.ts'
import type { CaseRegistry } from '../cases/registry.ts'
import type { StepResult } from '../report/model.ts'
import type { Lease, LeaseRequest, TargetStatus } from '../targets/lease.ts'
import type { Tier } from '../targets/target.ts'
import type { RecordMode } from './recorded.ts'

/** What a run gives to its cases. One for each worker and tier; no case changes it. */
export interface RunEnvironment {
  readonly runId: string
  readonly seed: string
  readonly tier: Tier
  /** Absolute folder of the project: cases may not read files outside it. */
  readonly root: string
  /** Absolute folder of this run under reports/. */
  readonly runFolder: string
  readonly registry: CaseRegistry
  readonly clock: Clock
  /** True in CI: a target that set-up should have brought is then an error, not a skip. */
  readonly strictTargets: boolean
  lease(request: LeaseRequest): Promise<Lease>
  status(target: string): Promise<TargetStatus>
  /** A line in run.log. */
  log(text: string): void
}

/** What one attempt at a case is given by the test that runs it. */
export interface AttemptHost {
  /** Aborted when the run is cancelled or the test's own time is over. */
  readonly signal: AbortSignal
  /** 0 for the first. */
  readonly attempt: number
  /** What may be written where a result is recorded. */
  recordMode(): RecordMode
  /** Called once for every step at the top of the case, when it has ended. */
  stepEnded(step: StepResult): void
}
