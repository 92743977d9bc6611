import { relative } from 'node:path'
import { styleText } from 'node:util'
import type { SerializedError } from 'vitest'
import type { TestCase, TestModule, TestRunEndReason, TestSpecification } from 'vitest/node'
import { DefaultReporter } from 'vitest/node'
import { formatDuration } from '../cases/duration.ts'
import { formatError } from '../errors.ts'
import type { RunResult, StepResult, Verdict } from '../report/model.ts'
import { writeReports } from '../report/write.ts'
import type { CaseFiles } from './case-files.ts'
import type { OutcomeArtifact, StepsArtifact } from './case-meta.ts'
import { collectResult } from './collect-result.ts'
import { exitCodeOf } from './exit-code.ts'
import { machineFacts, revision } from './machine.ts'
import { closeEmptyRun, type RunContext } from './run-context.ts'
import { verdictLine } from './verdict-line.ts'

type ReporterOptions = { readonly run: RunContext; readonly files: CaseFiles }

/** Prints a line for every step and every case, and writes the reports when all is done. */
export class AssayReporter extends DefaultReporter {
  readonly #run: RunContext
  readonly #files: CaseFiles
  readonly #shown = new Map<string, number>()
  #withSteps = true

  constructor({ run, files }: ReporterOptions) {
    super({ summary: false })
    this.#run = run
    this.#files = files
  }

  override onTestRunStart(specifications: readonly TestSpecification[]): void {
    super.onTestRunStart(specifications)
    const caseFiles = specifications.filter(({ moduleId }) => moduleId.endsWith('.case.yaml'))
    // a line for each step of a thousand cases is no longer read by anybody
    this.#withSteps =
      process.env.ASSAY_STEPS === 'all' || (process.env.ASSAY_STEPS !== 'none' && caseFiles.length <= 60)
    if (caseFiles.length === 0) return
    const tiers = [...new Set(caseFiles.map(({ project }) => project.name))].join(', ')
    this.log(
      `${styleText('dim', ' run')}  ${this.#run.id}  ${styleText('dim', 'seed')} ${this.#run.seed}  ${styleText('dim', 'tier')} ${tiers}\n`,
    )
  }

