import { type RunResult, VERDICTS } from '../report/model.ts'

const PLURALS: Readonly<Record<string, string>> = {
  'known failure': 'known failures',
  'unexpected pass': 'unexpected passes',
}

/** `2 failed, 1 limit broken, 3 known failures, 212 passed, 1 file not loaded`. */
export function verdictLine({ cases, problems }: Pick<RunResult, 'cases' | 'problems'>): string {
  const counts = VERDICTS.map(verdict => ({ verdict, count: cases.filter(one => one.verdict === verdict).length }))
  const words = counts
    .filter(({ count }) => count > 0)
    .map(({ verdict, count }) => `${count} ${count > 1 ? (PLURALS[verdict] ?? verdict) : verdict}`)
  if (words.length === 0) words.push('no case ran')
  const files = new Set(problems.flatMap(({ file }) => file ?? [])).size
  if (files > 0) words.push(`${files} ${files === 1 ? 'file' : 'files'} with errors outside of cases`)
  const others = problems.filter(({ file }) => file === undefined).length
  if (others > 0) words.push(`${others} ${others === 1 ? 'error' : 'errors'} outside of case files`)
  return words.join(', ')
}
