import type { CaseResult, StepResult } from '../model.ts'
import { SAMPLE_START, sampleAttempt, sampleCase, sampleStep } from './build.ts'

const FILE = 'cases/replication/catch-up.case.yaml'
const PRIMARY = 'mariadb.replication primary (127.0.0.3:3306)'
const REPLICA = 'mariadb.replication replicas.0 (127.0.0.4:3306)'
const ERROR = {
  code: 'ASSAY_STEP_NOT_YET',
  message: 'differing was still 3 after 17 tries in 30 s, 0 was expected',
  file: FILE,
  line: 34,
  column: 19,
  frame: [
    '  32 |       - name: primary and replica hold the same rows',
    '  33 |         compare.rows: { left: primary, right: replicas.0, table: account, key: id }',
    '> 34 |         expect: { differing: 0 }',
    '     |                   ^ 3, expected 0',
    '  35 |         eventually: { within: 30s, every: 2s }',
  ].join('\n'),
  hint: 'Look at the rows below; the replica may have been restarted without its relay log.',
  stack:
    'ActionError: differing was still 3\n    at judge (harness/run/expect.ts:40:11)\n    at runStep (harness/run/step.ts:88:5)',
}

/** A failed case with all that a case page can show. */
export function killedReplica(): CaseResult {
  return sampleCase({
    id: 'RP-CU-001',
    cell: 'signal=SIGKILL',
    verdict: 'failed',
    name: 'a replica killed by SIGKILL catches up',
    about: 'A replica that dies in the middle of a stream of writes has every committed row once it is back.',
    owner: 'replication',
    tags: ['tour', 'ha', 'nightly'],
    links: { requirement: ['REQ-HA-3'], ticket: ['https://tickets.example.org/KUN-412'] },
    line: 14,
    duration: 34_620,
    attempts: [
      sampleAttempt('errored', {
        duration: 2100,
        error: {
          code: 'ASSAY_TARGET_UNAVAILABLE',
          message: 'mariadb.replication could not be leased: replicas.1 did not answer in 2 s',
        },
        steps: steps(0)
          .slice(0, 2)
          .map((step, index) => (index === 1 ? { ...step, state: 'errored' as const, differences: [] } : step)),
      }),
      sampleAttempt('failed', {
        startedAt: SAMPLE_START + 2200,
        duration: 32_420,
        error: ERROR,
        alsoFailed: [
          {
            code: 'ASSAY_CHECK',
            message: 'server.alive: replicas.0 ended with signal 9 at 01:00:04 and no step brought it back',
          },
        ],
        steps: steps(2200),
        serverLog: serverLog(),
        evidence: [
          { name: 'replicas.0 error log', path: 'cases/RP-CU-001[signal=SIGKILL]/replicas.0.err', bytes: 48_213 },
          { name: 'show all slaves status', path: 'cases/RP-CU-001[signal=SIGKILL]/slaves.txt', bytes: 2210 },
        ],
      }),
    ],
    limits: [
      {
        metric: 'outage.ms',
        value: 2140,
        atMost: 5000,
        state: 'holds',
        line: 44,
        message: 'outage.ms is 2140, at most 5000 allowed',
      },
    ],
    metrics: { 'outage.ms': 2140 },
    excerpt: {
      file: FILE,
      from: 14,
      lines: [
        '  - id: RP-CU-001',
        '    name: a replica killed by $(signal) catches up',
        '    matrix: { signal: [SIGKILL] }',
        '    setup:',
        '      - sql: create table account (id bigint primary key, holder text, cents bigint)',
        '        on: primary',
        '    steps:',
        '      - name: write and take the replica away at once',
        '        parallel:',
        '          - name: write 2,000 rows',
        '            sql: insert into account select seq, concat("holder ", seq), seq * 7 from seq_1_to_2000',
        '            on: primary',
        '          - name: kill it',
        '            fault.process: { endpoint: replicas.0, kind: kill }',
        '      - name: bring it back',
        '        fault.process: { endpoint: replicas.0, kind: start }',
        '        save: outage',
        '',
        '      - name: primary and replica hold the same rows',
        '        compare.rows: { left: primary, right: replicas.0, table: account, key: id }',
        '        expect: { differing: 0 }',
        '        eventually: { within: 30s, every: 2s }',
        '    teardown:',
        '      - sql: drop table account',
      ],
    },
  })
}

