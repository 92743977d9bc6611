import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { connect } from '../sql/connect.ts'
import type { Lease } from '../targets/lease.ts'
import type { Endpoint } from '../targets/target.ts'
import { leaseForTest } from '../targets/testing.ts'
import { compareSchema } from './compare-schema.ts'
import { describeFinding } from './diff-shapes.ts'

// servers are slow on a busy machine
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

let postgres: Lease
let mariadb: Lease
beforeAll(async () => {
  ;[postgres, mariadb] = await Promise.all([leaseForTest('postgres.pair'), leaseForTest('mariadb.replication')])
})
afterAll(() => Promise.all([postgres?.release(), mariadb?.release()]))

const run = async (endpoint: unknown, text: string) => {
  await using session = await connect(endpoint as Endpoint)
  await session.queryAll(text)
}

const messages = async (left: unknown, right: unknown, tables?: readonly string[]) => {
  const result = await compareSchema({
    left: { endpoint: left as Endpoint },
    right: { endpoint: right as Endpoint },
    tables,
  })
  return { verdict: result.verdict, found: result.findings.map(describeFinding), compared: result.compared }
}

describe('PostgreSQL', () => {
  test('every kind of difference is named', async () => {
    const { source, destination } = postgres.endpoints
    await run(
      source,
      `create table a (id int primary key, n numeric(18,4) not null default 1, s varchar(9) collate "C", g int generated always as (id + 1) stored, gone int, k serial, unique (n, s));
       create index on a (s); create index on a (lower(s)); create table b (x int); create view v as select 1 as one; create table same (id bigserial primary key, t timestamptz default now())`,
    )
    await run(
      destination,
      `create table a (g int generated always as (id + 2) stored, id int, n numeric(18,2), s varchar(9), extra int, k int, unique (s, n));
       create index on a (upper(s)); create table c (x int); create table same (t timestamptz default now(), id bigserial primary key)`,
    )
    const { verdict, found, compared } = await messages(source, destination)
    expect(verdict).toBe('different')
    expect(compared).toEqual(['a', 'same'])
    expect(found.toSorted()).toEqual(
      [
        'b: missing table, on the left only',
        'c: missing table, on the right only',
        'a.id: nullability not null and nullable',
        'a.n: type numeric(18,4) and numeric(18,2)',
        'a.n: nullability not null and nullable',
        'a.n: default 1 and none',
        'a.s: collation C and none',
        'a.g: generated (id + 1) and (id + 2)',
        'a.gone: missing column, on the left only',
        'a.k: nullability not null and nullable',
        'a.k: auto-increment auto-increment and none',
        'a.extra: missing column, on the right only',
        'a: primary key (id) and none',
        'a: index unique (n, s) and none',
        'a: index (s) and none',
        'a: index btree (lower((s)::text)) and none',
        'a: index unique (s, n) and none',
        'a: index none and btree (upper((s)::text))',
      ]
        .map(text => (text === 'a: index unique (s, n) and none' ? 'a: index none and unique (s, n)' : text))
        .toSorted(),
    )
    expect(await messages(source, destination, ['sam*'])).toEqual({ verdict: 'equal', found: [], compared: ['same'] })
    expect((await messages(source, destination, ['nothing*'])).verdict).toBe('undecided')
  })

  test('partitions are seen through their parent', async () => {
    const { source, destination } = postgres.endpoints
    const parent = 'create table p (id int, d date) partition by range (d)'
    await run(source, `${parent}; create table p_1 partition of p for values from ('2020-01-01') to ('2021-01-01')`)
    await run(destination, parent)
    expect(await messages(source, destination, ['p*'])).toEqual({ verdict: 'equal', found: [], compared: ['p'] })
  })
})

describe('MariaDB', () => {
  test('collation, engine, auto-increment, prefixes', async () => {
    const { primary } = mariadb.endpoints
    const { database } = primary as Endpoint
    await run(
      primary,
      `create table l (id int auto_increment primary key, s varchar(20) character set utf8mb4 collate utf8mb4_bin default 'x', index (s(5))) default charset utf8mb4 collate utf8mb4_general_ci;
       create table r (id int primary key, s varchar(20) character set utf8mb4 collate utf8mb4_general_ci, index (s)) default charset utf8mb4 collate utf8mb4_unicode_ci engine = aria`,
    )
    await using session = await connect(primary as Endpoint)
    const { readEngine, readShape } = await import('./catalog.ts')
    const { diffShapes } = await import('./diff-shapes.ts')
    const engine = await readEngine(session)
    const [left, right] = await Promise.all(
      ['l', 'r'].map(name => readShape(session, engine, { schema: database, name })),
    )
    if (!left || !right) throw new Error('the tables are gone')
    expect(diffShapes('t', left, right, { sameFamily: true }).map(describeFinding)).toEqual([
      't.id: auto-increment auto-increment and none',
      "t.s: default 'x' and none",
      't.s: collation utf8mb4_bin and utf8mb4_general_ci',
      't: index s(5) and none',
      't: index none and (s)',
      't: table collation utf8mb4_general_ci and utf8mb4_unicode_ci',
      't: engine InnoDB and Aria',
    ])
  })
})

test('across engines: what both can say', async () => {
  const { source } = postgres.endpoints
  const { primary } = mariadb.endpoints
  await run(
    source,
    `create table x_same (id bigint primary key, i int, n numeric(18,4) not null, s varchar(20), t text, b bytea, d timestamp(6), f float8, flag boolean, unique (s));
     create table x_other (id int primary key, n numeric(18,4), s varchar(20), u int)`,
  )
  await run(
    primary,
    `create table x_same (id bigint(20) primary key, i int(11), n decimal(18,4) not null, s varchar(20), t longtext, b blob, d datetime(6), f double, flag tinyint(1), unique (s));
     create table x_other (id bigint primary key, n decimal(18,2) not null, s varchar(30), u int unsigned)`,
  )
  const { found } = await messages(source, primary, ['x_*'])
  expect(found).toEqual([
    'x_other.id: type integer and bigint(20)',
    'x_other.n: type numeric(18,4) and decimal(18,2)',
    'x_other.n: nullability nullable and not null',
    'x_other.s: type character varying(20) and varchar(30)',
    'x_other.u: type integer and int(10) unsigned',
  ])
})
