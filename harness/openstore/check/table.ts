import { ENDPOINTS } from './rule.ts'
import type { Found } from './run-check.ts'

/** The table of `assay openstore check`: endpoint, rule, verdict, and what was seen instead. */
export function checkTable(found: readonly Found[]): string {
  const rows = found.map(({ endpoint, rule, verdict, seen }) => [
    endpoint === 0 ? '' : String(endpoint),
    ENDPOINTS[endpoint] ?? '',
    rule,
    seen === undefined ? verdict : `${verdict}: ${seen}`,
  ])
  const widths = [0, 1, 2].map(column => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  const lines = rows.map(row =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return [...lines, '', summary(found), ...leftovers(found)].join('\n')
}

function leftovers(found: readonly Found[]): readonly string[] {
  const left = found.flatMap(one => one.left ?? [])
  if (left.length === 0) return []
  const what = left.length === 1 ? 'object of the check' : 'objects of the check'
  return [`warning: ${left.length} ${what} could not be removed:`, ...left.map(one => `  ${one}`)]
}

function summary(found: readonly Found[]): string {
  const count = (verdict: Found['verdict']): number => found.filter(one => one.verdict === verdict).length
  return `${count('holds')} of ${found.length} rules hold, ${count('differs')} differ, ${count('not implemented')} not implemented`
}
