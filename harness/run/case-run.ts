import { join } from 'node:path'
import type { CaseDefinition, ExpandedCase, Step } from '../cases/model.ts'
import { resolveVars } from '../cases/vars.ts'
import { AssayError } from '../errors.ts'
import type { ErrorRecord, LimitResult, ServerLogLine, StepResult } from '../report/model.ts'
import { CaseContext } from './case-context.ts'
import { type CaseOutcome, decide, isLimit } from './case-outcome.ts'
import { DEFAULT_CASE_TIMEOUT } from './case-timeout.ts'
import { checkServers } from './check-servers.ts'
import { collectEvidence } from './collect-evidence.ts'
import { after, timeoutError } from './deadline.ts'
import type { AttemptHost } from './environment.ts'
import { errorRecord } from './error-record.ts'
import type { FileRun, Stage } from './file-run.ts'
import { schemaName } from './folder-name.ts'
import type { Frame } from './frame.ts'
import { interruption } from './interruption.ts'
import { insistOn, judgeLimits } from './limits.ts'
import { excerpt, locatedRecord } from './locate.ts'
import { RecordedResults } from './recorded.ts'
import { SkipCase } from './skip.ts'
import { innerError } from './step-failure.ts'
import { StepRecord } from './step-record.ts'
import { StepRunner } from './step-runner.ts'
import { tearDown } from './teardown.ts'

/** What a case stands on once its targets are leased. */
type Opened = { readonly stage: Stage; readonly context: CaseContext; readonly runner: StepRunner }

/** One attempt at one case: `open`, a `step` for each step, then `passed` or `failed`, then `close`, which returns the outcome. */
export class CaseRun {
  readonly #file: FileRun
  readonly #case: ExpandedCase
  readonly #key: string
  readonly #host: AttemptHost
  readonly #startedAt: number
  readonly #ended = new AbortController()
  readonly #frame: Frame
  readonly #earlier: StepResult[] = []
  readonly #alsoFailed: ErrorRecord[] = []
  #opened: Opened | undefined
  #skip: SkipCase | undefined
  #failure: { readonly error: unknown; readonly record: ErrorRecord } | undefined
  #limits: LimitResult[] = []
  #serverLog: readonly ServerLogLine[] = []

  constructor(file: FileRun, one: ExpandedCase, host: AttemptHost) {
    const { clock, tier } = file.environment
    this.#file = file
    this.#case = one
    this.#key = `${tier}/${one.key}`
    this.#host = host
    this.#startedAt = clock.now()
    const timeLeft = file.timeLeft
    const within = Math.max(1, Math.min(one.definition.timeout ?? DEFAULT_CASE_TIMEOUT, timeLeft))
    const what = timeLeft <= within ? `the suite ${file.file.suite}` : `the case ${one.key}`
    const late = new AbortController()
    after(clock, within, this.#ended.signal, () => late.abort(timeoutError(what, within)))
    const signal = AbortSignal.any([interruption(host.signal), late.signal])
    this.#frame = { scope: {}, phase: 'steps', signal, records: [], background: new Map() }
  }

  get #definition(): CaseDefinition {
    return this.#case.definition
  }

