import type { HistoryLine } from '../history.ts'
import { historyLine } from '../history.ts'
import type { CaseResult, RunResult, Verdict } from '../model.ts'
import { exitCodeOf } from '../verdicts.ts'
import { SAMPLE_START, sampleAttempt, sampleCase, sampleResult, sampleStep } from './build.ts'
import { killedReplica } from './killed-replica.ts'

const PG = {
  suite: 'postgres/types',
  system: 'postgres',
  file: 'cases/postgres/types.case.yaml',
  targets: [{ name: 'postgres.pair', versions: { postgresql: '18.4' } }],
} as const
const LOST = (host: string) => ({
  code: 'ASSAY_CONNECT',
  message: `no connection to ${host} within 10 s`,
  class: 'connection_lost',
  systemCode: 'ECONNREFUSED',
  hint: 'Run `assay doctor`.',
})

/** One run with every verdict, and with texts that try to break a page, an XML file and a table. */
export function nightlyResult(): RunResult {
  const cases = [killedReplica(), ...typeCases(), ...otherVerdicts(), ...passedCases()]
  const result = sampleResult({
    problems: [
      {
        file: 'cases/replication/broken.case.yaml',
        error: {
          code: 'ASSAY_CASE_UNKNOWN_KEY',
          message: 'unknown key "expct"; did you mean "expect"?',
          file: 'cases/replication/broken.case.yaml',
          line: 12,
          column: 7,
          frame: '  11 |     sql: select 1\n> 12 |       expct: { rows: { count: 1 } }\n     |       ^',
        },
      },
    ],
    cases,
  })
  return { ...result, exitCode: exitCodeOf(result) }
}

/** Ten nights before it: some failed then, one case is gone since. */
export function nightsBefore(result: RunResult = nightlyResult()): HistoryLine[] {
  return Array.from({ length: 10 }, (_, index) => {
    const start = SAMPLE_START - (10 - index) * 86_400_000
    const startedAt = new Date(start).toISOString()
    const cases: CaseResult[] = result.cases.map(one => ({ ...one, verdict: earlierVerdict(one, index) }))
    cases.push(sampleCase({ id: 'RP-OLD-009', verdict: 'passed', name: 'a case that was deleted' }))
    const earlier = {
      ...result,
      id: `${startedAt.slice(0, 19).replaceAll(':', '-')}Z`,
      startedAt,
      cases,
      versions: { ...result.versions, mariadb: '10.11.13' },
      problems: [],
    }
    return historyLine({ ...earlier, exitCode: exitCodeOf(earlier) })
  })
}

function earlierVerdict(one: CaseResult, night: number): Verdict {
  if (one.id === 'PG-TYP-001' && one.cell?.includes('numeric')) return night >= 6 ? 'failed' : 'passed'
  if (one.id === 'RP-SEED-002') return night >= 8 ? 'failed' : 'passed'
  if (one.id === 'RP-CAP-004') return 'passed'
  if (one.verdict === 'known failure' || one.verdict === 'unexpected pass') return 'known failure'
  return 'passed'
}

