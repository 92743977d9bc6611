import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { secret } from '../log/secret.ts'
import { connect } from '../sql/connect.ts'
import type { SqlSession } from '../sql/session.ts'
import type { Lease } from '../targets/lease.ts'
import type { Endpoint } from '../targets/target.ts'
import { leaseForTest } from '../targets/testing.ts'
import { begin } from './begin.ts'
import { readEngine, readShape } from './catalog.ts'
import { compareRows } from './compare-rows.ts'
import type { EngineFacts, TableShape } from './model.ts'
import { beginAsOne } from './one-state.ts'

// servers are slow on a busy machine
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

let lease: Lease
let endpoint: Endpoint
let engine: EngineFacts
let shape: TableShape
/** The comparison's, then one that writes and one that looks on. */
let sessions: readonly SqlSession[]
let writer: SqlSession
let looker: SqlSession

beforeAll(async () => {
  lease = await leaseForTest('mariadb.replication')
  endpoint = lease.endpoints.primary as Endpoint
  writer = await connect(endpoint)
  looker = await connect(endpoint)
  await writer.queryAll('create table counter (id int primary key, n int); insert into counter values (1, 0)')
  sessions = await Promise.all([1, 2, 3, 4].map(() => connect(endpoint)))
  engine = await readEngine(writer)
  shape = (await readShape(writer, engine, { name: 'counter' })) as TableShape
})
afterAll(async () => {
  await Promise.all([writer, looker, ...(sessions ?? [])].map(session => session?.close()))
  await lease?.release()
})

let turn: Promise<void> = Promise.resolve()
const asOne = (facts: EngineFacts, before: () => Promise<void> = async () => {}) =>
  beginAsOne({
    sessions,
    engine: facts,
    shape,
    table: '`counter`',
    begin: session => {
      // one after another, so that without care each would see one write more
      turn = turn.then(before).then(() => begin(session, engine))
      return turn
    },
    connect: () => connect(endpoint),
  })

const seen = () =>
  Promise.all(sessions.map(async session => (await session.query('select n from counter')).values[0]?.[0]))

describe('while somebody writes before each of the transactions begins', () => {
  // MySQL tells no position, so with its facts the lock is taken at once
  test.each([
    ['mariadb', () => engine],
    ['mysql', () => ({ ...engine, flavor: 'mysql' })],
  ] as const)(
    'all connections see one state, %s',
    async (_flavor, facts) => {
      const writes: Promise<unknown>[] = []
      const write = async () => {
        let done = false
        const writing = writer.query('update counter set n = n + 1').then(() => {
          done = true
        })
        writes.push(writing)
        await expect.poll(async () => done || (await waitsForLock()), { timeout: 20_000, interval: 5 }).toBe(true)
      }
      const heldStill = await asOne(facts(), write)
      const values = await seen()
      await Promise.all(writes)
      expect(heldStill).toBe('table lock')
      expect(new Set(values).size).toBe(1)
      expect((await writer.query('select n from counter')).values[0]?.[0]).toBeGreaterThan(Number(values[0]))
    },
    60_000,
  )
})

async function waitsForLock(): Promise<boolean> {
  const text = `select count(*) from information_schema.processlist where info like 'update counter%' and state like 'Waiting for table%'`
  return Number((await looker.query(text)).values[0]?.[0]) > 0
}

test('a quiet server is read at one position of its log, without a lock', async () => {
  await expect.poll(() => asOne(engine), { timeout: 20_000 }).toBe('binlog position')
})

test('one who writes for long is not held up for long: then one connection reads', async () => {
  await writer.query('start transaction; update counter set n = n + 1')
  try {
    expect(await asOne({ ...engine, flavor: 'mysql' })).toBeUndefined()
  } finally {
    await writer.query('rollback')
  }
})

