import type { SerializedError } from 'vitest'
import type { TestCase, TestModule } from 'vitest/node'
import type { AssayError } from '../errors.ts'
import type { Attempt, CaseResult, ErrorRecord, RunProblem, Verdict } from '../report/model.ts'
import type { Tier } from '../targets/target.ts'
import type { CaseMeta, OutcomeArtifact } from './case-meta.ts'

export type Collected = { readonly cases: readonly CaseResult[]; readonly problems: readonly RunProblem[] }

/** Case results from what vitest kept of a run. Only finished results are read, so that merged shards give the same. */
export function collectResult(
  modules: readonly TestModule[],
  unhandled: readonly SerializedError[],
  name: (path: string) => string,
): Collected {
  const cases: CaseResult[] = []
  const problems: RunProblem[] = unhandled.map(error => ({ error: recordOf(error) }))
  for (const module of modules) {
    if (!module.moduleId.endsWith('.case.yaml')) continue
    const blockedBy = [...module.children.allSuites()].flatMap(suite => suite.errors())
    for (const error of module.errors()) problems.push({ file: name(module.moduleId), error: recordOf(error) })
    for (const test of module.children.allTests()) {
      const meta = test.meta().assay
      if (meta) cases.push(caseResult(test, meta, blockedBy[0]))
    }
    // an error of the file's teardown comes after its cases, which ran
    if (
      blockedBy[0] &&
      cases.length > 0 &&
      !cases.some(one => one.file === name(module.moduleId) && one.verdict === 'blocked')
    ) {
      problems.push({ file: name(module.moduleId), error: recordOf(blockedBy[0]) })
    }
  }
  return { cases, problems }
}

function caseResult(test: TestCase, meta: CaseMeta, blockedBy: SerializedError | undefined): CaseResult {
  const { key, tags, ...rest } = meta
  const outcomes = test
    .artifacts()
    .filter((artifact): artifact is OutcomeArtifact => artifact.type === 'assay:outcome')
    .sort((a, b) => a.attempt - b.attempt)
    .map(({ outcome }) => outcome)
  const last = outcomes.at(-1)
  const base = {
    ...rest,
    tags,
    key: `${test.project.name}/${key}`,
    tier: test.project.name as Tier,
    startedAt: test.diagnostic()?.startTime ?? 0,
  }
  if (!last) return { ...base, ...withoutOutcome(test, blockedBy), targets: [], duration: 0, limits: [], metrics: {} }
  const attempts = outcomes.map(({ attempt }) => attempt)
  const flaky = last.verdict === 'passed' && attempts.length > 1
  return {
    ...base,
    verdict: flaky ? 'flaky' : last.verdict,
    reason: last.reason,
    ticket: last.ticket,
    startedAt: attempts[0]?.startedAt ?? base.startedAt,
    duration: attempts.reduce((sum, attempt) => sum + attempt.duration, 0),
    attempts: last.verdict === 'skipped' ? [] : attempts,
    targets: last.targets,
    limits: last.limits,
    metrics: last.metrics,
    excerpt: last.excerpt,
  }
}

/** A case that did not come to an end of its own: blocked by its file's set-up, cancelled, or broken outside its steps. */
function withoutOutcome(
  test: TestCase,
  blockedBy: SerializedError | undefined,
): { verdict: Verdict; reason?: string; attempts: readonly Attempt[] } {
  const result = test.result()
  if (result.state === 'failed') {
    const error = recordOf(result.errors[0] as SerializedError)
    return {
      verdict: 'errored',
      attempts: [
        {
          verdict: 'errored',
          startedAt: 0,
          duration: 0,
          error,
          alsoFailed: [],
          steps: [],
          serverLog: [],
          evidence: [],
        },
      ],
    }
  }
  if (blockedBy)
    return { verdict: 'blocked', reason: `the set-up of its file failed: ${blockedBy.message}`, attempts: [] }
  return {
    verdict: 'skipped',
    reason: (result.state === 'skipped' ? result.note : undefined) ?? 'the run ended before it',
    attempts: [],
  }
}

export function recordOf(error: SerializedError): ErrorRecord {
  const known = (error as { assay?: ErrorRecord }).assay
  if (known) return known
  const text = error.message ?? ''
  const match = /^(?:Error: )?(ASSAY_[A-Z_]+)\s+(?:(\S+?):(\d+):(\d+)\s+)?([\s\S]*)$/.exec(text)
  if (match) {
    const [, code, file, line, column, message] = match
    return {
      code: code as AssayError['code'],
      message: message as string,
      ...(file === undefined ? {} : { file, line: Number(line), column: Number(column) }),
      ...(typeof error.frame === 'string' ? { frame: error.frame } : {}),
    }
  }
  return { code: error.name ?? 'Error', message: text, ...(error.stack === undefined ? {} : { stack: error.stack }) }
}
