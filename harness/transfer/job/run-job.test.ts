import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { connect } from '../../sql/connect.ts'
import type { SqlSession } from '../../sql/session.ts'
import { startLoopbackProxy } from '../../targets/loopback-proxy.ts'
import { parseMoment } from '../moment.ts'
import { RECIPE } from '../recipe.ts'
import { openTestPair, type TestPair } from '../testing.ts'
import { cleanSchema } from './clean-schema.ts'
import { CleanStore } from './clean-store.ts'
import type { JobStore } from './model.ts'
import { type RunJobOptions, runJob } from './run-job.ts'
import { SeedStore } from './seed-store.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

const SEED_TABLES = readFileSync(new URL('../../../fixtures/greenplum/seed-tables.sql', import.meta.url), 'utf8')

let pair: TestPair
let ends: TestPair['ends']
let source: SqlSession
let destination: SqlSession
let control: SqlSession

beforeAll(async () => {
  pair = await openTestPair()
  ;({ ends, source, destination } = pair)
  control = await connect(ends.destination)
  // rows on each hour, on the boundaries of the windows too
  await source.query(
    `create table a (id int primary key, at timestamp, came timestamp);
     insert into a select i, timestamp '2026-11-01' + i * interval '1 hour', timestamp '2026-11-01' + i * interval '1 hour' from generate_series(0, 47) i;
     create table b as select * from a; create table c as select * from a`,
  )
})

afterAll(async () => {
  await control?.close()
  await pair?.[Symbol.asyncDispose]()
})

beforeEach(async () => {
  const tables = ['a', 'b', 'c'].map(name => `create table ${name} (id int primary key, at timestamp, came timestamp)`)
  await destination.query(
    `drop table if exists a, b, c; ${tables.join(';')};
     drop schema if exists assay_transfer cascade; drop schema if exists eda cascade; drop schema if exists sor cascade;
     ${cleanSchema()};
     insert into assay_transfer.job (name, window_start, step, final_end) values ('copy', '2026-11-01', '10 hours', '2026-11-02');
     insert into assay_transfer.job_table (job, table_schema, table_name, window_column) values ('copy', 'public', 'a', 'at'), ('copy', 'public', 'b', 'at');
     ${SEED_TABLES};
     insert into eda.transferstatetable (db_name, schema_nmae, table_name, start_timestamp, end_timestamp, opera_type, status, duration, final_end_timestamp, run_flg)
       values ('gp', 'copy', 'job', '2026-11-01', '2026-11-01 10:00', 'transfer', 'Y', '10', '2026-11-02', 'N');
     insert into eda.transfertable (db_name, schema_nmae, table_name, opera_type, valid_flg, duration, job_group, condition_query_column)
       values ('gp', 'public', 'a', 'transfer', 'Y', '10', 'copy', 'at'), ('gp', 'public', 'b', 'transfer', 'Y', '10', 'copy', 'at'),
              ('gp', 'public', 'c', 'transfer', 'Y', '10', 'other', 'at'), ('gp', 'public', 'c', 'transfer', 'N', '10', 'copy', 'at')`,
  )
})

const stores: [string, () => JobStore][] = [
  ['the clean schema', () => new CleanStore(control)],
  ["the seed's tables", () => new SeedStore(control)],
]
const terms = { owner: 'night@host:1', expiresAfter: 30_000 }
const run = (store: JobStore, options: Partial<RunJobOptions> = {}) =>
  runJob({ store, job: 'copy', ...ends, terms, until: parseMoment('2027-01-01'), ...options })
const rows = async (table: string) => Number((await destination.query(`select count(*) from ${table}`)).values[0]?.[0])

