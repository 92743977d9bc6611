import { expect, type RunnerTestCase, recordArtifact, type TestContext } from 'vitest'
import type { ExpandedCase } from '../cases/model.ts'
import type { StepResult } from '../report/model.ts'
import type { CaseOutcome } from '../run/case-outcome.ts'
import { CaseRun } from '../run/case-run.ts'
import type { RecordMode } from '../run/recorded.ts'
import { CaseError } from './case-error.ts'
import type { AttemptEnd } from './case-meta.ts'
import type { CaseModule } from './case-module.ts'
import { failureDetails } from './failure-details.ts'

/** How long steps wait to be shown, so that a case of a hundred quick steps sends one message. */
const FLUSH_AFTER = 150

export type CaseTestContext = Pick<TestContext, 'signal' | 'skip'> & { readonly task: RunnerTestCase }

/** One attempt at one case, as the generated module drives it. */
export class CaseAttempt {
  readonly #module: CaseModule
  readonly #case: ExpandedCase
  readonly #context: CaseTestContext
  readonly #attempt: number
  #run: CaseRun | undefined
  #outcome: CaseOutcome | undefined
  #waiting: StepResult[] = []
  #flush: NodeJS.Timeout | undefined
  #sent: Promise<unknown> = Promise.resolve()

  constructor(
    module: CaseModule,
    one: ExpandedCase,
    { context, attempt }: { readonly context: CaseTestContext; readonly attempt: number },
  ) {
    this.#module = module
    this.#case = one
    this.#context = context
    this.#attempt = attempt
  }

  /** True when harness or target broke, so that another attempt may go well. Product errors are never tried again. */
  get retryable(): boolean {
    return this.#outcome?.retryable === true
  }

  async open(): Promise<void> {
    const file = await this.#module.fileRun()
    this.#run = new CaseRun(file, this.#case, {
      signal: this.#context.signal,
      attempt: this.#attempt,
      recordMode,
      stepEnded: step => this.#show(step),
    })
    if (this.#module.skip) throw this.#module.skip
    await this.#run.open()
  }

  async step(index: number): Promise<void> {
    await this.#run?.step(index)
  }

  async passed(): Promise<void> {
    await this.#run?.passed()
  }

  async failed(error: unknown): Promise<void> {
    if (!this.#run) throw error
    await this.#run.failed(error)
  }

  async close(): Promise<void> {
    if (!this.#run) return
    this.#outcome = await this.#run.close()
    clearTimeout(this.#flush)
    await this.#sent
    const { meta } = this.#context.task
    const { id: run, seed } = this.#module.run
    meta.assayAttempts ??= []
    const end: AttemptEnd = { run, seed, attempt: this.#attempt, outcome: this.#outcome }
    meta.assayAttempts.push(JSON.stringify(end))
  }

  /** Gives the test its end: pass, skip with a note, or an error. */
  settle(): void {
    const outcome = this.#outcome
    if (!outcome) return
    const { verdict, reason, attempt } = outcome
    const { strict, root } = this.#module.run
    if (verdict === 'skipped' || verdict === 'known failure')
      this.#context.skip(verdict === 'skipped' ? reason : `known failure ${reason}`)
    if (verdict === 'passed' || (verdict === 'unexpected pass' && !strict)) return
    if (verdict === 'unexpected pass') {
      const message = reason ?? 'passed although it is known to fail'
      const { file, line } = this.#case.definition.place
      throw new CaseError({ code: 'ASSAY_CHECK', message, file, line }, root, [])
    }
    const record = attempt.error ?? { code: 'ASSAY_INTERNAL', message: `the case is ${verdict}` }
    throw new CaseError(record, root, failureDetails(attempt.steps, record))
  }

  #show(step: StepResult): void {
    this.#waiting.push(step)
    this.#flush ??= setTimeout(() => {
      this.#flush = undefined
      const steps = this.#waiting
      this.#waiting = []
      this.#sent = this.#sent
        .then(() => recordArtifact(this.#context.task, { type: 'assay:steps', attempt: this.#attempt, steps }))
        .catch(() => {})
    }, FLUSH_AFTER)
  }
}

/** What vitest was told by -u, and by CI. Asked for only where something is recorded: an `expect` costs more than most steps. */
function recordMode(): RecordMode {
  const { snapshotState } = expect.getState() as unknown as { snapshotState?: { _updateSnapshot?: RecordMode } }
  return snapshotState?._updateSnapshot ?? 'none'
}
