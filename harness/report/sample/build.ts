import type { Attempt, CaseResult, RunResult, StepResult, Verdict } from '../model.ts'

/** Builders of results for tests and benchmarks; nothing of the product imports them. */
export const SAMPLE_START = Date.UTC(2026, 10, 20, 1, 0, 0)

export function sampleStep(step: Partial<StepResult> & { readonly name: string }): StepResult {
  return {
    phase: 'steps',
    action: 'sql',
    state: 'passed',
    file: 'cases/replication/catch-up.case.yaml',
    line: 20,
    startedAt: SAMPLE_START,
    duration: 12,
    on: [],
    differences: [],
    sql: [],
    rows: [],
    texts: [],
    attachments: [],
    log: [],
    steps: [],
    ...step,
  }
}

export function sampleAttempt(verdict: Verdict, attempt: Partial<Attempt> = {}): Attempt {
  return {
    verdict,
    startedAt: SAMPLE_START,
    duration: 1200,
    alsoFailed: [],
    steps: [],
    serverLog: [],
    evidence: [],
    ...attempt,
  }
}

export function sampleCase(one: Partial<CaseResult> & { readonly id: string; readonly verdict: Verdict }): CaseResult {
  const tier = one.tier ?? 'embedded'
  const ran = one.verdict !== 'skipped' && one.verdict !== 'blocked'
  return {
    key: `${tier}/${one.id}${one.cell === undefined ? '' : `[${one.cell}]`}`,
    name: `case ${one.id}`,
    suite: 'replication/catch-up',
    tier,
    system: 'replication',
    file: 'cases/replication/catch-up.case.yaml',
    line: 12,
    tags: [],
    links: {},
    targets: [{ name: 'mariadb.replication', versions: { mariadb: '10.11.14' } }],
    startedAt: SAMPLE_START,
    duration: ran ? 1200 : 0,
    attempts: ran ? [sampleAttempt(one.verdict)] : [],
    limits: [],
    metrics: {},
    ...one,
  }
}

export function sampleResult(result: Partial<RunResult> = {}): RunResult {
  return {
    version: 1,
    id: '2026-11-20T01-00-00Z',
    startedAt: new Date(SAMPLE_START).toISOString(),
    duration: 93_400,
    seed: '7f3a9c',
    strict: false,
    interrupted: false,
    exitCode: 0,
    replay: 'npx assay run --seed 7f3a9c',
    commit: '0123456789abcdef0123456789abcdef01234567',
    branch: 'main',
    machine: { host: 'night-3', class: 'linux-x64-2cpu-24gb', cpus: 2, memoryMb: 24_000, os: 'Debian GNU/Linux 12' },
    versions: { assay: '0.1.0', node: '24.21.0', vitest: '5.1.0', mariadb: '10.11.14', postgresql: '18.4' },
    problems: [],
    cases: [],
    ...result,
  }
}
