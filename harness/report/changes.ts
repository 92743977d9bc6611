import { fingerprintOf } from './fingerprint.ts'
import type { HistoryCase, HistoryLine } from './history.ts'
import type { RunResult, Verdict } from './model.ts'
import { isFailing } from './verdicts.ts'

/** How a case stands against the runs before: the kinds in the order of the report. */
export const CHANGE_KINDS = ['new failure', 'still failing', 'fixed', 'new flaky', 'new skip', 'vanished'] as const
export type ChangeKind = (typeof CHANGE_KINDS)[number]

export type Change = {
  readonly kind: ChangeKind
  readonly key: string
  /** Of a case that still fails: the first run of the streak, and how many runs it is long, this one included. */
  readonly since?: string
  readonly nights?: number
  /** A case that still fails, but with another error than the last time. */
  readonly otherCause?: true
  /** The last verdict before this run; absent for a case without history. */
  readonly before?: Verdict
}

export type Changes = {
  /** The run compared with: the newest before this one. Absent on the first run. */
  readonly previous?: string
  /** Versions in that run. */
  readonly previousVersions?: Readonly<Record<string, string>>
  /** The newest run before this one with exit code 0. */
  readonly lastGreen?: string
  readonly list: readonly Change[]
  /** Earlier verdicts by case key, newest first. */
  readonly recent: ReadonlyMap<string, readonly Verdict[]>
}

const RECENT = 30

/** What is new in a run. `lines` are the runs before, oldest first; this run's own line, and later ones, are passed over. */
export function compareWithHistory(result: RunResult, lines: readonly HistoryLine[]): Changes {
  const before = lines.filter(line => line.id !== result.id && line.startedAt <= result.startedAt).reverse()
  const byKey = pastByKey(before)
  const list: Change[] = []
  for (const one of result.cases) {
    const past = byKey.get(one.key) ?? []
    const change = changeOf(one.verdict, past, fingerprintOf(one)?.id)
    if (change) list.push({ ...change, key: one.key })
  }
  list.push(...vanished(result, before))
  const rank = (change: Change) => CHANGE_KINDS.indexOf(change.kind)
  return {
    previous: before[0]?.id,
    previousVersions: before[0]?.versions,
    lastGreen: before.find(line => line.exitCode === 0)?.id,
    list: list.sort((a, b) => rank(a) - rank(b)),
    recent: new Map([...byKey].map(([key, past]) => [key, past.slice(0, RECENT).map(one => one.verdict)])),
  }
}

type Past = HistoryCase & { readonly run: string }

function pastByKey(newestFirst: readonly HistoryLine[]): Map<string, Past[]> {
  const byKey = new Map<string, Past[]>()
  for (const line of newestFirst) {
    for (const [key, one] of Object.entries(line.cases)) {
      const past = byKey.get(key)
      if (past) past.push({ ...one, run: line.id })
      else byKey.set(key, [{ ...one, run: line.id }])
    }
  }
  return byKey
}

/** A skipped night says nothing about a failure, so a streak goes on across it. */
function changeOf(verdict: Verdict, past: readonly Past[], fingerprint?: string): Omit<Change, 'key'> | undefined {
  const last = past.find(one => one.verdict !== 'skipped')
  if (isFailing(verdict)) {
    if (!last || !isFailing(last.verdict)) return { kind: 'new failure', before: past[0]?.verdict }
    const ran = past.filter(one => one.verdict !== 'skipped')
    const end = ran.findIndex(one => !isFailing(one.verdict))
    const streak = end < 0 ? ran : ran.slice(0, end)
    const otherCause = last.fingerprint !== fingerprint ? ({ otherCause: true } as const) : {}
    return {
      kind: 'still failing',
      since: streak.at(-1)?.run,
      nights: streak.length + 1,
      before: last.verdict,
      ...otherCause,
    }
  }
  if (verdict === 'skipped') {
    return past[0] && past[0].verdict !== 'skipped' ? { kind: 'new skip', before: past[0].verdict } : undefined
  }
  if (verdict === 'flaky') return last?.verdict === 'flaky' ? undefined : { kind: 'new flaky', before: last?.verdict }
  return last && isFailing(last.verdict) ? { kind: 'fixed', before: last.verdict } : undefined
}

/** Only a whole run can miss a case, and only against the last whole run. */
function vanished(result: RunResult, newestFirst: readonly HistoryLine[]): Change[] {
  if (result.filter !== undefined || result.interrupted) return []
  const whole = newestFirst.find(line => line.filter === undefined && !line.interrupted)
  if (!whole) return []
  const here = new Set(result.cases.map(one => one.key))
  const tiers = new Set(result.cases.map(one => one.tier as string))
  return Object.entries(whole.cases)
    .filter(([key]) => !here.has(key) && tiers.has(key.split('/', 1)[0] ?? ''))
    .map(([key, one]) => ({ kind: 'vanished', key, before: one.verdict }))
}