describe.each(stores)('%s', (_, open) => {
  test('catches up to the final end with clipped windows, and each row moves once', async () => {
    const ran = await run(open())
    expect(ran).toMatchObject({ status: 'done', windows: 3 })
    expect(ran.entries.map(({ table, window, rows }) => `${table} ${window} ${rows}`).sort()).toEqual(
      ['a', 'b'].flatMap(table => [
        `public.${table} [2026-11-01 00:00:00, 2026-11-01 10:00:00) 10`,
        `public.${table} [2026-11-01 10:00:00, 2026-11-01 20:00:00) 10`,
        `public.${table} [2026-11-01 20:00:00, 2026-11-02 00:00:00) 4`,
      ]),
    )
    expect([await rows('a'), await rows('b'), await rows('c')]).toEqual([24, 24, 0])
    const known = "select relname, reltuples::int from pg_class where oid in ('a'::regclass, 'b'::regclass) order by 1"
    expect((await destination.query(known)).values).toEqual([
      ['a', 24],
      ['b', 24],
    ])
    expect(await run(open())).toMatchObject({ status: 'done', windows: 0 })
  })

  test('sessions go from window to window', async () => {
    await using proxies = new AsyncDisposableStack()
    const near = proxies.use(await startLoopbackProxy(ends.source))
    const far = proxies.use(await startLoopbackProxy(ends.destination))
    const [source, destination] = [near.endpoint, far.endpoint]
    expect(await run(open(), { source, destination, tablesAtOnce: 1 })).toMatchObject({ status: 'done', windows: 3 })
    // the last is the one that analyzes
    expect([near.connections, far.connections]).toEqual([2, 2])
  })

  test('moves only windows that are over, and one after the other when asked for one', async () => {
    expect(await run(open(), { until: parseMoment('2026-11-01 19:59:59') })).toMatchObject({
      status: 'moved',
      windows: 1,
    })
    expect(await run(open(), { until: parseMoment('2026-11-01 19:59:59') })).toMatchObject({
      status: 'idle',
      windows: 0,
    })
    expect(await run(open(), { windows: 1 })).toMatchObject({ status: 'moved', windows: 1 })
    expect(await rows('a')).toBe(20)
  })

  test('stays at a window of which a table failed, and goes on when it is mended', async () => {
    await destination.query('alter table b add constraint bad check (id <> 13)')
    await expect(run(open())).rejects.toMatchObject({
      code: 'ASSAY_TRANSFER_FAILED',
      message: /1 of 2 tables of \[2026-11-01 10:00:00, 2026-11-01 20:00:00\): public.b/,
      data: { failures: [{ table: 'public.b', code: 'ASSAY_SQL' }] },
    })
    expect([await rows('a'), await rows('b')]).toEqual([20, 10])
    await destination.query('alter table b drop constraint bad')
    expect(await run(open())).toMatchObject({ status: 'done', windows: 2 })
    expect([await rows('a'), await rows('b')]).toEqual([24, 24])
  })

  test('a lease is held by one, expires, and is taken over; the one before moves nothing more', async () => {
    const first = open()
    await first.acquire('copy', { ...terms, owner: 'first' })
    await expect(run(open())).rejects.toMatchObject({ code: 'ASSAY_TRANSFER_LEASE', message: /held by first/ })
    // a third start finds it held as well: the second did not free it
    await expect(run(open())).rejects.toMatchObject({ code: 'ASSAY_TRANSFER_LEASE' })
    await destination.query(`update assay_transfer.job set lease_until = now() - interval '1 s';
      update eda.transferstatetable set db_timestamp = now() - interval '1 hour' where table_name = 'job'`)
    // both tables wait for the theft: one that had passed its check before would rightly be moved
    let stolen: Promise<unknown> | undefined
    const moving = run(first, {
      terms: { ...terms, owner: 'second' },
      onPhase: async phase => {
        if (phase !== 'verify') return
        stolen ??= destination.query(`update assay_transfer.job set lease_owner = 'third';
          update eda.transferstatetable set errormessage = 'held by third' where table_name = 'job'`)
        await stolen
      },
    })
    await expect(moving).rejects.toMatchObject({ code: 'ASSAY_TRANSFER_LEASE_LOST' })
    expect([await rows('a'), await rows('b')]).toEqual([0, 0])
    expect(await first.renew('copy', { ...terms, owner: 'third' })).toBe(true)
  })

  test('of many that start at once exactly one holds the job', async () => {
    const sessions = await Promise.all(Array.from({ length: 8 }, () => connect(ends.destination)))
    try {
      const taken = await Promise.allSettled(
        sessions.map((session, index) => {
          const store = open() instanceof CleanStore ? new CleanStore(session) : new SeedStore(session)
          return store.acquire('copy', { ...terms, owner: `run ${index}` })
        }),
      )
      expect(taken.filter(one => one.status === 'fulfilled')).toHaveLength(1)
    } finally {
      await Promise.all(sessions.map(session => session.close()))
    }
  })

  test('a job that does not exist is named', async () => {
    await expect(runJob({ store: open(), job: 'none', ...ends, terms, until: 0n })).rejects.toMatchObject({
      code: 'ASSAY_TRANSFER_JOB',
      message: /there is no job "none"/,
    })
  })
})

test('history holds the four counts and numeric seconds, and failures with their code', async () => {
  await destination.query('alter table b add check (id <> 13)')
  await expect(run(new CleanStore(control))).rejects.toMatchObject({ code: 'ASSAY_TRANSFER_FAILED' })
  const { rows: history } = await destination.query(
    `select table_name, status, exported, transferred, loaded, verified, error_code, seconds > 0 and (status = 'failed' or copy_seconds > 0) as timed, owner
       from assay_transfer.history order by window_from, table_name`,
  )
  const moved = { status: 'moved', exported: 10, transferred: 10, loaded: 10, verified: 10, error_code: null }
  const failed = {
    status: 'failed',
    exported: null,
    transferred: null,
    loaded: null,
    verified: null,
    error_code: 'ASSAY_SQL',
  }
  const common = { timed: true, owner: terms.owner }
  expect(history).toEqual([
    { table_name: 'a', ...moved, ...common },
    { table_name: 'b', ...moved, ...common },
    { table_name: 'a', ...moved, ...common },
    { table_name: 'b', ...failed, ...common },
  ])
  const marks = 'select table_name, watermark::text from assay_transfer.job_table order by 1'
  expect((await destination.query(marks)).values).toEqual([
    ['a', '2026-11-01 20:00:00'],
    ['b', '2026-11-01 10:00:00'],
  ])
})

