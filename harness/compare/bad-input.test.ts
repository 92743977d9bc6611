import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { connect } from '../sql/connect.ts'
import type { SqlSession } from '../sql/session.ts'
import type { Endpoint } from '../targets/target.ts'
import { compareRows } from './compare-rows.ts'
import { compareSchema } from './compare-schema.ts'
import { compareTables } from './compare-tables.ts'
import { many, tableOf } from './scenarios/many.ts'
import { ENDS } from './scenarios/scenario.ts'
import { Stage } from './scenarios/stage.ts'

// servers are slow on a busy machine
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage?.[Symbol.asyncDispose]())

describe.each(ENDS)('%s', ends => {
  test('a table that is missing is named, and the question stays open', async () => {
    await using scenery = await stage.set(many(3), ends)
    const compared = scenery.compare({ right: { ...scenery.spec.right, table: { name: 'nowhere' } } })
    await expect(compared).rejects.toMatchObject({
      code: 'ASSAY_UNDECIDED',
      message: expect.stringMatching(/ \(right\) has no table nowhere in database /),
    })
  })

  test('a key that is no column', async () => {
    await using scenery = await stage.set(many(3), ends)
    await expect(scenery.compare({ key: ['nope'] })).rejects.toMatchObject({
      code: 'ASSAY_UNDECIDED',
      message: '"nope" of the key is not a column of both sides',
    })
  })

  test('a condition that is no SQL', async () => {
    await using scenery = await stage.set(many(3), ends)
    await expect(scenery.compare({ left: { ...scenery.spec.left, where: 'id <' } })).rejects.toMatchObject({
      code: 'ASSAY_UNDECIDED',
      class: 'syntax_error',
    })
  })

  test('a connection that breaks half-way', async () => {
    await using scenery = await stage.set(many(3), ends)
    const slow = ends === 'mysql' ? 'sleep(60) = 0' : 'pg_sleep(60) is not null'
    const compared = compareRows({ ...scenery.spec, left: { ...scenery.spec.left, where: slow } })
    const settled = compared.then(
      () => new Error('it succeeded'),
      error => error,
    )
    await endSession(stage.ends(ends)[0].endpoint)
    expect(await settled).toMatchObject({ code: 'ASSAY_UNDECIDED', class: 'connection_lost' })
  })

  test('a side that fails ends what the other runs, in sessions of the caller too', async () => {
    await using scenery = await stage.set(many(3), ends)
    const [{ endpoint }, { endpoint: other }] = stage.ends(ends)
    await using left = await connect(endpoint)
    await using right = await connect(other)
    const slow = ends === 'mysql' || ends === 'across' ? 'sleep(60) = 0' : 'pg_sleep(60) is not null'
    // row 2 cannot be read, which shows when it is
    const failing = ends === 'mysql' ? '(select seq from seq_1_to_2 where seq <= id) = 1' : '1 / (id - 2) is not null'
    const comparing = scenery.compare({
      left: { ...scenery.spec.left, session: left, where: failing },
      right: { ...scenery.spec.right, session: right, where: slow },
    })
    await expect(comparing).rejects.toMatchObject({ code: 'ASSAY_UNDECIDED' })
    expect((await right.query('select 1')).values).toHaveLength(1)
  })

  test('an abort ends both sides and gives its reason', async () => {
    await using scenery = await stage.set(many(3), ends)
    const slow = ends === 'mysql' ? 'sleep(60) = 0' : 'pg_sleep(60) is not null'
    const stop = new AbortController()
    const reason = new Error('enough')
    const compared = compareRows({ ...scenery.spec, left: { ...scenery.spec.left, where: slow }, signal: stop.signal })
    const settled = compared.catch(error => error)
    await running(stage.ends(ends)[0].endpoint)
    stop.abort(reason)
    expect(await settled).toBe(reason)
    await expect.poll(() => sessions(stage.ends(ends)[0].session), { timeout: 30_000, interval: 20 }).toBe(0)
  })

  test('a table changed by DDL meanwhile is undecided', async () => {
    await using scenery = await stage.set(many(300), ends)
    const [, right] = stage.ends(ends)
    const table = tableOf(scenery.spec, 'right')
    await right.session.query(`update ${table} set w = 0 where id = 7`)
    const clock = {
      async sleep() {
        await right.session.query(`alter table ${table} add column x int; update ${table} set w = 7 where id = 7`)
      },
    }
    const result = await scenery.compare({ recheck: { times: 1, pause: 1 }, clock })
    expect(result).toMatchObject({ verdict: 'undecided', settled: 1 })
    expect(result.reason).toContain('were changed during the comparison')
  })
})

test('an account without the right to read', async () => {
  await using scenery = await stage.set(many(3), 'postgres')
  const [left] = stage.ends('postgres')
  // an owner can take the right from itself
  await left.session.query(`revoke all on ${tableOf(scenery.spec, 'left')} from current_user`)
  await expect(scenery.compare()).rejects.toMatchObject({ code: 'ASSAY_UNDECIDED', class: 'access_denied' })
})

test('an account without the right to read, MariaDB', async () => {
  await using scenery = await stage.set(many(3), 'mysql')
  await using account = await stage.accountThatMay(`insert on ${tableOf(scenery.spec, 'right')}`)
  const right = { ...scenery.spec.right, endpoint: account.endpoint }
  await expect(scenery.compare({ right })).rejects.toMatchObject({ code: 'ASSAY_UNDECIDED', class: 'access_denied' })
})

