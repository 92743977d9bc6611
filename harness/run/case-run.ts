import { join } from 'node:path'
import type { CaseDefinition, Cell, ExpandedCase, Step } from '../cases/model.ts'
import { resolveVars } from '../cases/vars.ts'
import { AssayError } from '../errors.ts'
import type { Attempt, ErrorRecord, Excerpt, LimitResult, ServerLogLine, StepResult, Verdict } from '../report/model.ts'
import { CaseContext, evidenceName } from './case-context.ts'
import { collectEvidence } from './collect-evidence.ts'
import { timeoutError } from './deadline.ts'
import type { AttemptHost } from './environment.ts'
import { errorRecord } from './error-record.ts'
import type { FileRun, Stage } from './file-run.ts'
import type { Frame } from './frame.ts'
import { judgeLimits } from './limits.ts'
import { excerpt, locate } from './locate.ts'
import { RecordedResults } from './recorded.ts'
import { SkipCase } from './skip.ts'
import { StepFailure } from './step-failure.ts'
import { StepRecord } from './step-record.ts'
import { StepRunner } from './step-runner.ts'
import { tearDown } from './teardown.ts'
import { applicable, isInfrastructure, matchKnown, verdictOf } from './verdict.ts'

export const DEFAULT_CASE_TIMEOUT = 10 * 60_000

/** What one attempt at a case came to. */
export type CaseOutcome = {
  readonly verdict: Verdict
  readonly reason?: string
  readonly ticket?: string
  /** The error that decided, as thrown. */
  readonly error?: unknown
  /** Where another attempt may help. */
  readonly retryable: boolean
  readonly attempt: Attempt
  readonly limits: readonly LimitResult[]
  readonly metrics: Readonly<Record<string, number>>
  readonly targets: readonly { readonly name: string; readonly versions: Readonly<Record<string, string>> }[]
  readonly excerpt?: Excerpt
}

/** One attempt at one case: `open`, a `step` for each step, then `passed` or `failed`, then `close`, which returns the outcome. */
export class CaseRun {
  readonly #file: FileRun
  readonly #definition: CaseDefinition
  readonly #cell: Cell
  readonly #key: string
  readonly #label: string
  readonly #host: AttemptHost
  readonly #startedAt: number
  readonly #controller = new AbortController()
  readonly #timer: NodeJS.Timeout
  readonly #frame: Frame
  readonly #earlier: StepResult[] = []
  readonly #alsoFailed: ErrorRecord[] = []
  #stage: Stage | undefined
  #context: CaseContext | undefined
  #runner: StepRunner | undefined
  #failure: { readonly error: unknown; readonly record: ErrorRecord } | undefined
  #skip: string | undefined
  #limits: LimitResult[] = []
  #serverLog: readonly ServerLogLine[] = []

