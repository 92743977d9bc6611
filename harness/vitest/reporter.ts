import { relative } from 'node:path'
import { styleText } from 'node:util'
import type { SerializedError } from 'vitest'
import type { TestCase, TestModule, TestRunEndReason, TestSpecification } from 'vitest/node'
import { DefaultReporter } from 'vitest/node'
import { formatError } from '../errors.ts'
import { worseThanBefore } from '../report/limit-history.ts'
import type { StepResult } from '../report/model.ts'
import { INTERRUPTED } from '../report/verdicts.ts'
import { writeReports } from '../report/write.ts'
import type { CaseFiles } from './case-files.ts'
import type { StepsArtifact } from './case-meta.ts'
import { casesOf, finalVerdict, isCaseFile, metaOf, outcomesOf } from './case-test.ts'
import { cancelOnSignals } from './interrupt.ts'
import { caseLine, fileLine, stepLine } from './live-lines.ts'
import { closeEmptyRun, type RunContext } from './run-context.ts'
import { runResult } from './run-result.ts'
import { collectShards } from './shards.ts'
import { verdictLine } from './verdict-line.ts'

/** A line for each step of hundreds of cases is no longer read by anybody. */
const MOST_FILES_WITH_STEPS = 20

type ReporterOptions = { readonly run: RunContext; readonly files: CaseFiles }

/** Prints a line for every step and every case, and writes the reports when all is done. */
export class AssayReporter extends DefaultReporter {
  readonly #run: RunContext
  readonly #files: CaseFiles
  /** What was shown of the cases that run now. */
  readonly #shown = new Map<string, Set<string>>()
  /** Cases that have their line: of one that was cancelled vitest tells the end twice. */
  readonly #told = new Set<string>()
  #withSteps = true
  #startedAt: number
  #interrupted = false
  #giveSignals: () => void = () => {}

  constructor({ run, files }: ReporterOptions) {
    super({ summary: false })
    this.#run = run
    this.#files = files
    this.#startedAt = run.startedAt
  }