test('an account that may read some columns only: they are not called missing', async () => {
  await using scenery = await stage.set(many(3), 'mysql')
  const name = tableOf(scenery.spec, 'right')
  await using account = await stage.accountThatMay(`select (id, v) on ${name}`)
  const right = { ...scenery.spec.right, endpoint: account.endpoint }
  const denied = {
    code: 'ASSAY_UNDECIDED',
    class: 'access_denied',
    message: expect.stringContaining('SELECT command denied'),
  }
  await expect(scenery.compare({ right })).rejects.toMatchObject(denied)
  const alone = { endpoint: scenery.spec.left.endpoint }
  const restricted = { endpoint: account.endpoint }
  expect(await compareTables({ left: alone, right: restricted, tables: [name] })).toMatchObject({
    ...{ verdict: 'undecided', schema: [], tables: [], failed: [{ table: name }] },
  })
  await expect(compareSchema({ left: alone, right: restricted, tables: [name] })).rejects.toMatchObject({
    class: 'access_denied',
  })
})

test('one of several connections that breaks half-way ends all of them', async () => {
  await using scenery = await stage.set(many(400), 'mysql')
  const slow = { where: 'sleep(id % 100 = 7) = 0' }
  const comparing = scenery.compare({
    left: { ...scenery.spec.left, ...slow },
    right: { ...scenery.spec.right, ...slow },
    rowsPerRange: 50,
    connections: 3,
  })
  const settled = comparing.then(
    () => new Error('it succeeded'),
    error => error,
  )
  const [{ endpoint }] = stage.ends('mysql')
  await using killer = await connect(endpoint)
  const text =
    "select id from information_schema.processlist where info like 'select%sleep(id %100 = 7)%' and info not like '%processlist%'".replace(
      '%100',
      '% 100',
    )
  const reading = async () => (await killer.query(text)).values.map(([id]) => id)
  await expect.poll(async () => (await reading()).length, { timeout: 30_000, interval: 10 }).toBeGreaterThan(3)
  // not the first of them, which opened the others
  await killer.query(`kill ${Math.max(...(await reading()).map(Number))}`)
  expect(await settled).toMatchObject({ code: 'ASSAY_UNDECIDED', class: 'connection_lost' })
  await expect.poll(reading, { timeout: 30_000, interval: 20 }).toEqual([])
})

test('where md5 is disabled sha256 takes its place', async () => {
  await using scenery = await stage.set(many(30, { right: "update T set v = 'x' where id = 3" }), 'postgres')
  for (const end of stage.ends('postgres')) {
    await end.session.query(`create schema if not exists fips;
      create or replace function fips.md5(bytea) returns text language plpgsql as $$ begin raise 'md5 is disabled'; end $$;
      create or replace function fips.md5(text) returns text language plpgsql as $$ begin raise 'md5 is disabled'; end $$;
      do $$ begin execute format('alter database %I set search_path = fips, pg_catalog, public', current_database()); end $$`)
  }
  try {
    const result = await scenery.compare({ methods: ['record_send md5', 'record_send sha256'] })
    expect(result).toMatchObject({ method: 'record_send sha256', changed: 1, columns: [{ name: 'v', rows: 1 }] })
    expect(await scenery.compare()).toMatchObject({ method: 'record_send 64', changed: 1 })
    expect(await scenery.compare({ methods: ['text md5', 'text sha256'] })).toMatchObject({
      method: 'text sha256',
      changed: 1,
    })
    await expect(scenery.compare({ methods: ['record_send md5'] })).rejects.toMatchObject({
      code: 'ASSAY_UNDECIDED',
      message: expect.stringContaining('record_send md5: md5 is disabled'),
    })
  } finally {
    for (const end of stage.ends('postgres')) {
      await end.session.query(
        "do $$ begin execute format('alter database %I reset search_path', current_database()); end $$; drop schema fips cascade",
      )
    }
  }
})

test('a row that outgrows max_allowed_packet leaves the question open', async () => {
  const long = many(0, {
    both: {
      postgres: 'create table T (id int primary key, a text, b text)',
      mysql: 'create table T (id int primary key, a longtext, b longtext)',
    },
    left: "insert into T values (1, repeat('a', 9000000), repeat('b', 9000000)), (2, 'a', 'b')",
    right: "insert into T values (1, repeat('a', 9000000), repeat('c', 9000000)), (2, 'a', 'b')",
  })
  await using scenery = await stage.set(long, 'mysql')
  const failing = { code: 'ASSAY_UNDECIDED', message: expect.stringMatching(/^t\w+ could not.*max_allowed_packet$/) }
  await expect(scenery.compare()).rejects.toMatchObject(failing)
  // each of them alone is short enough
  expect(await scenery.compare({ ignore: ['a'] })).toMatchObject({ changed: 1, columns: [{ name: 'b', rows: 1 }] })
})

/** Sessions of a comparison that run the slow condition. */
async function sessions(session: SqlSession): Promise<number> {
  const text =
    session.dialect === 'postgres'
      ? "select count(*) from pg_stat_activity where application_name = 'assay compare' and query like '%pg_sleep(60)%' and state = 'active' and datname = current_database()"
      : "select count(*) from information_schema.processlist where info like 'select%sleep(60) = 0%' and info not like '%processlist%'"
  return Number((await session.query(text)).values[0]?.[0])
}

async function running(endpoint: Endpoint): Promise<void> {
  await using session = await connect(endpoint)
  await expect.poll(() => sessions(session), { timeout: 30_000, interval: 20 }).toBeGreaterThan(0)
}

async function endSession(endpoint: Endpoint): Promise<void> {
  await running(endpoint)
  await using session = await connect(endpoint)
  if (session.dialect === 'postgres') {
    await session.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'assay compare' and query like '%pg_sleep(60)%' and datname = current_database()",
    )
    return
  }
  const { values } = await session.query(
    "select id from information_schema.processlist where info like 'select%sleep(60) = 0%' and info not like '%processlist%'",
  )
  for (const [id] of values) await session.query(`kill ${id}`)
}
