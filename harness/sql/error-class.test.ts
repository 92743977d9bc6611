import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Lease } from '../targets/lease.ts'
import type { Endpoint } from '../targets/target.ts'
import { leaseForTest } from '../targets/testing.ts'
import { connect } from './connect.ts'
import { ERROR_CLASSES, errorClass } from './error-class.ts'
import type { SqlSession } from './session.ts'

type Sample = readonly [name: string, postgres: string | undefined, mysql: string | undefined]

const SAMPLES: readonly Sample[] = [
  ['unique_violation', 'insert into p values (1)', 'insert into p values (1)'],
  ['foreign_key_violation', 'insert into c values (9)', 'insert into c values (9)'],
  ['foreign_key_violation', 'delete from p', 'delete from p'],
  ['not_null_violation', 'insert into n values (null, 1)', 'insert into n values (null, 1)'],
  ['not_null_violation', undefined, 'insert into n (k) values (1)'],
  ['check_violation', 'insert into n values (1, -1)', 'insert into n values (1, -1)'],
  ['syntax_error', 'selec 1', 'selec 1'],
  ['undefined_table', 'select * from nix', 'select * from nix'],
  ['undefined_table', 'drop table nix', 'drop table nix'],
  ['undefined_column', 'select nix from p', 'select nix from p'],
  ['undefined_function', 'select nix(1)', 'select nix(1)'],
  ['undefined_object', 'set nix = 1', 'set @@nix = 1'],
  ['duplicate_table', 'create table p (a int)', 'create table p (a int)'],
  ['duplicate_column', 'create table q (a int, a int)', 'create table q (a int, a int)'],
  ['ambiguous_column', 'select id from p join p p2 on true', 'select id from p join p p2'],
  [
    'division_by_zero',
    'select 1/0',
    "set sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO'; insert into n values (1/0, 1)",
  ],
  ['out_of_range', 'select 99999::int2', 'insert into n values (99999999999, 1)'],
  ['value_too_long', "insert into w values ('abc')", "insert into w values ('abc')"],
  ['invalid_value', "select 'x'::int", "insert into n values ('x', 1)"],
  [
    'query_canceled',
    'set statement_timeout = 20; select pg_sleep(9)',
    'set statement max_statement_time = 0.02 for select sleep(9) from p, p p2 where sleep(1)',
  ],
  ['read_only', 'begin read only; insert into p values (5)', 'start transaction read only; insert into p values (5)'],
  ['transaction_aborted', 'begin; select 1/0', undefined],
  ['raised', "do $$ begin raise exception 'no'; end $$", "signal sqlstate '45000' set message_text = 'no'"],
  ['access_denied', 'set role pg_monitor; select * from p', undefined],
  ['type_mismatch', "insert into p values (date '2020-01-01')", undefined],
]

describe.each([
  { target: 'postgres.pair', role: 'source_admin', column: 1 },
  { target: 'mariadb.replication', role: 'primary_admin', column: 2 },
] as const)('on $target', ({ target, role, column }) => {
  let lease: Lease
  let endpoint: Endpoint
  beforeAll(async () => {
    lease = await leaseForTest(target)
    endpoint = lease.endpoints[role] as Endpoint
    await using session = await connect(endpoint)
    await session.query(`
      create table p (id int primary key); insert into p values (1), (2);
      create table c (id int, foreign key (id) references p (id)); insert into c values (1);
      create table n (v int not null, k int check (k > 0)); create table w (v varchar(2));`)
  }, 60_000)
  afterAll(() => lease?.release())

  async function classOf(session: SqlSession, text: string): Promise<string | undefined> {
    return session.query(text).then(
      () => 'it succeeded',
      error => error.class,
    )
  }

  const samples = SAMPLES.flatMap(sample => {
    const text = sample[column]
    return text === undefined ? [] : [[sample[0], text] as const]
  })
  test.each(samples)('%s: %s', async (name, text) => {
    await using session = await connect(endpoint)
    const first = await classOf(session, text)
    expect(name === 'transaction_aborted' ? await classOf(session, 'select 1') : first).toBe(name)
  })

  test('lock_timeout and deadlock', async () => {
    await using one = await connect(endpoint)
    await using two = await connect(endpoint)
    const brief = target === 'postgres.pair' ? "set lock_timeout = '50ms'" : 'set innodb_lock_wait_timeout = 1'
    await one.query('begin; update p set id = id where id = 1')
    await two.query(`${brief}; begin; update p set id = id where id = 2`)
    expect(await classOf(two, 'update p set id = id where id = 1')).toBe('lock_timeout')
    await two.query('rollback')

    const patient =
      target === 'postgres.pair'
        ? "set lock_timeout = '20s'; set deadlock_timeout = '50ms'"
        : 'set innodb_lock_wait_timeout = 20'
    await two.query(`${patient}; begin; update p set id = id where id = 2`)
    const classes = await Promise.all([
      classOf(one, 'update p set id = id where id = 2'),
      classOf(two, 'update p set id = id where id = 1'),
    ])
    expect(classes.toSorted()).toEqual(['deadlock', 'it succeeded'])
    await Promise.all([one.query('rollback'), two.query('rollback')])
  }, 10_000)
})

test('a server code belongs to one class', () => {
  for (const dialect of ['postgres', 'mysql'] as const) {
    const codes = ERROR_CLASSES.flatMap(row => (row[dialect] ?? []).map(String))
    expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([])
  }
})

test('what no row names', () => {
  expect(errorClass('postgres', { sqlState: '99999' })).toBe('other')
  expect(errorClass('mysql', { sqlState: '42000', errno: 9999 })).toBe('other')
  expect(errorClass('mysql', { sqlState: '23000', errno: 9999 })).toBe('integrity_violation')
  expect(errorClass('mysql', { code: 'ECONNRESET' })).toBe('connection_lost')
})

test('docs/sql.md shows every class', () => {
  const page = readFileSync(new URL('../../docs/sql.md', import.meta.url), 'utf8')
  expect(ERROR_CLASSES.filter(row => !page.includes(`| \`${row.name}\` |`)).map(row => row.name)).toEqual([])
})
