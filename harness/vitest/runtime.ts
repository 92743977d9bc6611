import {
  afterAll,
  beforeAll,
  describe,
  inject,
  type RunnerTestCase,
  recordArtifact,
  type TestContext,
  test,
} from 'vitest'
import { expandCase } from '../cases/expand-case.ts'
import type { CaseFile, ExpandedCase } from '../cases/model.ts'
import { AssayError } from '../errors.ts'
import type { StepResult } from '../report/model.ts'
import { type CaseOutcome, CaseRun } from '../run/case-run.ts'
import { errorRecord } from '../run/error-record.ts'
import { FileRun } from '../run/file-run.ts'
import { locate } from '../run/locate.ts'
import type { RecordMode } from '../run/recorded.ts'
import { SkipCase } from '../run/skip.ts'
import { StepFailure } from '../run/step-failure.ts'
import { verdictOf } from '../run/verdict.ts'
import { CaseError } from './case-error.ts'
import './case-meta.ts'
import type { RunContext } from './run-context.ts'
import { workerEnvironment } from './worker-environment.ts'

export { describe, test }

/** How long steps wait to be shown, so that a case of a hundred quick steps sends one message. */
const FLUSH_AFTER = 150
const HOOK_TIMEOUT = 15 * 60_000

type Context = Pick<TestContext, 'signal' | 'skip' | 'expect'> & { readonly task: RunnerTestCase }

/** What a generated test module holds of its case file. */
export function caseModule(file: CaseFile): CaseModule {
  return new CaseModule(file)
}

class CaseModule {
  readonly #file: CaseFile
  readonly #run: RunContext
  #fileRun: Promise<FileRun> | undefined
  #blocked: SkipCase | undefined

  constructor(file: CaseFile) {
    this.#file = file
    this.#run = inject('assay')
  }

  /** Registers the file's set-up and teardown, where it has steps for them. */
  hooks(): void {
    if (this.#file.setup.length === 0 && this.#file.teardown.length === 0) return
    beforeAll(async () => {
      const file = await this.fileRun()
      try {
        await file.open(AbortSignal.timeout(HOOK_TIMEOUT))
      } catch (error) {
        // a file whose requirement is not met is not blocked: its cases skip with the reason
        if (error instanceof SkipCase) this.#blocked = error
        else throw caseError(error, this.#run.root)
      }
    }, HOOK_TIMEOUT)
    afterAll(async () => {
      const steps = await (await this.fileRun()).close()
      const failed = steps.find(step => step.error !== undefined)
      if (failed?.error)
        throw new CaseError(
          { ...failed.error, message: `the teardown of the file failed: ${failed.error.message}` },
          `${this.#run.root}/${failed.file}`,
          [],
        )
    }, HOOK_TIMEOUT)
  }

  /** vitest's retry option: only what harness or target broke is tried again. */
  retry(count: number) {
    return { count, condition: (error: Error) => (error as { retryable?: boolean }).retryable === true }
  }

  start(context: Context, index: number, cell: number): CaseAttempt {
    const definition = this.#file.cases[index]
    const expanded = definition ? expandCase(definition, this.#file.vars)[cell] : undefined
    if (!expanded) throw new AssayError('ASSAY_INTERNAL', `the case file has no case ${index} with cell ${cell}`)
    return new CaseAttempt(this, expanded, context, this.#run)
  }

  get skip(): SkipCase | undefined {
    return this.#blocked
  }

  fileRun(): Promise<FileRun> {
    this.#fileRun ??= workerEnvironment(this.#run, inject('assayTier')).then(
      environment => new FileRun(environment, this.#file),
    )
    return this.#fileRun
  }
}

/** One attempt at one case, as the generated module drives it. */
class CaseAttempt {
  readonly #module: CaseModule
  readonly #case: ExpandedCase
  readonly #context: Context
  readonly #runContext: RunContext
  readonly #attempt: number
  #run: CaseRun | undefined
  #outcome: CaseOutcome | undefined
  #waiting: StepResult[] = []
  #flush: NodeJS.Timeout | undefined
  #sent: Promise<unknown> = Promise.resolve()

  constructor(module: CaseModule, one: ExpandedCase, context: Context, runContext: RunContext) {
    this.#module = module
    this.#case = one
    this.#context = context
    this.#runContext = runContext
    this.#attempt = context.task.result?.retryCount ?? 0
  }

  async open(): Promise<void> {
    const file = await this.#module.fileRun()
    this.#run = new CaseRun(file, this.#case, {
      signal: this.#context.signal,
      attempt: this.#attempt,
      recordMode: recordMode(this.#context),
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
    const { error: _, ...outcome } = this.#outcome
    await recordArtifact(this.#context.task, { type: 'assay:outcome', attempt: this.#attempt, outcome })
  }

  /** Gives the test its end: pass, skip with a note, or an error. */
  settle(): void {
    const outcome = this.#outcome
    if (!outcome) return
    const { verdict, reason, attempt } = outcome
    if (verdict === 'skipped' || verdict === 'known failure') this.#context.skip(reason)
    if (verdict === 'passed' || (verdict === 'unexpected pass' && !this.#runContext.strict)) return
    if (verdict === 'unexpected pass')
      throw new CaseError(
        { code: 'ASSAY_CHECK', message: reason ?? 'passed although it is known to fail' },
        undefined,
        [],
      )
    const record = attempt.error ?? { code: 'ASSAY_INTERNAL', message: `the case is ${verdict}` }
    const path = record.file === undefined ? undefined : `${this.#runContext.root}/${record.file}`
    const error = new CaseError(record, path, detailsOf(attempt.steps))
    throw Object.assign(error, { retryable: outcome.retryable })
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

/** The differences of the failing step, a line each, where there is more than the message says. */
function detailsOf(steps: readonly StepResult[]): string[] {
  const failing = innermost(steps)
  const differences = failing?.differences ?? []
  const name = failing
    ? [`in step "${failing.name}"${failing.on.length > 0 ? ` on ${failing.on.join(', ')}` : ''}`]
    : []
  if (differences.length < 2) return name
  const lines = differences.slice(0, 12).map(({ path, message }) => `${path === '' ? 'result' : path}  ${message}`)
  return [...name, ...lines, ...(differences.length > 12 ? [`… ${differences.length - 12} more`] : [])]
}

function innermost(steps: readonly StepResult[]): StepResult | undefined {
  const failing = steps.find(
    step =>
      step.phase !== 'teardown' && (step.state === 'failed' || step.state === 'errored' || step.state === 'undecided'),
  )
  return failing ? (innermost(failing.steps) ?? failing) : undefined
}

function caseError(error: unknown, root: string): CaseError {
  const inner = error instanceof StepFailure ? error.error : error
  const located = locate(error, root)
  const record = {
    ...errorRecord(inner),
    ...(located
      ? { file: located.place.file, line: located.place.line, column: located.place.column, frame: located.frame }
      : {}),
  }
  const path = record.file === undefined ? undefined : `${root}/${record.file}`
  return Object.assign(new CaseError(record, path, ['the set-up of the file failed, so its cases are blocked']), {
    verdict: verdictOf(inner),
  })
}

function recordMode({ expect }: Context): RecordMode {
  const { snapshotState } = expect.getState() as unknown as { snapshotState?: { _updateSnapshot?: RecordMode } }
  return snapshotState?._updateSnapshot ?? 'none'
}
