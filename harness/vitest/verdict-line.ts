import { type CaseResult, VERDICTS } from '../report/model.ts'

/** `2 failed, 1 limit broken, 3 known failures, 212 passed`. */
export function verdictLine(cases: readonly CaseResult[]): string {
  const counts = VERDICTS.map(
    verdict => [verdict, cases.filter(one => one.verdict === verdict).length] as const,
  ).filter(([, count]) => count > 0)
  if (counts.length === 0) return 'no case ran'
  return counts.map(([verdict, count]) => `${count} ${count > 1 ? plural(verdict) : verdict}`).join(', ')
}

function plural(verdict: string): string {
  if (verdict === 'known failure') return 'known failures'
  return verdict === 'unexpected pass' ? 'unexpected passes' : verdict
}
