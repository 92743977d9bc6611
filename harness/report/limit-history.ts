import type { HistoryLine } from './history.ts'
import type { CaseResult, LimitHistory, LimitResult, RunResult } from './model.ts'

/** Fewer runs to hold a number against say nothing. */
const FEWEST = 5

/**
 * Holds the numbers of a run against those of earlier runs on the same class of machine, where a limit says `history`. `lines` are the runs
 * before, oldest first; this run's own line, and later ones, are passed over. One night alone proves nothing, so the newest runs are taken
 * together, and it fails nothing: on a machine that does other work as well somebody must look first.
 */
export function judgeHistory(result: RunResult, lines: readonly HistoryLine[]): RunResult {
  if (!result.cases.some(one => one.limits.some(limit => limit.history))) return result
  const before = lines
    .filter(
      line => line.id !== result.id && line.startedAt <= result.startedAt && line.machine === result.machine.class,
    )
    .reverse()
  const judged = (one: CaseResult): CaseResult => ({
    ...one,
    limits: one.limits.map(limit => {
      if (!limit.history || limit.value === undefined) return limit
      const earlier = before.flatMap(line => line.cases[one.key]?.metrics?.[limit.metric] ?? [])
      return { ...limit, history: { ...limit.history, ...judgement(limit.history, limit.value, earlier) } }
    }),
  })
  return { ...result, cases: result.cases.map(one => (one.limits.some(limit => limit.history) ? judged(one) : one)) }
}

export type Worse = { readonly id: string; readonly file: string; readonly line: number; readonly message: string }

/** The numbers that are worse than before, for people. */
export function worseThanBefore({ cases }: Pick<RunResult, 'cases'>): readonly Worse[] {
  const worse = ({ history }: LimitResult) => history?.verdict === 'worse'
  return cases.flatMap(one =>
    one.limits.filter(worse).map(({ metric, line, history }) => ({
      ...{ id: one.cell === undefined ? one.id : `${one.id} [${one.cell}]`, file: one.file, line },
      message: `${metric} ${history?.message}`,
    })),
  )
}

type Judgement = Required<Pick<LimitHistory, 'verdict' | 'message'>>

/** `earlier`: the newest first. */
function judgement(
  { worseBy, nights, against, better }: LimitHistory,
  value: number,
  earlier: readonly number[],
): Judgement {
  const recent = [value, ...earlier.slice(0, nights - 1)]
  const past = earlier.slice(nights - 1, nights - 1 + against)
  if (past.length < FEWEST)
    return {
      verdict: 'not judged',
      message: `is not judged yet: ${earlier.length} earlier runs on such a machine, and ${nights - 1 + FEWEST} are needed`,
    }
  const best = better === 'higher' ? (a: number, b: number) => b - a : (a: number, b: number) => a - b
  // of an even number the better one of the two in the middle: more than half of the runs are as bad or worse
  const middle = (values: readonly number[]) => values.toSorted(best)[Math.floor((values.length - 1) / 2)] ?? 0
  const [now, then] = [middle(recent), middle(past)]
  if (then <= 0) return { verdict: 'not judged', message: `is not judged: a share of ${figure(then)} says nothing` }
  const share = better === 'higher' ? 1 - now / then : now / then - 1
  const figures = `${figure(now)} in the middle of the last ${recent.length} runs, ${figure(then)} in the ${past.length} before`
  if (share <= worseBy) return { verdict: 'as before', message: `is as before: ${figures}` }
  return {
    verdict: 'worse',
    message: `is worse than before: ${figures}, ${Math.round(share * 100)} % worse, and ${figure(worseBy * 100)} % are allowed`,
  }
}

const figure = (value: number): string =>
  Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)))
