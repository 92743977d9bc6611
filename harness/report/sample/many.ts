import type { CaseResult, RunResult, StepResult } from '../model.ts'
import { exitCodeOf } from '../verdicts.ts'
import { SAMPLE_START, sampleAttempt, sampleCase, sampleResult, sampleStep } from './build.ts'

const TABLES = ['account', 'orders', 'region', 'part', 'wide_events', 'ledger'] as const
const WORDS = [
  'rows',
  'replicate',
  'primary',
  'survives',
  'a killed replica',
  'with every type',
  'after a pause',
  'in order',
  'under load',
  'once',
] as const

/** A big night for measurements: cases of about ten steps with SQL and rows, each with numbers of its own. */
export function manyCases({ cases = 10_000, steps = 10 }: { cases?: number; steps?: number } = {}): RunResult {
  const random = generator(42)
  const list = Array.from({ length: cases }, (_, index) => oneOfMany(index, steps, random))
  const result = sampleResult({ cases: list })
  return { ...result, exitCode: exitCodeOf(result) }
}

function oneOfMany(index: number, steps: number, random: () => number): CaseResult {
  const suite = `suite-${String(Math.floor(index / 25)).padStart(3, '0')}`
  const failed = index % 97 === 13
  const id = `BIG-${String(index).padStart(5, '0')}`
  const file = `cases/big/${suite}.case.yaml`
  const start = SAMPLE_START + index * 9
  const list = Array.from({ length: steps }, (_, at) =>
    stepOfMany({ file, at, start: start + at * 30, failed: failed && at === steps - 2, random }),
  )
  const words = Array.from({ length: 4 }, () => pick(WORDS, random)).join(' ')
  const error = list.find(step => step.error)?.error
  return sampleCase({
    id,
    suite: `big/${suite}`,
    system: 'big',
    file,
    line: 10 + (index % 25) * 12,
    verdict: failed ? 'failed' : index % 50 === 7 ? 'skipped' : 'passed',
    reason: index % 50 === 7 ? 'mariadb.replication has no fault.network' : undefined,
    name: `${words} ${index}`,
    tags: ['nightly', index % 2 ? 'replication' : 'types'],
    owner: index % 3 ? 'replication' : 'storage',
    startedAt: start,
    duration: Math.round(random() * 900),
    attempts: [
      sampleAttempt(failed ? 'failed' : 'passed', { startedAt: start, duration: steps * 30, steps: list, error }),
    ],
    excerpt: failed
      ? {
          file,
          from: 10,
          lines: Array.from({ length: 14 }, (_, line) => `      - sql: select ${line} from ${pick(TABLES, random)}`),
        }
      : undefined,
  })
}

type Many = {
  readonly file: string
  readonly at: number
  readonly start: number
  readonly failed: boolean
  readonly random: () => number
}

function stepOfMany({ file, at, start, failed, random }: Many): StepResult {
  const table = pick(TABLES, random)
  const number = () => String(Math.floor(random() * 1e9))
  const text = `select id, holder, cents from ${table}_${at} where id between ${number()} and ${number()} order by id`
  const rows = Array.from({ length: 3 }, () => [number(), `holder ${number()}`, number()])
  const endpoint = `mariadb.replication ${at % 2 ? 'replicas.0 (127.0.0.4:3306)' : 'primary (127.0.0.3:3306)'}`
  return sampleStep({
    name: `read ${table} ${at}`,
    file,
    line: 12 + at,
    startedAt: start,
    duration: Math.round(random() * 280) / 10,
    state: failed ? 'failed' : 'passed',
    on: [endpoint],
    input: { sql: text },
    expected: { rows: { count: 3 } },
    result: { rows, affected: 0 },
    sql: [{ endpoint, text, duration: random() * 20, rowCount: 3, columns: ['id', 'holder', 'cents'], rows }],
    differences: failed ? [{ path: 'rows', message: 'expected 3 rows, got 2', expected: 3, actual: 2 }] : [],
    error: failed
      ? { code: 'ASSAY_STEP_EXPECT', message: `rows: expected 3 rows of ${table}, got 2`, file, line: 12 + at }
      : undefined,
  })
}

function pick<T>(list: readonly [T, ...T[]] | readonly T[], random: () => number): T {
  return list[Math.floor(random() * list.length)] as T
}

/** mulberry32: the same numbers every time. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