  override onTestRunStart(specifications: readonly TestSpecification[]): void {
    super.onTestRunStart(specifications)
    this.#told.clear()
    // in watch mode there is a run after each change
    if (this.ctx.config.watch) this.#startedAt = Date.now()
    this.#giveSignals = cancelOnSignals(this.ctx, () => {
      this.#interrupted = true
      this.log(`\n ${styleText('yellow', 'interrupted')}: cases clean up now; press Ctrl-C again to leave at once\n`)
    })
    const caseFiles = specifications.filter(({ moduleId }) => isCaseFile(moduleId))
    const { ASSAY_STEPS } = process.env
    this.#withSteps = ASSAY_STEPS === 'all' || (ASSAY_STEPS !== 'none' && caseFiles.length <= MOST_FILES_WITH_STEPS)
    if (caseFiles.length === 0) return
    const tiers = [...new Set(caseFiles.map(({ project }) => project.name))].join(', ')
    const dim = (text: string) => styleText('dim', text)
    this.log(`${dim(' run')}  ${this.#run.id}  ${dim('seed')} ${this.#run.seed}  ${dim('tier')} ${tiers}\n`)
  }

  onTestCaseArtifactRecord(test: TestCase, artifact: StepsArtifact | { readonly type: string }): void {
    if (artifact.type === 'assay:steps') this.#showSteps(test, (artifact as StepsArtifact).steps)
  }

  override onTestCaseResult(test: TestCase): void {
    const meta = metaOf(test)
    if (!meta) {
      super.onTestCaseResult(test)
      return
    }
    const outcomes = outcomesOf(test)
    const last = outcomes.at(-1)?.outcome
    const result = test.result()
    // what was left out, blocked or cancelled before it began is told once for all at the end
    if (this.#told.has(test.id) || (!last && result.state !== 'failed')) return
    this.#told.add(test.id)
    this.#showSteps(test, last?.attempt.steps.filter(({ state }) => state !== 'not run') ?? [])
    this.#shown.delete(test.id)
    const { reason, limits = [], attempt } = last ?? {}
    this.log(
      caseLine({ meta, verdict: finalVerdict(outcomes) ?? 'errored', duration: attempt?.duration, reason, limits }),
    )
  }

  override onTestModuleEnd(module: TestModule): void {
    if (!isCaseFile(module.moduleId)) {
      super.onTestModuleEnd(module)
      return
    }
    // cases have their lines already; a file that gave none needs one of its own
    const file = this.#files.name(module.moduleId)
    const [error] = module.errors()
    if (error) this.log(fileLine('errored', file, 'not run', error.message))
    const blocked = casesOf(module).filter(test => outcomesOf(test).length === 0).length
    for (const { message } of [...module.children.allSuites()].flatMap(suite => suite.errors())) {
      const what =
        blocked > 0 ? `${blocked} ${blocked === 1 ? 'case' : 'cases'} blocked by the set-up of the file` : 'teardown'
      this.log(fileLine('blocked', file, what, message))
    }
  }

  override async onTestRunEnd(
    modules: readonly TestModule[],
    errors: readonly SerializedError[],
    reason: TestRunEndReason,
  ): Promise<void> {
    super.onTestRunEnd(modules, errors, reason)
    this.#giveSignals()
    const interrupted = this.#interrupted || reason === 'interrupted'
    const caseModules = modules.filter(({ moduleId }) => isCaseFile(moduleId))
    if (caseModules.length === 0) {
      closeEmptyRun(this.#run)
      if (interrupted) exitWith(INTERRUPTED)
      else if (modules.length === 0 && errors.length === 0) exitWith(5)
      return
    }
    const others = modules.some(module => !isCaseFile(module.moduleId) && module.state() === 'failed')
    for (const test of caseModules.flatMap(casesOf))
      if (interrupted && outcomesOf(test).length > 0) this.onTestCaseResult(test)
    const exitCode = await this.#report(caseModules, errors, interrupted)
    exitWith(exitCode === 0 && others ? 1 : exitCode)
  }

  /** Writes the reports, prints the last lines, and gives the exit code. */
  async #report(
    modules: readonly TestModule[],
    errors: readonly SerializedError[],
    interrupted: boolean,
  ): Promise<number> {
    const run = this.#run
    const { watch, mergeReports } = this.ctx.config
    if (mergeReports) collectShards(modules, run)
    const result = runResult({
      vitest: this.ctx,
      run,
      modules,
      errors,
      interrupted,
      startedAt: this.#startedAt,
      name: path => this.#files.name(path),
    })
    // a rerun after a change is no night to compare others with
    const written = await writeReports({ result, folder: run.folder, history: watch ? undefined : run.history })
    const { problems } = written
    this.log(`\n ${verdictLine(result)}`)
    for (const { id, message } of worseThanBefore(written.result)) this.log(styleText('yellow', ` ${id}  ${message}`))
    for (const problem of problems) this.error(styleText('red', ` ${formatError(problem)}`))
    const folder = relative(process.cwd(), run.folder) || '.'
    const dim = (text: string) => styleText('dim', text)
    this.log(`${dim(' report')}  ${folder}/report.html\n${dim(' again ')}  ${result.replay}\n`)
    return result.exitCode
  }

  #showSteps(test: TestCase, steps: readonly StepResult[]): void {
    if (!this.#withSteps) return
    const shown = this.#shown.get(test.id) ?? new Set()
    this.#shown.set(test.id, shown)
    for (const step of steps) {
      const identity = `${step.phase} ${step.file}:${step.line} ${step.startedAt} ${step.name}`
      if (shown.has(identity)) continue
      shown.add(identity)
      this.log(stepLine(metaOf(test)?.id ?? '', step))
    }
  }
}

let lastCode: number | undefined

/** vitest knows only 0 and 1; the last word is ours, and in watch mode that of the last run. */
function exitWith(code: number): void {
  if (lastCode === undefined)
    process.on('exit', () => {
      process.exitCode = lastCode
    })
  lastCode = code
}
