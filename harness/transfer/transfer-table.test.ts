import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { connect } from '../sql/connect.ts'
import type { SqlSession } from '../sql/session.ts'
import type { Endpoint } from '../targets/target.ts'
import type { TransferSpec } from './model.ts'
import { openTestPair, type TestPair } from './testing.ts'
import { planTransfer, transferTable } from './transfer-table.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

let pair: TestPair
let ends: TestPair['ends']
let source: SqlSession
let destination: SqlSession

beforeAll(async () => {
  pair = await openTestPair()
  ;({ ends, source, destination } = pair)
  await source.query(
    `create table t (id int primary key, at timestamp, name text, amount numeric(10,2));
     insert into t select i, timestamp '2026-11-01' + i * interval '1 minute', 'row ' || i, i / 7.0 from generate_series(1, 3000) i;
     create table empty (id int primary key, at timestamp, name text, amount numeric(10,2))`,
  )
})

afterAll(() => pair?.[Symbol.asyncDispose]())

beforeEach(async () => {
  await destination.query(
    'drop table if exists t; create table t (id int primary key, at timestamp, name text, amount numeric(10,2))',
  )
})

const move = (spec: Partial<TransferSpec> = {}) => transferTable({ ...ends, table: { name: 't' }, ...spec })
const content = async (session: SqlSession, where = 'true') =>
  (await session.query(`select count(*)::int, sum(hash_record_extended(t, 0))::text from t where ${where}`)).values[0]
const november2 = {
  where: "at >= '2026-11-02' and at < '2026-11-03'",
  window: { column: 'at', nulls: 'refuse' },
} as const

test('a table moves whole, and its four counts agree', async () => {
  const moved = await move()
  expect(moved).toMatchObject({
    table: 'public.t',
    mode: 'replace',
    format: 'binary',
    rows: { exported: 3000, transferred: 3000, loaded: 3000, verified: 3000 },
    deleted: 0,
    streams: 1,
  })
  expect(moved.digest?.value).toMatch(/^-?\d+$/)
  expect(await content(destination)).toEqual(await content(source))
})

describe('modes', () => {
  test('replace puts a window in place of what was there, as often as it is run', async () => {
    await destination.query(
      "insert into t values (1, '2026-11-02 05:00', 'stale', 0), (9001, '2026-11-03 00:00', 'after the window', 0)",
    )
    for (const deleted of [1, 1440]) {
      expect(await move({ slice: november2 })).toMatchObject({ deleted, rows: { verified: 1440 } })
      expect(await content(destination, november2.where)).toEqual(await content(source, november2.where))
      expect((await destination.query('select count(*)::int from t')).values).toEqual([[1441]])
    }
  })

  test('append keeps what is there, and verifies only what came', async () => {
    await destination.query("insert into t values (9001, '2026-11-02 05:00', 'own', 0)")
    expect(await move({ slice: november2, mode: 'append' })).toMatchObject({ rows: { verified: 1440 } })
    expect((await destination.query('select count(*)::int from t')).values).toEqual([[1441]])
  })

  test('append refuses a row that is there, and leaves nothing', async () => {
    await destination.query("insert into t values (2000, null, 'own', 0)")
    await expect(move({ mode: 'append' })).rejects.toMatchObject({ class: 'unique_violation' })
    expect((await destination.query('select name from t')).values).toEqual([['own']])
  })

  test('truncate empties the destination also when the source is empty', async () => {
    await destination.query("insert into t values (9001, null, 'stale', 0)")
    const moved = await move({ table: { name: 'empty' }, into: { name: 't' }, mode: 'truncate' })
    expect(moved.rows).toEqual({ exported: 0, transferred: 0, loaded: 0, verified: 0 })
    expect((await destination.query('select count(*)::int from t')).values).toEqual([[0]])
  })

  test('merge replaces the rows whose key comes', async () => {
    await destination.query("insert into t values (1, null, 'stale', 0), (9001, null, 'own', 0)")
    expect(await move({ mode: 'merge' })).toMatchObject({ deleted: 1, rows: { verified: 3000 } })
    expect(await content(destination, 'id < 9001')).toEqual(await content(source))
    expect((await destination.query('select count(*)::int from t')).values).toEqual([[3001]])
  })

  test("merge takes NULL for equal to NULL and '' only for ''", async () => {
    const table = 'drop table if exists k; create table k (a text, b text, v int)'
    await source.query(`${table}; insert into k values (null, 'x', 1), ('', 'x', 2), ('', '', 3), (null, null, 4)`)
    await destination.query(
      `${table}; insert into k values (null, 'x', 10), ('', '', 30), (null, '', 99), (null, null, 40)`,
    )
    const merge = { table: { name: 'k' }, mode: 'merge', key: ['a', 'b'] } as const
    for (const deleted of [3, 4]) expect(await move(merge)).toMatchObject({ deleted })
    expect((await destination.query('select v from k order by v')).values).toEqual([[1], [2], [3], [4], [99]])
    await source.query("insert into k values (null, 'x', 7)")
    await expect(move(merge)).rejects.toMatchObject({ code: 'ASSAY_TRANSFER_KEY' })
  })
})

