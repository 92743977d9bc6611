import { type RunResult, VERDICTS } from '../report/model.ts'

const PLURALS: Readonly<Record<string, string>> = {
  'known failure': 'known failures',
  'unexpected pass': 'unexpected passes',
}

/** `2 failed, 1 limit broken, 3 known failures, 212 passed, 1 file not run`. */
export function verdictLine({ cases, problems }: Pick<RunResult, 'cases' | 'problems'>): string {
  const counts = VERDICTS.map(verdict => ({ verdict, count: cases.filter(one => one.verdict === verdict).length }))
  const words = counts
    .filter(({ count }) => count > 0)
    .map(({ verdict, count }) => `${count} ${count > 1 ? (PLURALS[verdict] ?? verdict) : verdict}`)
  if (words.length === 0) words.push('no case ran')
  const files = [...new Set(problems.flatMap(({ file }) => file ?? []))]
  const ran = files.filter(file => cases.some(one => one.file === file)).length
  if (ran < files.length) words.push(`${many(files.length - ran, 'file')} not run`)
  const others = ran + problems.filter(({ file }) => file === undefined).length
  if (others > 0) words.push(`${many(others, 'error')} outside of cases`)
  return words.join(', ')
}

const many = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`
