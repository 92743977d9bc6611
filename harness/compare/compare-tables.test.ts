import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { connect } from '../sql/connect.ts'
import type { SqlSession } from '../sql/session.ts'
import type { Lease } from '../targets/lease.ts'
import type { Endpoint } from '../targets/target.ts'
import { leaseForTest } from '../targets/testing.ts'
import { compareRows } from './compare-rows.ts'
import { compareTables, type TablesProgress } from './compare-tables.ts'

// servers are slow on a busy machine
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

let lease: Lease
let source: Endpoint
let destination: Endpoint
let left: SqlSession
let right: SqlSession
beforeAll(async () => {
  lease = await leaseForTest('postgres.pair')
  source = lease.endpoints.source as Endpoint
  destination = lease.endpoints.destination as Endpoint
  ;[left, right] = await Promise.all([connect(source), connect(destination)])
})
afterAll(async () => {
  await Promise.all([left?.close(), right?.close()])
  await lease?.release()
})
beforeEach(async () => {
  for (const session of [left, right]) {
    await session.queryAll(
      `drop table if exists first, second; create table first (id int primary key, v int); create table second (id int primary key, v int);
       insert into first select g, g from generate_series(1, 300) g; insert into second select g, g from generate_series(1, 300) g`,
    )
  }
})

const compare = (progress?: (progress: TablesProgress) => void) =>
  compareTables({
    left: { endpoint: source },
    right: { endpoint: destination },
    tables: ['first', 'second'],
    parallel: 1,
    progress,
    // waits while somebody on the left holds this lock
    where: 'pg_advisory_xact_lock_shared(77) is not null',
  })

/** Compares, and does something while the first table is read and the second is not yet. */
async function compareWhile(meanwhile: () => Promise<unknown>) {
  await using holder = await connect(source)
  await holder.query('select pg_advisory_lock(77)')
  const comparing = compare()
  comparing.catch(() => {})
  const waiting =
    "select count(*) from pg_stat_activity where application_name = 'assay compare' and wait_event = 'advisory' and datname = current_database()"
  await expect.poll(async () => Number((await left.query(waiting)).values[0]?.[0]), { timeout: 20_000 }).toBe(1)
  await meanwhile()
  await holder.query('select pg_advisory_unlock(77)')
  return comparing
}

test('every table is read as it was at the beginning', async () => {
  const during = await compareWhile(() => left.query('update second set v = 0 where id = 5'))
  expect(during).toMatchObject({ verdict: 'equal', tables: [{ verdict: 'equal' }, { verdict: 'equal' }] })
  expect(during.tables[1]?.heldStill).toEqual({ left: 'exported snapshot', right: 'exported snapshot' })
  const after = await compare()
  expect(after).toMatchObject({ verdict: 'different', tables: [{ verdict: 'equal' }, { changed: 1 }] })
})

test.each([
  ['truncated', 'truncate second'],
  ['written anew', 'alter table second alter v type bigint; alter table second alter v type int'],
])(
  'a table that was %s after the snapshot is undecided, not different',
  async (_what, text) => {
    const { verdict, tables } = await compareWhile(() => left.queryAll(text))
    expect(verdict).toBe('undecided')
    expect(tables.map(table => table.verdict)).toEqual(['equal', 'undecided'])
    expect(tables[1]?.reason).toBe('source public.second was truncated or written anew during the comparison')
  },
  60_000,
)

test('a partition that was truncated after the snapshot makes its parent undecided', async () => {
  for (const session of [left, right]) {
    await session.queryAll(
      `drop table second; create table second (id int primary key, v int) partition by range (id);
       create table second_1 partition of second for values from (0) to (1000); insert into second values (1, 1)`,
    )
  }
  const { tables } = await compareWhile(() => left.query('truncate second_1'))
  expect(tables.map(table => table.verdict)).toEqual(['equal', 'undecided'])
})

test('a table that cannot be read is undecided, the others are compared', async () => {
  // an owner can take the right from itself
  await left.query('revoke all on first from current_user')
  const alone = await compare()
  expect(alone).toMatchObject({ verdict: 'undecided', tables: [{ verdict: 'equal' }], failed: [{ table: 'first' }] })
  expect(alone.failed[0]?.reason).toContain('permission denied')
  await right.query('update second set v = 0 where id = 5')
  expect(await compare()).toMatchObject({
    verdict: 'different',
    tables: [{ changed: 1 }],
    failed: [{ table: 'first' }],
  })
})

test('a snapshot that somebody else has exported is read', async () => {
  await left.query('begin isolation level repeatable read')
  const snapshot = String((await left.query('select pg_export_snapshot()')).values[0]?.[0])
  try {
    await using writer = await connect(source)
    await writer.query('delete from first')
    const sides = {
      left: { endpoint: source, table: { name: 'first' } },
      right: { endpoint: destination, table: { name: 'first' } },
    }
    expect(await compareRows(sides)).toMatchObject({ verdict: 'different', onlyRight: 300 })
    expect(await compareRows({ ...sides, left: { ...sides.left, snapshot } })).toMatchObject({
      verdict: 'equal',
      heldStill: { left: 'exported snapshot', right: 'transaction' },
    })
    const gone = { ...sides, left: { ...sides.left, snapshot: '00000003-00000001-1' } }
    await expect(compareRows(gone)).rejects.toMatchObject({ code: 'ASSAY_UNDECIDED' })
  } finally {
    await left.query('rollback')
  }
})

test('progress tells the table, and how far it has come', async () => {
  const told: TablesProgress[] = []
  await compare(progress => told.push(progress))
  expect(told.map(({ done, table, now }) => [done, table, now?.phase])).toEqual([
    [0, 'first', 'connect'],
    [0, 'first', 'digest'],
    [0, 'first', 'digest'],
    [0, 'first', 'digest'],
    [1, 'first', undefined],
    [1, 'second', 'connect'],
    [1, 'second', 'digest'],
    [1, 'second', 'digest'],
    [1, 'second', 'digest'],
    [2, 'second', undefined],
  ])
  expect(told[3]?.now).toMatchObject({ done: { left: 300, right: 300 } })
})