  onTestCaseArtifactRecord(test: TestCase, artifact: StepsArtifact | OutcomeArtifact | { type: string }): void {
    if (artifact.type !== 'assay:steps' || !this.#withSteps) return
    this.#showSteps(test, (artifact as StepsArtifact).steps)
  }

  override onTestCaseResult(test: TestCase): void {
    const meta = test.meta().assay
    if (!meta) return super.onTestCaseResult(test)
    const outcomes = test
      .artifacts()
      .filter((artifact): artifact is OutcomeArtifact => artifact.type === 'assay:outcome')
    const last = outcomes.at(-1)?.outcome
    if (last && this.#withSteps) {
      const steps = last.attempt.steps.filter(step => step.state !== 'not run')
      this.#showSteps(test, steps.slice(this.#shown.get(test.id) ?? 0))
    }
    this.#shown.delete(test.id)
    const result = test.result()
    const verdict: Verdict = last
      ? last.verdict === 'passed' && outcomes.length > 1
        ? 'flaky'
        : last.verdict
      : result.state === 'failed'
        ? 'errored'
        : 'skipped'
    const duration = last ? styleText('dim', formatDuration(last.attempt.duration)) : ''
    const note = last?.reason ?? (result.state === 'skipped' ? result.note : undefined)
    const limits = (last?.limits ?? []).filter(({ state }) => state !== 'holds').map(({ message }) => message)
    this.log(
      [
        ` ${mark(verdict)} ${styleText('bold', meta.id)} ${meta.name}${meta.cell === undefined ? '' : styleText('dim', ` [${meta.cell}]`)}`,
        styleText('dim', `${meta.file}:${meta.line}`),
        duration,
        verdict === 'passed' ? '' : styleText(COLOURS[verdict], verdict),
        note === undefined || verdict === 'passed' ? '' : styleText('dim', note),
        limits.length === 0 ? '' : limits.join('; '),
      ]
        .filter(Boolean)
        .join('  '),
    )
  }

  override onTestModuleEnd(module: TestModule): void {
    if (!module.moduleId.endsWith('.case.yaml')) return super.onTestModuleEnd(module)
    if (module.state() !== 'failed') return
    // cases have their lines already; a file that gave none needs one of its own
    if (module.errors().length > 0)
      this.log(` ${mark('errored')} ${relative(this.#run.root, module.moduleId)}  ${styleText('red', 'not loaded')}`)
    for (const suite of module.children.allSuites()) {
      for (const error of suite.errors())
        this.log(
          ` ${mark('blocked')} ${relative(this.#run.root, module.moduleId)}  ${styleText('red', 'set-up or teardown of the file failed')}  ${error.message.split('\n')[0]}`,
        )
    }
  }

  override async onTestRunEnd(
    modules: readonly TestModule[],
    errors: readonly SerializedError[],
    reason: TestRunEndReason,
  ): Promise<void> {
    super.onTestRunEnd(modules, errors, reason)
    const caseModules = modules.filter(({ moduleId }) => moduleId.endsWith('.case.yaml'))
    if (caseModules.length === 0) return closeEmptyRun(this.#run)
    const result = this.#result(caseModules, errors, reason)
    const others = modules.some(module => !module.moduleId.endsWith('.case.yaml') && module.state() === 'failed')
    const exitCode = reason === 'interrupted' ? 130 : result.exitCode || (others || errors.length > 0 ? 1 : 0)
    const { problems } = await writeReports({ result, folder: this.#run.folder, history: this.#run.history })
    this.log(`\n ${verdictLine(result.cases)}`)
    for (const problem of problems) this.error(styleText('red', ` ${formatError(problem)}`))
    const folder = relative(process.cwd(), this.#run.folder) || '.'
    this.log(
      `${styleText('dim', ' report')}  ${folder}/report.html\n${styleText('dim', ' again ')}  ${result.replay}\n`,
    )
    // vitest knows only 0 and 1; the last word is ours
    process.on('exit', () => {
      process.exitCode = exitCode
    })
  }

  #result(modules: readonly TestModule[], errors: readonly SerializedError[], reason: TestRunEndReason): RunResult {
    const { cases, problems } = collectResult(modules, errors, path => this.#files.name(path))
    const run = this.#run
    const versions = Object.assign({}, ...cases.flatMap(one => one.targets.map(target => target.versions))) as Record<
      string,
      string
    >
    return {
      version: 1,
      id: run.id,
      startedAt: new Date(run.startedAt).toISOString(),
      duration: Date.now() - run.startedAt,
      seed: run.seed,
      strict: run.strict,
      interrupted: reason === 'interrupted',
      exitCode: reason === 'interrupted' ? 130 : exitCodeOf({ cases, problems }, run.strict),
      replay: `npx assay run --seed ${run.seed}${replayFilter(cases)}`,
      ...revision(run.root),
      machine: machineFacts(),
      versions: { node: process.versions.node, vitest: this.ctx.version, ...versions },
      problems,
      cases,
    }
  }

  #showSteps(test: TestCase, steps: readonly StepResult[]): void {
    const id = test.meta().assay?.id ?? ''
    this.#shown.set(test.id, (this.#shown.get(test.id) ?? 0) + steps.length)
    for (const step of steps) {
      const state =
        step.state === 'passed'
          ? styleText('green', '✓')
          : step.state === 'skipped'
            ? styleText('dim', '↓')
            : styleText('red', '×')
      const parts = [
        step.tries !== undefined && step.tries > 1 ? `${step.tries} tries` : '',
        step.note ?? '',
        step.error ? styleText('red', step.error.message.split('\n')[0] ?? '') : '',
      ]
      this.log(
        `   ${styleText('dim', id)} ${state} ${step.name}  ${styleText('dim', [formatDuration(step.duration), ...parts.filter(Boolean)].join('  '))}`,
      )
    }
  }
}

const COLOURS = {
  failed: 'red',
  'limit broken': 'yellow',
  undecided: 'yellow',
  errored: 'magenta',
  blocked: 'magenta',
  'known failure': 'cyan',
  'unexpected pass': 'yellow',
  skipped: 'dim',
  flaky: 'yellow',
  passed: 'green',
} as const satisfies Record<Verdict, Parameters<typeof styleText>[0]>

const MARKS = { passed: '✓', flaky: '✓', 'unexpected pass': '✓', skipped: '↓', 'known failure': '↓' } as const

function mark(verdict: Verdict): string {
  return styleText(COLOURS[verdict], (MARKS as Partial<Record<Verdict, string>>)[verdict] ?? '×')
}

/** The cases that went wrong, so that the same command shows them again. */
function replayFilter(cases: RunResult['cases']): string {
  const bad = cases.filter(
    ({ verdict }) => !['passed', 'skipped', 'known failure', 'flaky', 'unexpected pass'].includes(verdict),
  )
  const places = [...new Set(bad.map(({ file, line }) => `${file}:${line}`))]
  return places.length === 0 || places.length > 8 ? '' : ` ${places.join(' ')}`
}