function typeCases(): CaseResult[] {
  const types = ['int8', 'numeric(38,10)', 'text', 'timestamptz', 'bytea', 'jsonb']
  return types.map((type, index) => {
    const failed = type.startsWith('numeric')
    const select = `select id, value from t_${index} where value = $1`
    const difference = {
      path: 'rows.0.value',
      message: 'expected "1.10", got "1.1000000000"',
      expected: '1.10',
      actual: '1.1000000000',
    }
    const steps = [
      sampleStep({
        name: `create a table with a column of ${type}`,
        line: 9,
        on: ['postgres.pair source (127.0.0.2:41001)'],
        sql: [
          {
            endpoint: 'source',
            text: `create table t_${index} (id int primary key, value ${type})`,
            duration: 4.2,
            affected: 0,
          },
        ],
      }),
      sampleStep({
        name: 'the value comes back as it was written',
        line: 11,
        startedAt: SAMPLE_START + 40,
        duration: 7.5,
        state: failed ? 'failed' : 'passed',
        on: ['postgres.pair source (127.0.0.2:41001)'],
        input: { sql: select, parameters: ['1.10'] },
        expected: { rows: [{ value: '1.10' }] },
        result: { rows: [{ id: '1', value: '1.1000000000' }] },
        differences: failed ? [difference] : [],
        sql: [
          {
            endpoint: 'source (127.0.0.2:41001)',
            text: select,
            parameters: ['1.10'],
            duration: 1.9,
            rowCount: 1,
            columns: ['id', 'value'],
            rows: [['1', '1.1000000000']],
          },
        ],
      }),
    ]
    const error = {
      code: 'ASSAY_STEP_EXPECT',
      message: 'rows.0.value: expected "1.10", got "1.1000000000"',
      file: PG.file,
      line: 11,
    }
    return sampleCase({
      ...PG,
      id: 'PG-TYP-001',
      verdict: failed ? 'failed' : 'passed',
      cell: `type=${type}`,
      name: `a value of ${type} keeps every digit`,
      owner: 'types',
      tags: ['tour', 'types'],
      line: 7,
      duration: 60,
      attempts: [
        sampleAttempt(failed ? 'failed' : 'passed', { duration: 60, steps, error: failed ? error : undefined }),
      ],
      excerpt: {
        file: PG.file,
        from: 6,
        lines: [
          '',
          '  - id: PG-TYP-001',
          '    name: a value of $(type) keeps every digit',
          '    matrix: { type: [int8, "numeric(38,10)", text] }',
          '    steps:',
          '      - sql: select id, value from t where value = $1',
        ],
      },
    })
  })
}

