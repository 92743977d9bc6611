import type { RunResult } from '../report/model.ts'

/** The run's exit code: the first present of 1, 4, 2, 3; 5 when no case ran. */
export function exitCodeOf({ cases, problems }: Pick<RunResult, 'cases' | 'problems'>, strict: boolean): number {
  const has = (...verdicts: string[]) => cases.some(({ verdict }) => verdicts.includes(verdict))
  if (has('failed') || (strict && has('unexpected pass'))) return 1
  if (has('limit broken')) return 4
  if (has('undecided')) return 2
  if (has('errored', 'blocked') || problems.length > 0) return 3
  return cases.every(({ verdict }) => verdict === 'skipped') ? 5 : 0
}
