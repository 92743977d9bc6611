import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { secret } from '../log/secret.ts'
import { systemClock } from '../run/clock.ts'
import { connect } from '../sql/connect.ts'
import type { SqlSession } from '../sql/session.ts'
import type { Lease } from '../targets/lease.ts'
import type { Endpoint } from '../targets/target.ts'
import { leaseForTest } from '../targets/testing.ts'
import { type CompareReplicasSpec, compareReplicas } from './compare-replicas.ts'
import { describeFinding } from './diff-shapes.ts'
import { waitForPrimary } from './position.ts'
import { compareShardMasterAndStandby, storageDatabases } from './seed.ts'

// servers are slow on a busy machine
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

let lease: Lease
let primary: Endpoint
let replicas: readonly Endpoint[]
/** Sessions with every privilege: the primary's, then the replicas'. */
let admins: readonly SqlSession[]

beforeAll(async () => {
  lease = await leaseForTest('mariadb.replication', 'exclusive')
  primary = lease.endpoints.primary_admin as Endpoint
  replicas = lease.endpoints.replica_admins as readonly Endpoint[]
  admins = await Promise.all([primary, ...replicas].map(endpoint => connect({ ...endpoint, database: undefined })))
})
afterAll(async () => {
  await Promise.all((admins ?? []).map(session => session.close()))
  await lease?.release({ dirty: 'replicas were changed behind the back of their primary' })
})

const on = (index: number, text: string) => (admins[index] as SqlSession).queryAll(text)
/** Behind the primary's back. */
const behind = (replica: number, text: string) => on(replica + 1, `set sql_log_bin = 0; ${text}; set sql_log_bin = 1`)
const DB = '`t_$$_public`'

async function caughtUp(): Promise<void> {
  for (const replica of admins.slice(1)) {
    const state = await waitForPrimary(admins[0] as SqlSession, replica, { within: 30_000, clock: systemClock })
    expect(state.reached).toBe(true)
  }
}

beforeEach(async () => {
  await on(
    0,
    `create or replace database ${DB}; use ${DB};
     create table account (id int primary key, name varchar(20), amount decimal(10,2)) default charset utf8mb4;
     insert into account values (1, 'a', 1.5), (2, 'b', 2), (3, null, 3);
     create table bag (v int); insert into bag values (1), (1), (2);
     create table \`odd name\` (\`the key\` varchar(9) primary key); insert into \`odd name\` values ('x');
     create view everything as select * from account`,
  )
  await caughtUp()
})

const compare = (options: Partial<CompareReplicasSpec> = {}) =>
  compareReplicas({
    primary,
    replicas,
    databases: ['t_$$_*'],
    recheck: { times: 1, pause: 0 },
    within: 30_000,
    ...options,
  })

