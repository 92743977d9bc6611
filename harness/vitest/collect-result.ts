import type { SerializedError } from 'vitest'
import type { TestCase, TestModule } from 'vitest/node'
import type { AssayError } from '../errors.ts'
import type { Attempt, CaseResult, ErrorRecord, RunProblem, Verdict } from '../report/model.ts'
import type { Tier } from '../targets/target.ts'
import type { CaseMeta } from './case-meta.ts'
import { casesOf, finalVerdict, isCaseFile, metaOf, outcomesOf } from './case-test.ts'

export type Collected = { readonly cases: readonly CaseResult[]; readonly problems: readonly RunProblem[] }

/** Case results from what vitest kept of a run. Only finished results are read, so that merged shards give the same. */
export function collectResult(
  modules: readonly TestModule[],
  unhandled: readonly SerializedError[],
  name: (path: string) => string,
): Collected {
  const cases: CaseResult[] = []
  const problems: RunProblem[] = unhandled.map(error => ({ error: recordOf(error) }))
  for (const module of modules.filter(({ moduleId }) => isCaseFile(moduleId))) {
    const file = name(module.moduleId)
    for (const error of module.errors()) problems.push({ file, error: recordOf(error) })
    const [broken] = [...module.children.allSuites()].flatMap(suite => suite.errors())
    const own = casesOf(module).map(test => caseResult(test, broken))
    cases.push(...own)
    // an error of the file's teardown comes after its cases, which ran
    if (broken && !own.some(({ verdict }) => verdict === 'blocked')) problems.push({ file, error: recordOf(broken) })
  }
  return { cases, problems }
}

function caseResult(test: TestCase, blockedBy: SerializedError | undefined): CaseResult {
  const { key, ...meta } = metaOf(test) as CaseMeta
  const startedAt = test.diagnostic()?.startTime ?? 0
  const tier = test.project.name as Tier
  const base = { ...meta, key: `${tier}/${key}`, tier, startedAt }
  const outcomes = outcomesOf(test)
  const last = outcomes.at(-1)?.outcome
  const verdict = finalVerdict(outcomes)
  if (!last || !verdict)
    return { ...base, ...withoutOutcome(test, blockedBy), targets: [], duration: 0, limits: [], metrics: {} }
  const attempts = outcomes.map(({ outcome }) => outcome.attempt)
  const { reason, ticket, targets, limits, metrics, excerpt } = last
  return {
    ...base,
    verdict,
    ...(reason === undefined ? {} : { reason }),
    ...(ticket === undefined ? {} : { ticket }),
    startedAt: attempts[0]?.startedAt ?? startedAt,
    duration: attempts.reduce((sum, attempt) => sum + attempt.duration, 0),
    attempts: verdict === 'skipped' ? [] : attempts,
    targets,
    limits,
    metrics,
    ...(excerpt === undefined ? {} : { excerpt }),
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
    const nothing = { startedAt: 0, duration: 0, alsoFailed: [], steps: [], serverLog: [], evidence: [] }
    return { verdict: 'errored', attempts: [{ verdict: 'errored', error, ...nothing }] }
  }
  if (blockedBy)
    return { verdict: 'blocked', reason: `the set-up of its file failed: ${recordOf(blockedBy).message}`, attempts: [] }
  const note = result.state === 'skipped' ? result.note : undefined
  return { verdict: 'skipped', reason: note ?? 'the run ended before it', attempts: [] }
}

/** `CODE  file:line:column  message`, as the plugin writes it for a file that is not valid. */
const TOLD = /^(?:Error: )?(ASSAY_[A-Z_]+)\s+(?:(\S+?):(\d+):(\d+)\s+)?([\s\S]*)$/

export function recordOf(error: SerializedError): ErrorRecord {
  const known = (error as { assay?: ErrorRecord }).assay
  if (known) return known
  const text = error.message ?? ''
  const told = TOLD.exec(text)
  if (!told) return { code: error.name ?? 'Error', message: text, ...(error.stack ? { stack: error.stack } : {}) }
  const [, code, file, line, column, message] = told
  return {
    code: code as AssayError['code'],
    message: message as string,
    ...(file === undefined ? {} : { file, line: Number(line), column: Number(column) }),
    ...(typeof error.frame === 'string' ? { frame: error.frame } : {}),
  }
}
