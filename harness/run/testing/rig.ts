import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expandCase } from '../../cases/expand-case.ts'
import type { CaseFile } from '../../cases/model.ts'
import { loadForTest, type TestFiles, testRegistry } from '../../cases/testing.ts'
import type { StepResult } from '../../report/model.ts'
import type { CaseOutcome } from '../case-outcome.ts'
import { CaseRun } from '../case-run.ts'
import type { AttemptHost, RunEnvironment } from '../environment.ts'
import { FileRun } from '../file-run.ts'
import type { RecordMode } from '../recorded.ts'
import { testActions } from './actions.ts'
import { type FakeTarget, fakeLease } from './fake-lease.ts'
import { IdleClock } from './idle-clock.ts'

export type RigOptions = {
  /** Files that `use` names, and others of the project. */
  readonly files?: TestFiles
  readonly targets?: Readonly<Record<string, FakeTarget>>
  /** Targets that cannot be had, with the reason. */
  readonly unavailable?: Readonly<Record<string, string>>
  readonly strictTargets?: boolean
  readonly seed?: string
  readonly recordMode?: RecordMode
  readonly signal?: AbortSignal
}

/** Runs case files without vitest: a clock that does not wait, and targets that are not there. */
export class Rig implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'assay-run-'))
  readonly clock = new IdleClock()
  /** What happened, in its order. */
  readonly said: string[] = []
  readonly log: string[] = []
  readonly ended: StepResult[] = []
  readonly file: CaseFile
  readonly #run: FileRun
  readonly #host: AttemptHost

  constructor(text: string, options: RigOptions = {}) {
    const registry = testRegistry(testActions({ said: this.said, counts: new Map() }))
    for (const [path, content] of Object.entries({ 'x.case.yaml': text, ...options.files })) this.write(path, content)
    this.file = loadForTest(text, options.files, registry)
    const environment: RunEnvironment = {
      runId: 'run-1',
      seed: options.seed ?? '7',
      tier: 'embedded',
      root: this.folder,
      runFolder: join(this.folder, 'reports/run-1'),
      registry,
      clock: this.clock,
      strictTargets: options.strictTargets ?? false,
      lease: async ({ target, mode }) => {
        this.said.push(`lease ${target} ${mode}`)
        return fakeLease(target, mode, options.targets?.[target] ?? { roles: {} }, line => this.said.push(line))
      },
      status: async target => {
        const reason = options.unavailable?.[target]
        return {
          target,
          tier: 'embedded',
          available: reason === undefined,
          ...(reason === undefined ? {} : { reason }),
        }
      },
      log: line => this.log.push(line),
    }
    this.#run = new FileRun(environment, this.file)
    this.#host = {
      signal: options.signal ?? new AbortController().signal,
      attempt: 0,
      recordMode: () => options.recordMode ?? 'none',
      stepEnded: step => this.ended.push(step),
    }
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true })
    writeFileSync(join(this.folder, path), text)
  }

  /** One attempt at one test of the file, as the generated module drives it. */
  async attempt(index = 0, cell = 0): Promise<CaseOutcome> {
    const definition = this.file.cases[index]
    const one = definition && expandCase(definition, this.file.vars)[cell]
    if (!one) throw new Error(`there is no case ${index} with cell ${cell}`)
    const run = new CaseRun(this.#run, one, this.#host)
    try {
      await run.open()
      for (const number of one.definition.steps.keys()) await run.step(number)
      await run.passed()
    } catch (error) {
      await run.failed(error)
    }
    return run.close()
  }

  openFile(): Promise<void> {
    return this.#run.open(new AbortController().signal)
  }

  closeFile(): Promise<readonly StepResult[]> {
    return this.#run.close()
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** A case file of one case, from the lines of its steps. */
export const stepsOf = (...lines: string[]): string =>
  ['suite: s', 'cases:', '  - id: A', '    name: a', '    steps:', ...lines.map(line => `      ${line}`)].join('\n')

/** A case file of one case, from the lines of the case. */
export const caseOf = (...lines: string[]): string =>
  ['suite: s', 'cases:', '  - id: A', '    name: a', ...lines.map(line => `    ${line}`)].join('\n')

/** What became of it, in a line: `failed ASSAY_STEP_EXPECT 7:17 expected 1, got 2`. */
export function told({ verdict, attempt: { error }, reason }: CaseOutcome): string {
  if (!error) return reason === undefined ? verdict : `${verdict}: ${reason}`
  const place = error.line === undefined ? '' : ` ${error.line}:${error.column}`
  return `${verdict} ${error.code}${place} ${error.message}`
}

/** The steps as `phase name state`, those inside indented. */
export function stepLines(steps: readonly StepResult[], indent = ''): string[] {
  return steps.flatMap(({ phase, name, state, steps: inner }) => [
    `${indent}${phase} ${name} ${state}`,
    ...stepLines(inner, `${indent}  `),
  ])
}