describe('a table in ranges', () => {
  const side = () => ({ endpoint, table: { name: 'wide' } })
  beforeAll(async () => {
    await writer.queryAll(
      `create table wide (id bigint primary key, v varchar(20));
       insert into wide select if(seq < 20000, seq, seq * 1000000007), concat('v', seq) from seq_1_to_40000;
       create table other like wide; insert into other select * from wide;
       create table plain (id int primary key, v int) engine = aria; insert into plain select seq, seq from seq_1_to_4000;
       analyze table wide, other, plain`,
    )
  })

  test('is read by ranges of about as many rows, whatever gaps the keys have', async () => {
    const rows: number[] = []
    const result = await compareRows({
      left: side(),
      right: { endpoint, table: { name: 'other' } },
      rowsPerRange: 5_000,
      connections: 3,
      progress: ({ phase, done }) => {
        if (phase === 'digest' && done !== undefined) rows.push(done.left)
      },
    })
    expect(result).toMatchObject({ verdict: 'equal', rows: { left: 40_000, right: 40_000 }, cost: { connections: 6 } })
    expect(result.heldStill.left).toMatch(/^(binlog position|table lock)$/)
    expect(result.cost.scans).toBeGreaterThanOrEqual(12)
    expect(result.cost.scans).toBeLessThanOrEqual(18)
    expect(rows.at(-1)).toBe(40_000)
    expect(Math.max(...rows.map((sum, at) => sum - (rows[at - 1] ?? 0)))).toBeLessThan(15_000)
  })

  test('differences are found in the ranges that hold them, and these alone are read again', async () => {
    await writer.query(
      "update other set v = 'x' where id between 100 and 104; delete from other where id = 39999 * 1000000007",
    )
    const right = { endpoint, table: { name: 'other' } }
    const ranges = await compareRows({ left: side(), right, rowsPerRange: 5_000 })
    const whole = await compareRows({ left: side(), right })
    expect(ranges).toMatchObject({ changed: 5, onlyLeft: 1, differing: 6 })
    expect(ranges.differences.examples).toEqual(whole.differences.examples)
    expect(whole.cost.connections).toBe(2)
  })

  test('an engine without snapshots is read over one connection, and that is said', async () => {
    const plain = { endpoint, table: { name: 'plain' } }
    const result = await compareRows({ left: plain, right: plain, rowsPerRange: 500 })
    expect(result).toMatchObject({
      verdict: 'equal',
      heldStill: { left: 'statement', right: 'statement' },
      cost: { connections: 2 },
    })
  })

  test('a condition that looks at other tables, or finds its rows by an index, is read in one statement', async () => {
    for (const where of ['id in (select id from other)', 'id < 100']) {
      const result = await compareRows({ left: { ...side(), where }, right: { ...side(), where }, rowsPerRange: 5_000 })
      expect(result).toMatchObject({ verdict: 'equal', cost: { scans: 2, connections: 2 } })
    }
  })

  test('an account that may open few connections, or not lock, reads over as many as it can', async () => {
    await using admin = await connect({ ...(lease.endpoints.primary_admin as Endpoint), database: undefined })
    const user = `few_${process.pid}`
    const reader: Endpoint = { ...endpoint, user, password: secret('few-and-far') }
    const compare = () =>
      compareRows({
        left: { ...side(), endpoint: reader },
        right: { endpoint: reader, table: { name: 'other' } },
        rowsPerRange: 5_000,
      })
    await admin.queryAll(
      `create user ${user}@'%' identified by 'few-and-far' with max_user_connections 2; grant select on \`${endpoint.database}\`.* to ${user}@'%'`,
    )
    try {
      expect(await compare()).toMatchObject({
        differing: 6,
        heldStill: { left: 'transaction' },
        cost: { connections: 2 },
      })
      await admin.query(`alter user ${user}@'%' with max_user_connections 0`)
      await expect
        .poll(async () => (await compare()).heldStill, { timeout: 20_000 })
        .toEqual({
          left: 'binlog position',
          right: 'binlog position',
        })
    } finally {
      await admin.query(`drop user ${user}@'%'`)
    }
  })
})
