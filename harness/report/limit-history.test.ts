import { expect, test } from 'vitest'
import { type HistoryLine, historyLine } from './history.ts'
import { judgeHistory, worseThanBefore } from './limit-history.ts'
import type { LimitHistory, RunResult } from './model.ts'
import { sampleCase, sampleResult } from './sample/build.ts'
import { nightlyResult } from './sample/night.ts'
import { summaryMarkdown } from './summary.ts'

const HISTORY: LimitHistory = { worseBy: 0.25, nights: 4, against: 20, better: 'lower' }

/** A run whose first case has a number, and says how much worse it may be. */
function run(value: number | undefined, history: LimitHistory = HISTORY, night = 99): RunResult {
  const id = `2026-11-20T00-00-${String(night).padStart(2, '0')}Z`
  const limit = {
    metric: 'took.ms',
    line: 7,
    message: '',
    state: value === undefined ? 'no value' : 'recorded',
    history,
  } as const
  return {
    ...sampleResult({ id, startedAt: new Date(Date.UTC(2026, 10, 20, 0, 0, night)).toISOString() }),
    cases: [
      sampleCase({
        ...{ id: 'A', verdict: 'passed', limits: [value === undefined ? limit : { ...limit, value }] },
        metrics: value === undefined ? {} : { 'took.ms': value },
      }),
    ],
  }
}

const lines = (...values: readonly number[]): HistoryLine[] =>
  values.map((value, night) => historyLine(run(value, HISTORY, night)))
const told = (result: RunResult) => result.cases[0]?.limits[0]?.history
const judge = (value: number, before: readonly HistoryLine[], history?: LimitHistory) =>
  told(judgeHistory(run(value, history), before))

test('three of four nights that are worse are told, one alone is not', () => {
  const quiet = [100, 104, 96, 101, 99, 100]
  expect(judge(140, lines(...quiet, 100, 138, 139))).toEqual({
    ...{ ...HISTORY, verdict: 'worse' },
    message:
      'is worse than before: 138 in the middle of the last 4 runs, 100 in the 6 before, 38 % worse, and 25 % are allowed',
  })
  expect(judge(900, lines(...quiet, 100, 101, 99))?.verdict).toBe('as before')
  expect(judge(900, lines(...quiet, 100, 101, 900))?.verdict).toBe('as before')
  expect(judge(124, lines(...quiet, 124, 124, 124))?.verdict).toBe('as before')
})

test('of a number that should be high, less is worse', () => {
  const higher: LimitHistory = { ...HISTORY, better: 'higher' }
  const quiet = [1000, 1000, 1000, 1000, 1000]
  expect(judge(700, lines(...quiet, 700, 700, 700), higher)?.verdict).toBe('worse')
  expect(judge(1400, lines(...quiet, 1400, 1400, 1400), higher)?.verdict).toBe('as before')
})

test('with one night to take together, this one alone is held against those before', () => {
  expect(judge(140, lines(100, 100, 100, 100, 100), { ...HISTORY, nights: 1 })?.verdict).toBe('worse')
})

test('too few runs are not judged, and it says how many are needed', () => {
  expect(judge(500, lines(100, 100, 100, 100, 500, 500, 500))).toMatchObject({
    verdict: 'not judged',
    message: 'is not judged yet: 7 earlier runs on such a machine, and 8 are needed',
  })
  expect(judge(500, [])?.verdict).toBe('not judged')
  expect(judge(5, lines(0, 0, 0, 0, 0, 5, 5, 5))?.message).toBe('is not judged: a share of 0 says nothing')
})

test('runs on other machines, later runs and this run itself do not count', () => {
  const before = lines(100, 100, 100, 100, 100, 140, 140, 140)
  const elsewhere = before.map(line => ({ ...line, machine: 'other' }))
  expect(judge(140, elsewhere)?.message).toContain('0 earlier runs')
  const later = lines(...Array(40).fill(10)).map(line => ({ ...line, startedAt: '2027-01-01T00:00:00.000Z' }))
  const own = historyLine(run(10))
  expect(judge(140, [...before, own, ...later])?.verdict).toBe('worse')
})

test('a limit without history, and one without a value, stay what they are', () => {
  const night = nightlyResult()
  expect(judgeHistory(night, lines(1, 1, 1, 1, 1))).toBe(night)
  expect(told(judgeHistory(run(undefined), lines(1, 1, 1, 1, 1)))).toEqual(HISTORY)
})

test('what is worse is in the summary, and changes no verdict', () => {
  const result = judgeHistory(run(140), lines(100, 100, 100, 100, 100, 140, 140, 140))
  expect(result.cases[0]?.verdict).toBe('passed')
  const message = expect.stringMatching(/^took\.ms is worse than before: 140 in the middle/)
  expect(worseThanBefore(result)).toEqual([{ id: 'A', file: result.cases[0]?.file, line: 7, message }])
  const summary = summaryMarkdown(result, { list: [], recent: new Map() })
  expect(summary).toMatch(/### Worse than before \(1\)\n\n- \*\*A\*\* took\.ms is worse than before/)
})