describe('the twelve faults of the original comparison', () => {
  test('1: nothing compared is not equal', async () => {
    expect((await compare({ databases: ['no_such_*'] })).verdict).toBe('undecided')
    expect((await compare({ replicas: [] })).verdict).toBe('undecided')
    expect(await compareShardMasterAndStandby('t', [])).toBe(0)
    expect(await compareShardMasterAndStandby('nothing', [{ shard: '1', primary, standbys: replicas }])).toBe(0)
  })

  test('2: rows in another order are equal, with and without a key, and duplicates count', async () => {
    await behind(0, `truncate ${DB}.account; insert into ${DB}.account values (3, null, 3), (1, 'a', 1.5), (2, 'b', 2)`)
    await behind(0, `truncate ${DB}.bag; insert into ${DB}.bag values (2), (1), (1)`)
    expect((await compare()).verdict).toBe('equal')
    await behind(1, `delete from ${DB}.bag where v = 1 limit 1`)
    const result = await compare()
    expect(result.verdict).toBe('different')
    expect(result.replicas.map(one => one.verdict)).toEqual(['equal', 'different'])
    expect(result.replicas[1]?.rows[0]).toMatchObject({ onlyLeft: 1, onlyRight: 0, duplicates: 1, key: [] })
  })

  test('3: a missing table is named, views are left out', async () => {
    await behind(0, `drop table ${DB}.bag; drop view ${DB}.everything; create table ${DB}.extra (a int)`)
    const [one, other] = (await compare()).replicas
    expect(one?.findings.map(describeFinding)).toEqual([
      'bag: missing table, on the left only',
      'extra: missing table, on the right only',
    ])
    expect(other?.verdict).toBe('equal')
  })

  test('4: ends are told by host and port, and a shard without standbys is not equal', async () => {
    expect(await compareShardMasterAndStandby('t', [{ shard: '1', primary, standbys: replicas }])).toBe(1)
    expect(await compareShardMasterAndStandby('t', [{ shard: '1', primary, standbys: [] }])).toBe(0)
  })

  test('5: names that need quotes', async () => {
    await behind(0, `insert into ${DB}.\`odd name\` values ('y')`)
    const [one] = (await compare()).replicas
    expect(one?.rows[0]).toMatchObject({
      onlyRight: 1,
      differences: { table: 't_$$_public.odd name', key: ['the key'] },
    })
  })

  test('6: a lag is waited for; without the wait it looks like a difference', async () => {
    await using holder = await connect({ ...(replicas[0] as Endpoint), database: undefined })
    // nothing is applied while this lock is held
    await holder.query('flush tables with read lock')
    await on(0, `insert into ${DB}.account values (4, 'late', 4)`)
    expect((await compare({ wait: false })).replicas[0]?.verdict).toBe('different')
    const result = await compare({
      progress: text => {
        if (text === 'replica_admins.0') void holder.query('unlock tables')
      },
    })
    expect(result.verdict).toBe('equal')
    expect(result.replicas[0]?.rowsCompared).toBe(8)
  })

  test('6: a replica that stays behind is undecided, and says how far it was asked to come', async () => {
    await using holder = await connect({ ...(replicas[0] as Endpoint), database: undefined })
    await holder.query('flush tables with read lock')
    await on(0, `insert into ${DB}.account values (4, 'late', 4)`)
    const [one, other] = (await compare({ within: 300 })).replicas
    expect(one?.verdict).toBe('undecided')
    expect(one?.summary).toMatch(/did not reach the primary's position \d+-\d+-\d+ within 300 ms/)
    expect(other?.verdict).toBe('equal')
  })

  test('7: tables are not held in memory: only differing rows travel', async () => {
    await on(
      0,
      `use ${DB}; create table big (id int primary key, v char(100)); insert into big select seq, repeat('x', 100) from seq_1_to_20000`,
    )
    await caughtUp()
    await behind(1, `update ${DB}.big set v = 'y' where id = 777`)
    const [one, other] = (await compare({ tables: ['big'] })).replicas
    expect(one).toMatchObject({ verdict: 'equal', rowsCompared: 20_000 })
    expect(other?.rows[0]).toMatchObject({ changed: 1, columns: [{ name: 'v', rows: 1 }] })
    expect(other?.rows[0]?.cost.rowsFetched).toBeLessThan(2_000)
  })

  test('8: schema is compared: columns, types, indexes, auto-increment, collation', async () => {
    await behind(
      0,
      `alter table ${DB}.account modify amount decimal(12,2), modify id int auto_increment, add index (name), modify name varchar(20) collate utf8mb4_bin`,
    )
    const [one] = (await compare()).replicas
    expect(one?.findings.map(({ kind, column }) => [kind, column])).toEqual([
      ['auto-increment', 'id'],
      ['collation', 'name'],
      ['type', 'amount'],
      ['index', undefined],
    ])
    expect(one?.rows).toEqual([])
  })

  test('9: a missing database is a difference, not a failure', async () => {
    await behind(0, `drop database ${DB}`)
    const [one, other] = (await compare()).replicas
    expect(one?.findings.map(describeFinding)).toEqual(['t_$$_public: missing database, on the left only'])
    expect(other?.verdict).toBe('equal')
    await behind(
      0,
      `create database ${DB}; create table ${DB}.account (a int); create table ${DB}.bag (a int); create table ${DB}.\`odd name\` (a int)`,
    )
  })

  test('10: every database of a cluster, by pattern', async () => {
    expect([storageDatabases('t'), storageDatabases('t_$$_public')]).toEqual(['t_$$_*', 't_$$_public'])
    await on(
      0,
      'create or replace database `t_$$_other`; create table `t_$$_other`.x (a int primary key); insert into `t_$$_other`.x values (1)',
    )
    await caughtUp()
    await behind(1, 'update `t_$$_other`.x set a = 2')
    try {
      const [one, other] = (await compare()).replicas
      expect(one?.databases).toEqual(['t_$$_other', 't_$$_public'])
      expect(other?.rows[0]).toMatchObject({ onlyLeft: 1, onlyRight: 1 })
      expect(await compareShardMasterAndStandby('t', [{ shard: '1', primary, standbys: replicas }])).toBe(0)
      expect(await compareShardMasterAndStandby('t_$$_public', [{ shard: '1', primary, standbys: replicas }])).toBe(1)
    } finally {
      await on(0, 'drop database `t_$$_other`')
      await caughtUp()
    }
  })

  test('11: the answer names replica, table, key, column, both values', async () => {
    await behind(1, `update ${DB}.account set name = 'B' where id = 2`)
    const result = await compare()
    expect(result).toMatchObject({ verdict: 'different', differing: 1 })
    expect(result.replicas[1]?.replica).toBe('replica_admins.1')
    expect(result.replicas[1]?.rows[0]?.differences).toMatchObject({
      table: 't_$$_public.account',
      columns: ['id', 'name', 'amount'],
      examples: [{ kind: 'changed', left: ['2', 'b', '2.00'], right: ['2', 'B', '2.00'], differing: [1] }],
    })
    let told = ''
    const answer = await compareShardMasterAndStandby('t', [{ shard: '7', primary, standbys: replicas }], {
      report: (shard, found) => {
        told = `${shard}: ${found.verdict}`
      },
    })
    expect([answer, told]).toEqual([0, '7: different'])
  })

  test('12: values are compared by what they are: NULL, empty, floats, bytes, JSON', async () => {
    await on(
      0,
      `use ${DB}; create table v (id int primary key, s varchar(9), f double, b varbinary(9), j json);
       insert into v values (1, null, 0.1, 0x00ff, '{"a": 1}'), (2, '', 1e300, '', '[]'), (3, 'NULL', -5e-324, null, 'null')`,
    )
    await caughtUp()
    expect((await compare({ tables: ['v'] })).verdict).toBe('equal')
    await behind(
      0,
      `update ${DB}.v set s = '' where id = 1; update ${DB}.v set f = 1.0000000000000002e300 where id = 2; update ${DB}.v set b = '' where id = 3`,
    )
    const [one] = (await compare({ tables: ['v'] })).replicas
    expect(one?.rows[0]).toMatchObject({ changed: 3 })
    expect(one?.rows[0]?.columns.map(column => column.name)).toEqual(['s', 'f', 'b'])
  })
})

test('a table that cannot be read on a replica is undecided, and hides no difference in another', async () => {
  await behind(
    0,
    `create or replace user halfblind@'%' identified by 'sees-little'; grant select on ${DB}.account to halfblind@'%';
     grant insert on ${DB}.bag to halfblind@'%'; grant slave monitor on *.* to halfblind@'%'`,
  )
  const halfblind: Endpoint = { ...(replicas[0] as Endpoint), user: 'halfblind', password: secret('sees-little') }
  const options = {
    replicas: [halfblind],
    tables: ['account', 'bag'],
    ignore: ['missing column', 'index', 'primary key'] as const,
  }
  const open = await compare(options)
  expect(open).toMatchObject({
    verdict: 'undecided',
    replicas: [{ tables: 1, failed: [{ table: 't_$$_public.bag' }] }],
  })
  expect(open.summary).toContain('undecided')
  await behind(0, `update ${DB}.account set name = 'z' where id = 1`)
  expect(await compare(options)).toMatchObject({ verdict: 'different', differing: 1, replicas: [{ failed: [{}] }] })
  await behind(0, "drop user halfblind@'%'")
})

test('a stopped SQL thread is undecided at once, with what it says', async () => {
  await on(1, 'stop slave sql_thread')
  try {
    await on(0, `insert into ${DB}.account values (5, 'x', 5)`)
    const started = performance.now()
    const result = await compare({ within: 30_000 })
    expect(performance.now() - started).toBeLessThan(20_000)
    expect(result.verdict).toBe('undecided')
    expect(result.replicas[0]?.summary).toContain('replication has stopped: Slave_SQL_Running is No')
    expect(result.replicas[1]?.verdict).toBe('equal')
  } finally {
    await on(1, 'start slave sql_thread')
  }
})

test('a replica that is down is undecided, the other is compared', async () => {
  await lease.fault('stop', 'replicas.1')
  try {
    const [one, other] = (await compare()).replicas
    expect(one?.verdict).toBe('equal')
    expect(other?.verdict).toBe('undecided')
    expect(other?.summary).toContain('ECONNREFUSED')
  } finally {
    await lease.fault('start', 'replicas.1')
  }
})