test("the seed's history row reads as its programs wrote it", async () => {
  await run(new SeedStore(control), { windows: 1 })
  const { values } = await destination.query(
    `select db_name, schema_nmae, table_name, start_timestamp::text, end_timestamp::text, opera_type, cnt, errormessage, duration ~ '^\\d+\\.\\d\\d$'
       from eda.transferstatetable where table_name <> 'job' order by table_name`,
  )
  const window = ['2026-11-01 00:00:00', '2026-11-01 10:00:00', 'transfer', '10', 'Success', true]
  expect(values).toEqual([
    ['gp', 'public', 'a', ...window],
    ['gp', 'public', 'b', ...window],
  ])
  const job =
    "select start_timestamp::text, end_timestamp::text, status, run_flg from eda.transferstatetable where table_name = 'job'"
  expect((await destination.query(job)).values).toEqual([['2026-11-01 10:00:00', '2026-11-01 20:00:00', 'Y', 'N']])
})

test('rows that come late are moved once', async () => {
  await destination.query(`update assay_transfer.job_table set late_column = 'came', late_look_back = '1 week';
    update assay_transfer.job_table set active = false where table_name = 'b'`)
  const store = new CleanStore(control)
  await run(store, { windows: 1 })
  // it belongs to the first window, which has been moved, and came in the second
  await source.query(
    "insert into a values (100, '2026-11-01 03:00', '2026-11-01 15:00'), (101, '2026-10-01', '2026-11-01 15:00')",
  )
  try {
    const ran = await run(store)
    expect(ran.entries.filter(entry => entry.slice === 'late').map(entry => entry.rows)).toEqual([1, 0])
    expect(
      (
        await destination.query(
          'select count(*)::int, count(*) filter (where id = 100)::int, count(*) filter (where id = 101)::int from a',
        )
      ).values,
    ).toEqual([[25, 1, 0]])
  } finally {
    await source.query('delete from a where id >= 100')
  }
})

describe('each mistake of the programs before is noticed', () => {
  test('a closed window moves the row on the boundary twice', async () => {
    const ran = await run(new CleanStore(control), { recipe: { ...RECIPE, halfOpen: false } })
    expect(ran.entries.reduce((sum, entry) => sum + entry.rows, 0)).toBeGreaterThan(48)
  })

  test('an end that is not clipped moves a window too many', async () => {
    expect((await run(new CleanStore(control), { recipe: { ...RECIPE, clip: false } })).windows).toBeGreaterThan(3)
  })

  test('a watermark that moves on failure leaves a hole', async () => {
    await destination.query('alter table b add check (id <> 3)')
    await run(new CleanStore(control), { recipe: { ...RECIPE, watermarkOnSuccess: false } })
    expect(await rows('b')).toBeLessThan(24)
  })

  test('a join without the group moves the tables of another job', async () => {
    await run(new SeedStore(control, { recipe: { ...RECIPE, joinByGroup: false } }))
    expect(await rows('c')).toBe(24)
  })

  test('a lock that is read and then written is held by two', async () => {
    const sessions = await Promise.all(Array.from({ length: 3 }, () => connect(ends.destination)))
    const [first, second, gate] = sessions as [SqlSession, SqlSession, SqlSession]
    try {
      // lets both read, and neither write, until both have read
      await gate.query('begin; lock table eda.transferstatetable in exclusive mode')
      const recipe = { ...RECIPE, atomicLease: false }
      const taking = [first, second].map(session => new SeedStore(session, { recipe }).acquire('copy', terms))
      const waiting =
        "select count(*)::int from pg_locks where not granted and relation = 'eda.transferstatetable'::regclass"
      await expect.poll(async () => (await gate.query(waiting)).values[0]?.[0], { timeout: 30_000 }).toBe(2)
      await gate.query('commit')
      expect((await Promise.allSettled(taking)).map(one => one.status)).toEqual(['fulfilled', 'fulfilled'])
    } finally {
      await Promise.all(sessions.map(session => session.close()))
    }
  })

  test('a lease that anyone gives back is held by two', async () => {
    const [first, second] = [new SeedStore(control), new SeedStore(control, { recipe: { ...RECIPE, ownLease: false } })]
    await first.acquire('copy', terms)
    await second.release('copy', { ...terms, owner: 'another' })
    await second.acquire('copy', { ...terms, owner: 'another' })
    expect(await first.renew('copy', terms)).toBe(false)
  })
})
