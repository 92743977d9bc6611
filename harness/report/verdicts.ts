import { type CaseResult, type RunResult, VERDICTS, type Verdict } from './model.ts'

/** Verdicts that make a run fail. A known failure and an unexpected pass are not among them. */
const FAILING: ReadonlySet<Verdict> = new Set(['failed', 'limit broken', 'undecided', 'errored', 'blocked'])

export function isFailing(verdict: Verdict): boolean {
  return FAILING.has(verdict)
}

export type VerdictCounts = Readonly<Record<Verdict, number>>

export function countVerdicts(cases: readonly Pick<CaseResult, 'verdict'>[]): VerdictCounts {
  const counts = Object.fromEntries(VERDICTS.map(verdict => [verdict, 0])) as Record<Verdict, number>
  for (const { verdict } of cases) counts[verdict]++
  return counts
}

/** `2 failed, 1 limit broken, 212 passed`: the verdicts that occurred, in the order of the report. */
export function describeCounts(counts: Readonly<Partial<Record<Verdict, number>>>): string {
  return VERDICTS.filter(verdict => counts[verdict])
    .map(verdict => `${counts[verdict]} ${verdict}`)
    .join(', ')
}

/** The exit code of a run that was cancelled. */
export const INTERRUPTED = 130

/** The run's exit code: 130 where it was cancelled, else by the verdict table the first present of 1, 4, 2, 3; 5 when no case ran. */
export function exitCodeOf({
  cases,
  problems,
  strict,
  interrupted,
}: Pick<RunResult, 'cases' | 'problems' | 'strict' | 'interrupted'>): number {
  if (interrupted) return INTERRUPTED
  const counts = countVerdicts(cases)
  if (counts.failed > 0 || (strict && counts['unexpected pass'] > 0)) return 1
  if (counts['limit broken'] > 0) return 4
  if (counts.undecided > 0) return 2
  if (counts.errored > 0 || counts.blocked > 0 || problems.length > 0) return 3
  return counts.skipped === cases.length ? 5 : 0
}
