import { expect, test } from 'vitest'
import { compareWithHistory } from './changes.ts'
import { type HistoryLine, historyLine } from './history.ts'
import type { CaseResult, RunResult, Verdict } from './model.ts'
import { sampleAttempt, sampleCase, sampleResult } from './sample/build.ts'
import { exitCodeOf } from './verdicts.ts'

function night(day: number, verdicts: Readonly<Record<string, Verdict>>, more: Partial<RunResult> = {}): RunResult {
  const cases = Object.entries(verdicts).map(([id, verdict]) => sampleCase({ id, verdict }))
  const date = `2026-11-${String(day).padStart(2, '0')}`
  const result = sampleResult({ id: `${date}T01-00-00Z`, startedAt: `${date}T01:00:00.000Z`, cases, ...more })
  return { ...result, exitCode: exitCodeOf(result) }
}

const lines = (...nights: RunResult[]): HistoryLine[] => nights.map(historyLine)

test('without earlier runs every failure is new, and there is no run to compare with', () => {
  const changes = compareWithHistory(night(9, { A: 'failed', B: 'passed' }), [])
  expect(changes).toEqual({ list: [{ kind: 'new failure', key: 'embedded/A' }], recent: new Map() })
})

test('tells new failures from old ones, and since when', () => {
  const before = lines(
    night(1, { A: 'passed', B: 'passed', C: 'failed' }),
    night(2, { A: 'passed', B: 'failed', C: 'failed' }),
    night(3, { A: 'passed', B: 'failed', C: 'failed' }),
  )
  const changes = compareWithHistory(night(4, { A: 'failed', B: 'failed', C: 'passed' }), before)
  expect(changes.list).toEqual([
    { kind: 'new failure', key: 'embedded/A', before: 'passed' },
    { kind: 'still failing', key: 'embedded/B', before: 'failed', since: '2026-11-02T01-00-00Z', nights: 3 },
    { kind: 'fixed', key: 'embedded/C', before: 'failed' },
  ])
  expect(changes.previous).toBe('2026-11-03T01-00-00Z')
  expect(changes.lastGreen).toBeUndefined()
  expect(changes.recent.get('embedded/B')).toEqual(['failed', 'failed', 'passed'])
})

test('a skipped night neither ends a streak nor counts in it', () => {
  const before = lines(night(1, { A: 'failed' }), night(2, { A: 'skipped' }))
  expect(compareWithHistory(night(3, { A: 'failed' }), before).list).toMatchObject([
    { kind: 'still failing', since: '2026-11-01T01-00-00Z', nights: 2 },
  ])
})

test('another error than the last time is said', () => {
  const failing = (message: string): CaseResult =>
    sampleCase({ id: 'A', verdict: 'failed', attempts: [sampleAttempt('failed', { error: { code: 'E', message } })] })
  const before = lines(night(1, {}, { cases: [failing('lost 10.0.0.1')] }))
  const again = (message: string) => compareWithHistory(night(2, {}, { cases: [failing(message)] }), before).list[0]
  expect(again('lost 10.0.0.7')?.otherCause).toBeUndefined()
  expect(again('duplicate key')?.otherCause).toBe(true)
})

test('new flaky, new skip, and a known failure that is no failure', () => {
  const before = lines(night(1, { A: 'passed', B: 'passed', C: 'failed', D: 'flaky', E: 'skipped' }))
  const changes = compareWithHistory(
    night(2, { A: 'flaky', B: 'skipped', C: 'known failure', D: 'flaky', E: 'skipped' }),
    before,
  )
  expect(changes.list.map(change => [change.kind, change.key])).toEqual([
    ['fixed', 'embedded/C'],
    ['new flaky', 'embedded/A'],
    ['new skip', 'embedded/B'],
  ])
})

test('a case is missed only by a whole run, against the last whole run', () => {
  const before = lines(night(1, { A: 'passed', B: 'passed' }), night(2, { A: 'passed' }, { filter: '-t A' }))
  const vanished = (more: Partial<RunResult>) =>
    compareWithHistory(night(3, { A: 'passed' }, more), before).list.filter(change => change.kind === 'vanished')
  expect(vanished({})).toEqual([{ kind: 'vanished', key: 'embedded/B', before: 'passed' }])
  expect(vanished({ filter: '-t A' })).toEqual([])
  expect(vanished({ interrupted: true })).toEqual([])
})

test('the run itself and later runs are not its past', () => {
  const here = night(2, { A: 'failed' })
  const changes = compareWithHistory(here, lines(night(1, { A: 'passed' }), here, night(3, { A: 'failed' })))
  expect(changes.list).toEqual([{ kind: 'new failure', key: 'embedded/A', before: 'passed' }])
  expect(changes.lastGreen).toBe('2026-11-01T01-00-00Z')
})