  /** Leases the targets, checks what the case requires, and runs its set-up. */
  async open(): Promise<void> {
    const { environment, file } = this.#file
    const { id, vars, setup, place } = this.#definition
    const stage = await this.#file.stage(this.#definition, this.#frame.signal)
    this.#earlier.push(...this.#file.takeSetupSteps())
    const caseFile = join(environment.root, file.file)
    const context = new CaseContext({
      environment,
      leases: stage.leases,
      composites: file.composites,
      recorded: new RecordedResults({ caseFile, caseId: id, cell: this.#case.label, mode: this.#host.recordMode }),
      caseFile,
      key: this.#key,
    })
    this.#opened = { stage, context, runner: new StepRunner(context) }
    const own = { id, key: this.#key, suite: file.suite, seed: context.seed, schema: schemaName(this.#key) }
    const scope = { ...stage.scope, ...this.#case.cell, case: own }
    Object.assign(
      this.#frame.scope,
      placed(place, () => resolveVars(vars, scope)),
    )
    for (const step of setup) await this.#run(step, 'setup')
  }

  async step(index: number): Promise<void> {
    await this.#run(this.#definition.steps[index] as Step, 'steps')
  }

  /** The steps are done: looks at what the servers say, and judges the limits. */
  async passed(): Promise<void> {
    await this.#checkServers()
    const limits = [...this.#file.file.limits, ...this.#definition.limits]
    this.#limits = judgeLimits(limits, this.#frame.scope)
    insistOn(this.#limits, limits)
  }

  /** Notes the error, and collects evidence before anything is torn down. */
  async failed(error: unknown): Promise<void> {
    const inner = innerError(error)
    if (inner instanceof SkipCase) {
      this.#skip = inner
      return
    }
    const { root, log } = this.#file.environment
    const record = locatedRecord(error, root)
    this.#failure = { error: inner, record: this.#opened?.context.mask.data(record) ?? record }
    if (!this.#opened) return log(`${this.#key}  ${record.code}  ${record.message}`)
    const { context, runner } = this.#opened
    context.log(`${record.code}  ${record.message}`)
    await runner.abandon(this.#frame, 'the case failed before this step')
    const failing = this.#frame.records.findLast(step => step.state !== 'passed' && step.state !== 'skipped')
    this.#serverLog = await collectEvidence({
      context,
      runner,
      requests: [...this.#file.file.evidence, ...this.#definition.evidence],
      frame: this.#frame,
      from: failing?.startedAt ?? this.#startedAt,
      problems: this.#alsoFailed,
    })
    const checked = isLimit(inner) || (inner instanceof AssayError && inner.code === 'ASSAY_CHECK')
    if (!checked) await this.#checkServers().catch(problem => this.#alsoFailed.push(errorRecord(problem)))
  }

  /** Runs the teardown, closes what is open, gives the targets back, and says what became of the case. */
  async close(): Promise<CaseOutcome> {
    const cleanUp = await this.#cleanUp()
    const evidence = this.#opened?.context.evidenceFiles() ?? []
    await this.#opened?.context[Symbol.asyncDispose]()
    await this.#giveBack()
    this.#ended.abort('the case has ended')
    const { environment, file } = this.#file
    const decision = decide({
      error: this.#skip ?? this.#failure?.error,
      known: [...file.known, ...this.#definition.known],
      scope: this.#frame.scope,
      interrupted: this.#host.signal.aborted,
    })
    const steps = this.#frame.records.map(record => record.result())
    const notRun = this.#failure ? this.#stepsNotRun() : []
    const outcome: CaseOutcome = {
      ...decision,
      attempt: {
        verdict: decision.verdict,
        startedAt: this.#startedAt,
        duration: environment.clock.now() - this.#startedAt,
        ...(this.#failure ? { error: this.#failure.record } : {}),
        alsoFailed: this.#alsoFailed,
        steps: [...this.#earlier, ...steps, ...notRun, ...cleanUp],
        serverLog: this.#serverLog,
        evidence,
      },
      limits: this.#limits,
      metrics: Object.fromEntries(
        this.#limits.flatMap(({ metric, value }) => (value === undefined ? [] : [[metric, value]])),
      ),
      targets: (this.#opened?.stage.leases ?? []).map(({ target, versions }) => ({ name: target, versions })),
      ...(this.#failure ? { excerpt: this.#excerpt() } : {}),
    }
    return this.#opened?.context.mask.data(outcome) ?? outcome
  }

  async #run(step: Step, phase: 'setup' | 'steps'): Promise<void> {
    const { context, runner } = this.#opened as Opened
    const count = this.#frame.records.length
    try {
      await runner.run(step, { ...this.#frame, phase })
    } finally {
      const record = this.#frame.records[count]
      if (record && step.background === undefined) this.#host.stepEnded(context.mask.data(record.result()))
      context.log(`${record?.state ?? 'not run'}  ${record?.name ?? step.action}`)
    }
  }

  async #checkServers(): Promise<void> {
    const skip = [...this.#file.file.skipChecks, ...this.#definition.skipChecks]
    await checkServers({ leases: this.#opened?.stage.leases ?? [], from: this.#startedAt, skip })
  }

  async #cleanUp(): Promise<readonly StepResult[]> {
    if (!this.#opened) return []
    const { context, runner } = this.#opened
    await runner.abandon(this.#frame, 'the case ended before this step')
    const { scope } = this.#frame
    const steps = await tearDown({ steps: this.#definition.teardown, scope, phase: 'teardown', context })
    for (const step of steps) {
      if (step.error) this.#alsoFailed.push(step.error)
      this.#host.stepEnded(context.mask.data(step))
    }
    return steps
  }

  /** After a case that failed its targets are thrown away: whatever made it fail may meet the next case too. */
  async #giveBack(): Promise<void> {
    if (!this.#opened) return
    const { stage, context } = this.#opened
    const disturbed = context.disturbed.size > 0
    const spoiled = this.#failure !== undefined && !isLimit(this.#failure.error)
    const what = [spoiled && 'failed', disturbed && 'disturbed the target'].filter(Boolean)
    const reason = `${this.#key} ${what.join(' and ')}`
    if (stage.shared) {
      if (disturbed) this.#file.spoil(reason)
      return
    }
    const releases = await Promise.allSettled(stage.leases.map(one => one.release(spoiled ? { dirty: reason } : {})))
    for (const one of releases) if (one.status === 'rejected') this.#alsoFailed.push(errorRecord(one.reason))
  }

  #stepsNotRun(): StepResult[] {
    const ran = new Set(this.#frame.records.map(record => record.step))
    const { setup, steps } = this.#definition
    return [...setup, ...steps]
      .filter(step => !ran.has(step))
      .map(step => {
        const record = new StepRecord(step, setup.includes(step) ? 'setup' : 'steps', this.#startedAt)
        record.state = 'not run'
        return record.result()
      })
  }

  #excerpt(): CaseOutcome['excerpt'] {
    const { setup, steps, teardown, place } = this.#definition
    const last = Math.max(...[...setup, ...steps, ...teardown].map(step => step.place.line ?? 0))
    const { cases, file } = this.#file.file
    // the next case is another story
    const next = cases[cases.indexOf(this.#definition) + 1]?.place.line ?? Number.POSITIVE_INFINITY
    return excerpt(file, this.#file.environment.root, place.line ?? 1, Math.min(last + 8, next - 1))
  }
}

/** What is thrown inside gets the place, where it has none. */
function placed<T>(where: CaseDefinition['place'], work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof AssayError) || error.where) throw error
    throw new AssayError(error.code, error.message, { where, hint: error.hint, cause: error })
  }
}
