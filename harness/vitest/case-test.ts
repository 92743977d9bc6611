import type { TestCase, TestModule } from 'vitest/node'
import type { Verdict } from '../report/model.ts'
import type { CaseOutcome } from '../run/case-outcome.ts'
import type { AttemptEnd, CaseMeta } from './case-meta.ts'

export function isCaseFile(moduleId: string): boolean {
  return moduleId.endsWith('.case.yaml')
}

/** What is known of a case; undefined for a test that is none. */
export function metaOf(test: TestCase): CaseMeta | undefined {
  const { assay } = test.meta()
  return assay === undefined ? undefined : parsed<CaseMeta>(assay)
}

/** The outcomes of a case's attempts, the first attempt first. */
export function outcomesOf(test: TestCase): readonly AttemptEnd[] {
  return (test.meta().assayAttempts ?? []).map(text => parsed<AttemptEnd>(text))
}

/** Each text is asked for several times between the end of a test and the report. */
const cache = new Map<string, unknown>()

function parsed<T>(text: string): T {
  const known = cache.get(text)
  if (known !== undefined) return known as T
  const value = JSON.parse(text) as T
  cache.set(text, value)
  return value
}

/** A file name, line, tag or name pattern left it out: it is no part of the run. */
function isLeftOut(test: TestCase): boolean {
  const broken = test.module.errors().length > 0
  return (test.options.mode === 'skip' || broken) && outcomesOf(test).length === 0
}

/** The cases of a file that were asked for. */
export function casesOf(module: TestModule): TestCase[] {
  return [...module.children.allTests()].filter(test => test.meta().assay !== undefined && !isLeftOut(test))
}

/** A case that passed after a failed attempt is flaky. */
export function finalVerdict(outcomes: readonly { readonly outcome: CaseOutcome }[]): Verdict | undefined {
  const last = outcomes.at(-1)?.outcome.verdict
  return last === 'passed' && outcomes.length > 1 ? 'flaky' : last
}
