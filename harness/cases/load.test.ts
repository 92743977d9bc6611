import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { builtin } from '../actions/builtin.ts'
import { defineAssay } from '../assay.ts'
import { expandCase } from './expand-case.ts'
import { loadCaseFile } from './load.ts'
import { registryOf } from './registry.ts'
import { sampleActions } from './sample/actions.ts'
import { loadForTest } from './testing.ts'

const tags = Object.fromEntries(['klustron', 'ha', 'nightly', 'greenplum', 'transfer', 'perf'].map(tag => [tag, tag]))
const registry = registryOf(
  defineAssay({
    // compare.rows of the sample stands for whatever the built-in one takes by now
    systems: [
      { ...builtin, actions: builtin.actions?.filter(({ name }) => !sampleActions.some(one => one.name === name)) },
      { name: 'sample', about: 'of the sample case files', actions: sampleActions },
    ],
    targets: [],
    tags,
    owners: { 'klustron-storage': 'a', 'data-movement': 'b' },
  }),
)

function sample(name: string) {
  const text = (file: string) => readFileSync(new URL(`./sample/${file}`, import.meta.url), 'utf8')
  return loadCaseFile({
    file: name,
    text: text(name),
    registry,
    read: use => ({ file: use, text: text(use.replace('../shared/', '')) }),
  })
}

describe('the worked example of a failover', () => {
  const file = sample('failover.case.yaml')
  const [one] = file.cases

  test('has two tests, one for each signal', () => {
    expect(one && expandCase(one, file.vars).map(({ key, name }) => [key, name])).toEqual([
      ['KL-HA-001[signal=SIGKILL]', 'committed rows survive SIGKILL on a shard primary'],
      ['KL-HA-001[signal=SIGSTOP]', 'committed rows survive SIGSTOP on a shard primary'],
    ])
  })

  test('keeps what it says', () => {
    expect(file).toMatchObject({
      suite: 'klustron/failover',
      owner: 'klustron-storage',
      tags: ['klustron', 'ha', 'nightly'],
      requires: ['klustron.manager', 'shard.replicas>=3', 'fault.process'],
      timeout: 20 * 60_000,
    })
    expect(one).toMatchObject({
      links: { requirement: ['REQ-HA-3'], ticket: ['KUN-412'] },
      known: [
        { ticket: 'KUN-988', when: { signal: 'SIGSTOP', 'target.version': '<1.4' }, error: 'no electable replica' },
      ],
    })
    expect(one?.steps.map(({ action, place }) => `${place.line} ${action}`)).toEqual([
      '20 klustron.create_cluster',
      '25 klustron.add_shards',
      '30 sql',
      '41 workload.start',
      '45 fault.process',
      '54 klustron.shard_status',
      '62 workload.stop',
      '66 check.acknowledged',
      '71 compare.rows',
    ])
    expect(one?.steps[0]).toMatchObject({ save: { cluster: '.' }, timeout: 5 * 60_000 })
    expect(one?.steps[5]).toMatchObject({
      expect: { primary: { not: '$(shard.primary)' }, replicas: { count: 3, each: { state: 'online' } } },
      eventually: { within: 60_000, every: 1_000, giveUpOn: { state: 'failed' } },
      save: { shard: '.' },
    })
    expect(one?.limits).toEqual([
      {
        place: { file: 'failover.case.yaml', line: 76, column: 9 },
        metric: 'writers.p99_ms',
        outside: 'faults',
        atMost: 50,
      },
      {
        place: { file: 'failover.case.yaml', line: 77, column: 9 },
        metric: 'outage.time_to_primary_ms',
        atMost: 30_000,
        history: { worseBy: 0.25, nights: 4, against: 20, better: 'lower' },
      },
    ])
  })
})

describe('the worked example of a table transfer', () => {
  const file = sample('table-transfer.case.yaml')
  const [one] = file.cases

  test('has three tests: one cell is left out', () => {
    expect(one && expandCase(one, file.vars).map(({ key, name }) => [key, name])).toEqual([
      ['GP-XFER-004[table=orders, mode=full]', 'orders arrives whole (full)'],
      ['GP-XFER-004[table=orders, mode=incremental]', 'orders arrives whole (incremental)'],
      ['GP-XFER-004[table=wide_events, mode=full]', 'wide_events arrives whole (full)'],
    ])
  })

  test('keeps what it says', () => {
    expect(file).toMatchObject({
      requires: ['greenplum.source', 'greenplum.target'],
      uses: ['../shared/gp-tables.steps.yaml'],
      vars: { source: '$(target.greenplum.source)', dest: '$(target.greenplum.target)' },
    })
    expect(one).toMatchObject({ retry: 1, timeout: 15 * 60_000 })
    expect(one?.setup[0]).toMatchObject({ on: ['$(source)', '$(dest)'] })
    expect(one?.steps[3]?.input).toMatchObject({ chunks: 64 })
    expect(one?.steps[4]).toMatchObject({
      if: '$(table.name) == orders',
      expect: { recorded: 'gp-xfer-004.totals', order: 'any', tolerance: 0.005 },
    })
    expect(one?.limits[0]).toMatchObject({
      metric: 'copy.rows_per_second',
      atLeast: 20_000,
      history: { worseBy: 0.1, nights: 4, against: 20, better: 'higher' },
    })
    expect(one?.evidence).toMatchObject([
      { sql: 'select * from gp_stat_replication', on: '$(source)' },
      { file: 'transfer.log' },
    ])
  })
})

test('short and long forms mean the same', () => {
  const file = loadForTest(
    [
      'suite: s',
      'targets: [postgres.pair, { name: mariadb.replication, exclusive: true }]',
      'cases:',
      '  - id: A',
      '    name: a',
      '    links: { doc: d, ticket: [t1, t2] }',
      '    steps:',
      '      - log: a',
      '        eventually: 5s',
      '        save: x',
      '      - parallel:',
      '          - log: b',
      '            save: { y: text }',
      '      - wait: 1s',
      '        repeat: { times: 2 }',
    ].join('\n'),
  )
  expect(file.targets).toEqual([
    { name: 'postgres.pair', exclusive: false },
    { name: 'mariadb.replication', exclusive: true },
  ])
  const [one] = file.cases
  expect(one?.links).toEqual({ doc: ['d'], ticket: ['t1', 't2'] })
  expect(one?.steps[0]).toMatchObject({ eventually: { within: 5_000, every: 500 }, save: { x: '.' } })
  expect(one?.steps[1]?.steps).toMatchObject([
    { action: 'log', path: ['cases', 0, 'steps', 1, 'parallel', 0], save: { y: 'text' } },
  ])
  expect(one?.steps[2]?.repeat).toEqual({ times: 2, every: 0 })
  expect(one?.cells).toEqual([{}])
})

test('vars that need no target stand in names; an id stands there too', () => {
  const file = loadForTest(
    'suite: s\nvars: { a: x, t: $(target.version), b: $(a)y }\ncases:\n  - { id: A, name: "$(case.id) $(b) $(m)", matrix: { m: [1] }, steps: [log: x] }',
  )
  expect(file.cases.flatMap(one => expandCase(one, file.vars)).map(({ name }) => name)).toEqual(['A xy 1'])
})