function steps(offset: number): StepResult[] {
  const at = (ms: number) => SAMPLE_START + offset + ms
  return [
    sampleStep({
      phase: 'setup',
      name: 'create table account',
      line: 18,
      startedAt: at(0),
      duration: 34,
      on: [PRIMARY],
      input: 'create table account (id bigint primary key, holder text, cents bigint)',
      sql: [
        {
          endpoint: PRIMARY,
          text: 'create table account (\n  id     bigint primary key,\n  holder text,\n  cents  bigint\n)',
          duration: 31.2,
          affected: 0,
        },
      ],
    }),
    sampleStep({
      name: 'write and take the replica away at once',
      action: 'parallel',
      line: 21,
      startedAt: at(40),
      duration: 410,
      steps: [
        sampleStep({
          name: 'write 2,000 rows',
          line: 23,
          startedAt: at(41),
          duration: 405,
          on: [PRIMARY],
          result: { affected: 2000 },
          expected: { affected: 2000 },
          sql: [
            {
              endpoint: PRIMARY,
              text: "insert into account select seq, concat('holder ', seq), seq * 7 from seq_1_to_2000",
              duration: 402.8,
              affected: 2000,
            },
          ],
          log: ['session main of primary opened', '2000 rows in one statement'],
        }),
        sampleStep({
          name: 'kill it',
          action: 'fault.process',
          line: 26,
          startedAt: at(120),
          duration: 22,
          on: [REPLICA],
          input: { endpoint: 'replicas.0', kind: 'kill' },
        }),
      ],
    }),
    sampleStep({
      name: 'bring it back',
      action: 'fault.process',
      line: 28,
      startedAt: at(460),
      duration: 2140,
      on: [REPLICA],
      input: { endpoint: 'replicas.0', kind: 'start' },
      result: { pid: 40211, ms: 2140 },
      note: 'saved as outage',
    }),
    sampleStep({
      name: 'primary and replica hold the same rows',
      action: 'compare.rows',
      state: 'failed',
      line: 34,
      startedAt: at(2610),
      duration: 29_700,
      on: [PRIMARY, REPLICA],
      tries: 17,
      input: { left: 'primary', right: 'replicas.0', table: 'account', key: 'id' },
      expected: { differing: 0 },
      result: { compared: 2000, differing: 3, only_left: 1, only_right: 0 },
      differences: [{ path: 'differing', message: 'expected 0, got 3', expected: 0, actual: 3 }],
      sql: [
        {
          endpoint: REPLICA,
          text: "select bucket, count(*) as n, sum(h) as digest\nfrom (select id mod 16 as bucket, conv(left(md5(concat_ws('|', id, holder, cents)), 15), 16, 10) as h from account) s\ngroup by bucket",
          duration: 11.4,
          rowCount: 16,
          columns: ['bucket', 'n', 'digest'],
          rows: [
            ['0', '125', '72057594037927936113'],
            ['1', '125', '70918341112940021985'],
            ['2', '124', null],
          ],
        },
        {
          endpoint: REPLICA,
          text: 'select relay_log_file from nowhere',
          duration: 0.8,
          error: "Table 'assay.nowhere' doesn't exist",
        },
      ],
      rows: [
        {
          table: 'account',
          left: 'primary',
          right: 'replicas.0',
          columns: ['id', 'holder', 'cents'],
          key: ['id'],
          totals: { compared: 2000, changed: 2, onlyLeft: 1, onlyRight: 0 },
          examples: [
            {
              kind: 'changed',
              left: ['1041', 'holder 1041', '7287'],
              right: ['1041', 'holder 1041', '7280'],
              differing: [2],
            },
            { kind: 'changed', left: ['1042', '持有人 1042', '7294'], right: ['1042', null, '0'], differing: [1, 2] },
            { kind: 'only left', left: ['2000', 'holder 2000', '14000'], differing: [] },
          ],
        },
      ],
      texts: [
        {
          title: 'last answer of SHOW REPLICA STATUS',
          text: "Slave_IO_Running: Yes\nSlave_SQL_Running: No\nLast_SQL_Errno: 1062\nLast_SQL_Error: Duplicate entry '1041' for key 'PRIMARY'",
        },
      ],
      attachments: [{ name: 'differing keys', path: 'cases/RP-CU-001[signal=SIGKILL]/differing.csv' }],
      log: ['try 1: differing 2000', 'try 2: differing 811', 'try 17: differing 3'],
      error: ERROR,
    }),
    sampleStep({
      name: 'the account balance is whole',
      state: 'not run',
      line: 36,
      startedAt: at(32_310),
      duration: 0,
    }),
    sampleStep({
      phase: 'teardown',
      name: 'drop table account',
      line: 37,
      startedAt: at(32_330),
      duration: 41,
      on: [PRIMARY],
      sql: [{ endpoint: PRIMARY, text: 'drop table account', duration: 38, affected: 0 }],
    }),
  ]
}

function serverLog() {
  const at = SAMPLE_START + 5000
  return [
    {
      server: 'replicas.0',
      at,
      text: "[Note] Slave SQL thread initialized, starting replication in log 'primary-bin.000002' at position 4",
    },
    {
      server: 'replicas.0',
      at: at + 120,
      text: "[ERROR] Slave SQL: Error executing row event: 'Duplicate entry '1041' for key 'PRIMARY'', Gtid 0-1-1041, Internal MariaDB error code: 1062",
    },
    { server: 'primary', at: at + 300, text: "[Note] Aborted connection 14 to db: 'assay' user: 'repl'" },
    { server: 'replicas.0', text: "[Note] Slave SQL thread exiting, replication stopped in log 'primary-bin.000002'" },
  ]
}