describe.each([
  { format: 'binary', via: 'multiplex' },
  { format: 'text', via: 'multiplex' },
  { format: 'auto', via: 'staging' },
] as const)('three streams, $format, via $via', options => {
  test.each(['replace', 'append', 'truncate', 'merge'] as const)('mode %s', async mode => {
    const moved = await move({ ...options, streams: 3, mode })
    expect(moved).toMatchObject({ streams: 3, split: 'ctid', rows: { exported: 3000, verified: 3000 } })
    expect(await content(destination)).toEqual(await content(source))
    expect(
      (await destination.query("select count(*)::int from pg_class where relname like 'assay_stage%'")).values,
    ).toEqual([[0]])
  })

  test('a window goes by key ranges', async () => {
    const moved = await move({ ...options, streams: 3, slice: november2 })
    expect(moved).toMatchObject({ streams: 3, split: 'key "id"', rows: { verified: 1440 } })
    expect(await content(destination)).toEqual(await content(source, november2.where))
  })

  test('one row that the destination refuses leaves nothing', async () => {
    await destination.query('alter table t add check (id <> 2900)')
    await expect(move({ ...options, streams: 3 })).rejects.toMatchObject({ class: 'check_violation' })
    expect((await destination.query('select count(*)::int from t')).values).toEqual([[0]])
    expect(
      (await destination.query("select count(*)::int from pg_class where relname like 'assay_stage%'")).values,
    ).toEqual([[0]])
  })
})

test('a partitioned table moves leaf by leaf into another layout', async () => {
  await source.query(`create table p (id int, at timestamp) partition by range (at);
    create table p1 partition of p for values from ('2026-01-01') to ('2026-02-01');
    create table p2 (at timestamp, id int); alter table p attach partition p2 for values from ('2026-02-01') to ('2026-03-01');
    create table p3 partition of p default;
    insert into p select i, timestamp '2026-01-01' + i * interval '1 hour' from generate_series(0, 2000) i`)
  await destination.query(`create table p (at timestamp, id int) partition by hash (id);
    create table p1 partition of p for values with (modulus 2, remainder 0);
    create table p2 partition of p for values with (modulus 2, remainder 1);
    insert into p values ('2026-01-01', -1)`)
  expect(await move({ table: { name: 'p' }, streams: 2, mode: 'append' })).toMatchObject({
    split: 'ctid',
    rows: { verified: 2001 },
  })
  expect((await destination.query('select count(*)::int from p')).values).toEqual([[2002]])
})

test('indexes of an empty table are built after the load, exactly as they were', async () => {
  await source.query(
    "create table w as select i as id, 'n' || i as name, i % 10 as kind from generate_series(1, 20000) i; analyze w",
  )
  await destination.query(`create table w (id int, name text, kind int, constraint "the key" primary key (id) include (kind), unique (name) deferrable);
    create index "by kind" on w (kind desc, lower(name)); create index partial on w (kind) where kind > 3;
    comment on index partial is 'stays'; create table refers (w int references w)`)
  const definitions = `select pg_get_indexdef(indexrelid) from pg_index where indrelid = 'w'::regclass order by 1`
  const before = (await destination.query(definitions)).values
  await move({ table: { name: 'w' } })
  expect((await destination.query(definitions)).values).toEqual(before)
  expect(before).toHaveLength(4)
  expect(
    (
      await destination.query(
        "select condeferrable from pg_constraint where contype = 'u' and conrelid = 'w'::regclass",
      )
    ).values,
  ).toEqual([[true]])
})