  constructor(file: FileRun, one: ExpandedCase, host: AttemptHost) {
    this.#file = file
    this.#definition = one.definition
    this.#cell = one.cell
    this.#key = `${file.environment.tier}/${one.key}`
    this.#label = one.label
    this.#host = host
    this.#startedAt = file.environment.clock.now()
    const within = Math.max(1, Math.min(one.definition.timeout ?? DEFAULT_CASE_TIMEOUT, file.timeLeft))
    const what = file.timeLeft <= within ? `the suite ${file.file.suite}` : `the case ${one.key}`
    this.#timer = setTimeout(() => this.#controller.abort(timeoutError(what, within)), Math.min(within, 2 ** 31 - 1))
    this.#frame = {
      scope: {},
      phase: 'steps',
      signal: AbortSignal.any([host.signal, this.#controller.signal]),
      records: [],
      background: new Map(),
    }
  }

  /** Leases the targets, checks what the case requires, and runs its set-up. */
  async open(): Promise<void> {
    const { environment, file } = this.#file
    this.#stage = await this.#file.stage(this.#definition, this.#frame.signal)
    this.#earlier.push(...this.#file.takeSetupSteps())
    const caseFile = join(environment.root, file.file)
    this.#context = new CaseContext({
      environment,
      leases: this.#stage.leases,
      composites: file.composites,
      recorded: new RecordedResults({
        caseFile,
        caseId: this.#definition.id,
        cell: this.#label,
        mode: this.#host.recordMode,
      }),
      caseFile,
      key: this.#key,
    })
    this.#runner = new StepRunner(this.#context)
    const own = {
      id: this.#definition.id,
      key: this.#key,
      suite: file.suite,
      seed: this.#context.seed,
      schema: schemaName(this.#key),
    }
    Object.assign(
      this.#frame.scope,
      resolveVars(this.#definition.vars, { ...this.#stage.scope, ...this.#cell, case: own }),
    )
    for (const step of this.#definition.setup) await this.#run(step, 'setup')
  }

  async step(index: number): Promise<void> {
    await this.#run(this.#definition.steps[index] as Step, 'steps')
  }

  /** The steps are done: judges the limits and looks at what the servers say. */
  async passed(): Promise<void> {
    await this.#checkServers()
    this.#limits = judgeLimits([...this.#file.file.limits, ...this.#definition.limits], this.#frame.scope)
    const novalue = this.#limits.find(({ state }) => state === 'no value')
    if (novalue)
      throw new AssayError('ASSAY_UNDECIDED', novalue.message, {
        where: { file: this.#file.file.file, line: novalue.line },
      })
    const broken = this.#limits.filter(({ state }) => state === 'broken')
    if (broken.length > 0) {
      const message = broken.map(limit => limit.message).join('; ')
      throw new AssayError('ASSAY_LIMIT', message, {
        where: { file: this.#file.file.file, line: broken[0]?.line ?? 0, column: 1 },
      })
    }
  }

  /** Notes the error, and collects evidence before anything is torn down. */
  async failed(error: unknown): Promise<void> {
    if (error instanceof SkipCase) {
      this.#skip = error.reason
      return
    }
    const inner = error instanceof StepFailure ? error.error : error
    const { environment } = this.#file
    const located = locate(error, environment.root)
    const record = {
      ...errorRecord(inner),
      ...(located
        ? { file: located.place.file, line: located.place.line, column: located.place.column, frame: located.frame }
        : {}),
    }
    this.#failure = { error: inner, record }
    environment.log(`${this.#key}  ${record.code}  ${record.message}`)
    if (!this.#context || !this.#runner) return
    await this.#runner.abandon(this.#frame, inner)
    const failing = this.#frame.records.findLast(step => step.state !== 'passed' && step.state !== 'skipped')
    this.#serverLog = await collectEvidence({
      context: this.#context,
      runner: this.#runner,
      requests: [...this.#file.file.evidence, ...this.#definition.evidence],
      frame: this.#frame,
      from: (failing?.startedAt ?? this.#startedAt) - 1_000,
      problems: this.#alsoFailed,
    })
    if (!isLimit(inner)) await this.#checkServers().catch(problem => this.#alsoFailed.push(errorRecord(problem)))
  }

  /** Runs the teardown, closes what is open, gives the targets back, and says what became of the case. */
  async close(): Promise<CaseOutcome> {
    clearTimeout(this.#timer)
    const { environment, file } = this.#file
    const cleanup: StepResult[] = []
    if (this.#context && this.#runner) {
      await this.#runner.abandon(this.#frame, new AssayError('ASSAY_CASE_JOIN', 'the case ended before this step'))
      cleanup.push(
        ...(await tearDown({
          steps: this.#definition.teardown,
          scope: this.#frame.scope,
          phase: 'teardown',
          runner: this.#runner,
        })),
      )
      for (const step of cleanup) if (step.error) this.#alsoFailed.push(step.error)
      for (const step of cleanup) this.#host.stepEnded(step)
    }
    const evidence = this.#context?.evidenceFiles() ?? []
    await this.#context?.[Symbol.asyncDispose]()
    await this.#giveBack()
    const verdict = this.#verdict()
    const notRun = this.#failure ? this.#stepsNotRun() : []
    const endedAt = environment.clock.now()
    const attempt: Attempt = {
      verdict: verdict.verdict,
      startedAt: this.#startedAt,
      duration: endedAt - this.#startedAt,
      ...(this.#failure ? { error: this.#failure.record } : {}),
      alsoFailed: this.#alsoFailed,
      steps: [...this.#earlier, ...this.#frame.records.map(record => record.result()), ...notRun, ...cleanup],
      serverLog: this.#serverLog,
      evidence,
    }
    const numbers = this.#limits.flatMap(({ metric, value }) => (value === undefined ? [] : [[metric, value] as const]))
    return {
      ...verdict,
      ...(this.#failure ? { error: this.#failure.error } : {}),
      retryable: this.#failure !== undefined && isInfrastructure(this.#failure.error),
      attempt,
      limits: this.#limits,
      metrics: Object.fromEntries(numbers),
      targets: (this.#stage?.leases ?? []).map(({ target, versions }) => ({ name: target, versions })),
      ...(this.#failure
        ? { excerpt: excerpt(file.file, environment.root, this.#definition.place.line ?? 1, this.#lastLine()) }
        : {}),
    }
  }

  async #run(step: Step, phase: 'setup' | 'steps'): Promise<void> {
    const context = this.#context as CaseContext
    const runner = this.#runner as StepRunner
    try {
      await runner.run(step, { ...this.#frame, phase })
    } finally {
      const record = this.#frame.records.at(-1)
      if (record && step.background === undefined) this.#host.stepEnded(record.result())
      context.environment.log(`${this.#key}  ${record?.state ?? 'not run'}  ${record?.name ?? step.action}`)
    }
  }

  /** What runs after every case: no server died by itself, none panicked. */
  async #checkServers(): Promise<void> {
    const skipped = new Set([...this.#file.file.skipChecks, ...this.#definition.skipChecks])
    const leases = this.#stage?.leases ?? []
    const findings = (await Promise.all(leases.map(lease => lease.check(this.#startedAt))))
      .flat()
      .filter(({ check }) => !skipped.has(check))
    if (findings.length === 0) return
    const message = findings.map(({ check, server, message }) => `${check}: ${server}: ${message}`).join('; ')
    throw new AssayError('ASSAY_CHECK', message, {
      hint: `If that is meant, say \`skip_checks: [${findings[0]?.check}]\`.`,
    })
  }

  async #giveBack(): Promise<void> {
    const stage = this.#stage
    if (!stage) return
    const spoiled = this.#failure !== undefined && this.#context !== undefined && this.#context.disturbed.size > 0
    const reason = `${this.#key} failed after it had disturbed the target`
    if (stage.shared) {
      if (this.#context && this.#context.disturbed.size > 0)
        this.#file.spoil(spoiled ? reason : `${this.#key} disturbed the target`)
      return
    }
    const releases = await Promise.allSettled(
      stage.leases.map(lease => lease.release(spoiled ? { dirty: reason } : {})),
    )
    for (const one of releases) if (one.status === 'rejected') this.#alsoFailed.push(errorRecord(one.reason))
  }

  #verdict(): { verdict: Verdict; reason?: string; ticket?: string } {
    if (this.#skip !== undefined) return { verdict: 'skipped', reason: this.#skip }
    const known = applicable([...this.#file.file.known, ...this.#definition.known], this.#frame.scope)
    if (this.#failure) {
      if (isLimit(this.#failure.error)) return { verdict: 'limit broken' }
      const match = matchKnown(known, this.#failure.error)
      if (match)
        return {
          verdict: 'known failure',
          ticket: match.ticket,
          reason: `known failure ${match.ticket}: ${match.error}`,
        }
      return { verdict: verdictOf(this.#failure.error) }
    }
    const [still] = known
    return still
      ? {
          verdict: 'unexpected pass',
          ticket: still.ticket,
          reason: `${still.ticket} is marked as known, but the case passed`,
        }
      : { verdict: 'passed' }
  }

  #stepsNotRun(): StepResult[] {
    const ran = new Set(this.#frame.records.map(record => record.step))
    return [...this.#definition.setup, ...this.#definition.steps]
      .filter(step => !ran.has(step))
      .map(step => {
        const record = new StepRecord(step, this.#definition.setup.includes(step) ? 'setup' : 'steps', this.#startedAt)
        record.state = 'not run'
        return record.result()
      })
  }

  #lastLine(): number {
    const steps = [...this.#definition.setup, ...this.#definition.steps, ...this.#definition.teardown]
    return Math.max(...steps.map(step => step.place.line ?? 0)) + 8
  }
}

const isLimit = (error: unknown): boolean => error instanceof AssayError && error.code === 'ASSAY_LIMIT'

/** A name fit for a schema or a table of this case: `kl_ha_001_signal_sigkill`. */
function schemaName(key: string): string {
  return evidenceName(key)
    .replace(/^[^/\\]*[/\\]/, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .slice(0, 48)
}
