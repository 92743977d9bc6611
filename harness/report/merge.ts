import type { CaseResult, RunResult } from './model.ts'
import { exitCodeOf } from './verdicts.ts'

/** Shards of one run as one result: the earliest names it, and of a case that two of them hold the later one counts. */
export function mergeResults(results: readonly [RunResult, ...RunResult[]]): RunResult {
  if (results.length === 1) return results[0]
  const inOrder = [...results].sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1))
  const first = inOrder[0] as RunResult
  const cases = new Map<string, CaseResult>()
  for (const result of inOrder) for (const one of result.cases) cases.set(one.key, one)
  const start = Date.parse(first.startedAt)
  const merged = {
    ...first,
    duration: Math.max(...inOrder.map(result => Date.parse(result.startedAt) + result.duration)) - start,
    strict: inOrder.some(result => result.strict),
    interrupted: inOrder.some(result => result.interrupted),
    filter: sharedFilter(inOrder),
    versions: Object.assign({}, ...inOrder.map(result => result.versions)),
    problems: inOrder.flatMap(result => result.problems),
    cases: [...cases.values()],
  }
  return { ...merged, exitCode: exitCodeOf(merged) }
}

/** `--shard 1/2` of each does not narrow their sum, when all of them are here. */
function sharedFilter(results: readonly RunResult[]): string | undefined {
  const shard = /\s*--shard[ =](\d+)\/(\d+)/
  const filters = results.map(result => result.filter ?? '')
  const rest = new Set(filters.map(filter => filter.replace(shard, '').trim()))
  const seen = new Set(filters.map(filter => shard.exec(filter)?.[1]))
  const total = Number(shard.exec(filters[0] ?? '')?.[2] ?? 1)
  if (rest.size === 1 && seen.size >= total) return [...rest][0] || undefined
  return [...new Set(filters)].filter(Boolean).join('; ') || undefined
}