function otherVerdicts(): CaseResult[] {
  const lost = (index: number) => {
    const host = `127.0.0.${index}:330${index}`
    const step = sampleStep({
      name: 'read the heartbeat',
      state: 'errored',
      error: LOST(host),
      on: [`replicas.${index}`],
      duration: 10_000,
    })
    return sampleCase({
      id: `RP-HB-00${index}`,
      verdict: 'errored',
      name: `the heartbeat of replica ${index} arrives`,
      duration: 10_020,
      tags: ['ha'],
      attempts: [sampleAttempt('errored', { duration: 10_020, error: LOST(host), steps: [step] })],
    })
  }
  const outOfBudget = {
    code: 'ASSAY_UNDECIDED',
    message: 'compared 4 of 16 buckets of public.account before the budget of 30 s was spent',
  }
  const readOnly = {
    code: 'ASSAY_SQL',
    message: 'The MariaDB server is running with the --read-only option',
    class: 'read_only',
    systemCode: '1290',
  }
  return [
    sampleCase({
      id: 'RP-LAG-003',
      verdict: 'limit broken',
      name: 'a replica keeps up with 400 writes a second',
      tags: ['perf'],
      limits: [
        {
          metric: 'writers.p99_ms',
          value: 61.4,
          atMost: 50,
          state: 'broken',
          line: 40,
          message: 'writers.p99_ms is 61.4, at most 50 allowed',
        },
        {
          metric: 'writers.rows_per_second',
          value: 398,
          atLeast: 300,
          state: 'holds',
          line: 41,
          message: 'writers.rows_per_second is 398, at least 300 asked for',
        },
        { metric: 'lag.max_ms', value: 812, state: 'recorded', line: 42, message: 'lag.max_ms is 812' },
      ],
      metrics: { 'writers.p99_ms': 61.4, 'writers.rows_per_second': 398, 'lag.max_ms': 812 },
    }),
    sampleCase({
      ...PG,
      id: 'PG-CMP-002',
      verdict: 'undecided',
      suite: 'postgres/compare',
      name: 'both ends hold the same rows',
      attempts: [
        sampleAttempt('undecided', {
          error: outOfBudget,
          steps: [
            sampleStep({
              name: 'compare account',
              action: 'compare.rows',
              state: 'undecided',
              error: outOfBudget,
              duration: 30_000,
            }),
          ],
        }),
      ],
    }),
    lost(1),
    lost(2),
    sampleCase({
      id: 'RP-SEED-001',
      verdict: 'blocked',
      suite: 'replication/seeded',
      name: 'seeded rows arrive',
      reason: 'the set-up of the file failed: no space left on device',
    }),
    sampleCase({
      id: 'RP-SEED-002',
      verdict: 'passed',
      suite: 'replication/seeded',
      name: '复制后的中文行保持一致 — 数据库 “金” 😀',
      tags: ['i18n'],
    }),
    sampleCase({
      id: 'RP-KN-001',
      verdict: 'known failure',
      name: 'a semi-sync timeout is reported',
      ticket: 'MDEV-31273',
      reason: 'no electable replica',
      attempts: [sampleAttempt('known failure', { error: { code: 'ASSAY_ACTION', message: 'no electable replica' } })],
    }),
    sampleCase({
      id: 'RP-KN-002',
      verdict: 'unexpected pass',
      name: 'a trigger fires on the replica',
      ticket: 'MDEV-20001',
      reason: 'passed although MDEV-20001 is known',
    }),
    sampleCase({
      id: 'RP-FL-001',
      verdict: 'flaky',
      name: 'a write on a replica is refused',
      owner: 'replication',
      attempts: [
        sampleAttempt('errored', {
          error: LOST('127.0.0.4:3306'),
          steps: [
            sampleStep({
              name: 'write on the replica',
              state: 'errored',
              error: LOST('127.0.0.4:3306'),
              duration: 10_000,
            }),
          ],
        }),
        sampleAttempt('passed', {
          startedAt: SAMPLE_START + 11_000,
          steps: [
            sampleStep({
              name: 'write on the replica',
              startedAt: SAMPLE_START + 11_000,
              expected: { class: 'read_only' },
              error: readOnly,
              note: 'failed as expected',
            }),
          ],
        }),
      ],
    }),
    sampleCase({
      id: 'RP-CAP-004',
      verdict: 'skipped',
      name: 'traffic is cut between two nodes',
      reason: 'mariadb.replication has no fault.network (real tier)',
      tier: 'real',
    }),
    sampleCase({
      id: 'RP-CAP-005',
      verdict: 'skipped',
      name: 'the clock of a node jumps',
      reason: 'mariadb.replication has no fault.network (real tier)',
      tier: 'real',
    }),
    sampleCase({
      id: 'RP-TXT-001',
      verdict: 'failed',
      name: '</script><b>hostile</b> text \u001b[31mred\u001b[0m & "quotes" ]]> \u0000\u0007',
      attempts: [
        sampleAttempt('failed', {
          error: {
            code: 'ASSAY_HTTP',
            message: '</script><script>alert(1)</script> ]]> \u001b[31mred\u001b[0m \u0000 end',
          },
          steps: [
            sampleStep({
              name: 'a log that nobody wants to read',
              action: 'log',
              texts: [{ title: 'output', text: `${'x'.repeat(400)}\n`.repeat(80) }],
            }),
            sampleStep({
              name: 'get <img src=x onerror=alert(1)>',
              action: 'http',
              state: 'failed',
              input: { url: 'javascript:alert(1)', headers: { accept: '*/*' } },
              attachments: [{ name: 'body of the answer', path: 'cases/RP-TXT-001/body #1?.html' }],
              log: ['GET / -> 200', '<b>bold?</b>'],
            }),
          ],
          evidence: [{ name: 'answer.html', path: 'cases/RP-TXT-001/answer.html', bytes: 1834 }],
        }),
      ],
    }),
  ]
}

function passedCases(): CaseResult[] {
  return ['RP-CU-002', 'RP-CU-003', 'RP-CU-004', 'RP-CU-005'].map((id, index) =>
    sampleCase({
      id,
      verdict: 'passed',
      name: `${(index + 1) * 100} rows of every common type replicate`,
      tags: ['tour', 'replication'],
      owner: 'replication',
      links: { requirement: [`REQ-RP-${index}`], doc: ['https://mariadb.com/kb/en/gtid/'] },
      attempts: [
        sampleAttempt('passed', {
          steps: [sampleStep({ name: 'insert' }), sampleStep({ name: 'read back', startedAt: SAMPLE_START + 20 })],
        }),
      ],
    }),
  )
}