test('identity columns keep their values, sequences go on behind them, generated columns are made anew', async () => {
  await source.query(
    'create table g (id int generated always as identity, n int); insert into g (n) select generate_series(1, 50)',
  )
  await destination.query(
    'create table g (twice int generated always as (n * 2) stored, n int, id int generated always as identity, note text default $$new$$)',
  )
  await move({ table: { name: 'g' }, mode: 'append' })
  await destination.query('insert into g (n) values (99)')
  expect((await destination.query('select id, n, twice, note from g order by id desc limit 2')).values).toEqual([
    [51, 99, 198, 'new'],
    [50, 50, 100, 'new'],
  ])
})

describe('what is refused before a byte moves', () => {
  const refuses = async (spec: Partial<TransferSpec>, expected: Record<string, unknown>) => {
    await expect(move(spec)).rejects.toMatchObject(expected)
    await expect(planTransfer({ ...ends, table: { name: 't' }, ...spec })).rejects.toMatchObject(expected)
  }

  test('a table that is missing', () => refuses({ table: { name: 'nowhere' } }, { code: 'ASSAY_TRANSFER_TABLE' }))

  test('columns that have no place', async () => {
    await destination.query('alter table t drop column name; alter table t add column must int not null')
    await refuses(
      {},
      {
        code: 'ASSAY_TRANSFER_COLUMNS',
        message: /"must" of the destination is NOT NULL.*|"name" is on the source only/,
      },
    )
  })

  test('binary between types that differ; auto converts them', async () => {
    await destination.query('alter table t alter id type bigint')
    await refuses(
      { format: 'binary' },
      { code: 'ASSAY_TRANSFER_COLUMNS', message: /"id" is integer on the source and bigint/ },
    )
    expect(await move()).toMatchObject({ format: 'text', rows: { verified: 3000 } })
  })

  test('a window column of the wrong type, or with NULLs', async () => {
    const window = (column: string) => ({ where: 'true', window: { column, nulls: 'refuse' as const } })
    await refuses({ slice: window('name') }, { code: 'ASSAY_TRANSFER_WINDOW' })
    await refuses({ slice: window('none') }, { code: 'ASSAY_TRANSFER_WINDOW' })
    await source.query('insert into t values (0, null, null, null)')
    try {
      await refuses({ slice: window('at') }, { code: 'ASSAY_TRANSFER_WINDOW_NULL', message: /^1 rows/ })
    } finally {
      await source.query('delete from t where id = 0')
    }
  })

  test('a right that is missing', async () => {
    const admin = await connect(pair.lease.endpoints.destination_admin as Endpoint)
    await admin.query("create role reader login password 'reads'; grant select on t to reader")
    const { Secret } = await import('../log/secret.ts')
    const destination = { ...ends.destination, user: 'reader', password: new Secret('reads') }
    try {
      await refuses({ destination }, { code: 'ASSAY_TRANSFER_RIGHTS', message: /reader may not INSERT, DELETE/ })
    } finally {
      await admin.query('drop owned by reader; drop role reader')
      await admin.close()
    }
  })

  test('options that contradict each other', async () => {
    await refuses({ mode: 'truncate', slice: november2 }, { code: 'ASSAY_TRANSFER_OPTION' })
    await refuses({ streams: 0 }, { code: 'ASSAY_TRANSFER_OPTION' })
    await refuses({ mode: 'merge', key: ['nothing'] }, { code: 'ASSAY_TRANSFER_KEY' })
  })
})

test('a trigger that changes what arrives is found by the digest, not by counts', async () => {
  await destination.query(`create or replace function spoil() returns trigger language plpgsql as
    'begin new.name := case when new.id = 1234 then ''spoilt'' else new.name end; return new; end';
    create trigger spoil before insert on t for each row execute function spoil()`)
  await expect(move()).rejects.toMatchObject({ code: 'ASSAY_TRANSFER_DIFFERENT', message: /not the same content/ })
  expect((await destination.query('select count(*)::int from t')).values).toEqual([[0]])
  expect(await move({ verify: 'count' })).toMatchObject({ rows: { verified: 3000 }, digest: null })
})
