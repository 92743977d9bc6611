import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startLoopbackProxy } from '../../targets/loopback-proxy.ts'
import type { Endpoint } from '../../targets/target.ts'
import { openTestPair, type TestPair } from '../testing.ts'
import { CopyIn } from './copy-in.ts'
import type { CopySession } from './copy-session.ts'
import { SessionPool } from './session-pool.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

let pair: TestPair
let endpoint: Endpoint

beforeAll(async () => {
  pair = await openTestPair()
  endpoint = pair.ends.destination
})

afterAll(() => pair?.[Symbol.asyncDispose]())

const one = async (session: CopySession, text: string) => (await session.query(text)).values[0]?.[0]
const processOf = (session: CopySession) => one(session, 'select pg_backend_pid()')

/** Lends a session for some work that then counts as a success. */
async function using<T>(pool: SessionPool, work: (session: CopySession) => Promise<T>): Promise<T> {
  await using loan = pool.lend()
  const result = await work(await loan.open(endpoint))
  await loan.giveBack()
  return result
}

/** Everything that a session can keep from one transaction to the next, and its transaction. */
const STATE = `select json_build_object(
  'zone', current_setting('timezone'), 'digits', current_setting('extra_float_digits'), 'path', current_setting('search_path'),
  'own', coalesce(current_setting('own.setting', true), ''),
  'name', current_setting('application_name'), 'encoding', current_setting('client_encoding'),
  'isolation', current_setting('transaction_isolation'), 'default', current_setting('default_transaction_isolation'),
  'temporary', to_regclass('pg_temp.left_here') is not null,
  'prepared', (select count(*) from pg_prepared_statements), 'cursors', (select count(*) from pg_cursors where name <> ''),
  'channels', (select count(*) from pg_listening_channels()),
  'locks', (select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()),
  'transaction', (select count(*) from pg_stat_activity where pid = pg_backend_pid() and backend_xid is not null))::text`

test('a session that was used before is as a new one', async () => {
  await using pool = new SessionPool()
  const fresh = await using(pool, async session => ({
    process: await processOf(session),
    state: await one(session, STATE),
  }))
  await using(pool, async session => {
    // settings that forbid writing come last of those that outlive a transaction
    for (const text of [
      'create temporary table left_here (id int)',
      'prepare left_prepared as select 1; listen left_channel; select pg_advisory_lock(77)',
      'begin; declare left_cursor cursor with hold for select 1; commit',
      "set timezone = 'Asia/Tokyo'; set extra_float_digits = 0; set search_path = elsewhere; set own.setting = 'kept'",
      "set application_name = 'other'; set client_encoding = 'LATIN1'",
      "begin isolation level repeatable read; select txid_current(); set default_transaction_isolation = 'serializable'",
    ])
      await session.query(text)
    // all of it is there, so that none of it can be missed afterwards
    const kept = JSON.parse(String(await one(session, STATE)))
    for (const [name, value] of Object.entries(JSON.parse(String(fresh.state))))
      expect(kept[name], name).not.toBe(value)
  })
  const again = await using(pool, async session => ({
    process: await processOf(session),
    state: await one(session, STATE),
  }))
  expect(again).toEqual(fresh)
})

test('what a transaction kept locked is free as soon as the session was given back', async () => {
  await using pool = new SessionPool()
  await pair.destination.query('create table if not exists locked (id int)')
  await using(pool, session => session.query('begin; lock table locked in access share mode'))
  await pair.destination.query("set lock_timeout = '20s'; drop table locked; reset lock_timeout")
})

test('sessions at one time are as many as were needed at one time', async () => {
  await using proxy = await startLoopbackProxy(endpoint)
  await using pool = new SessionPool()
  for (let table = 0; table < 5; table++) {
    await using loan = pool.lend()
    await Promise.all([loan.open(proxy.endpoint), loan.open(proxy.endpoint)])
    await loan.giveBack()
  }
  expect(proxy.connections).toBe(2)
})

describe('is not used again', () => {
  test('a session that was not given back', async () => {
    await using pool = new SessionPool()
    let before: unknown
    {
      await using loan = pool.lend()
      before = await processOf(await loan.open(endpoint))
    }
    expect(await using(pool, processOf)).not.toBe(before)
    await expect.poll(() => alive(before), { timeout: 30_000 }).toBe(false)
  })

  test('one whose statement was cancelled, although that was outlived', async () => {
    await using pool = new SessionPool()
    const before = await using(pool, async session => {
      const process = await processOf(session)
      const stop = new AbortController()
      const asleep = session.query('select pg_sleep(60)', { signal: stop.signal })
      stop.abort(new Error('enough'))
      await expect(asleep).rejects.toThrow('enough')
      expect(await one(session, 'select 1')).toBe(1)
      return process
    })
    expect(await using(pool, processOf)).not.toBe(before)
  })

  test('one whose COPY was cancelled', async () => {
    await using pool = new SessionPool()
    const before = await using(pool, async session => {
      const process = await processOf(session)
      await session.query('create temporary table rows (id int)')
      const copy = await CopyIn.start(session, 'copy rows from stdin')
      copy.cancel()
      copy.fail('enough')
      await expect(copy.outcome).rejects.toMatchObject({ code: 'ASSAY_SQL' })
      return process
    })
    expect(await using(pool, processOf)).not.toBe(before)
  })

  test('one that the server ended while nobody used it, noticed or not', async () => {
    await using pool = new SessionPool()
    let session: CopySession | undefined
    const before = await using(pool, async one => {
      session = one
      return processOf(one)
    })
    await pair.destination.query(`select pg_terminate_backend(${before})`)
    // it may not have heard of its end yet
    const next = await using(pool, processOf)
    expect(next).not.toBe(before)
    await pair.destination.query(`select pg_terminate_backend(${next})`)
    await expect.poll(() => alive(next), { timeout: 30_000 }).toBe(false)
    expect(await using(pool, processOf)).not.toBe(next)
    expect(session?.open).toBe(false)
  })

  test.each(['before it was given back', 'while nobody used it'])('one that froze %s', async when => {
    await using proxy = await startLoopbackProxy(endpoint)
    await using pool = new SessionPool({ answerWithin: 200 })
    const through = async (freeze: boolean) => {
      await using loan = pool.lend()
      const session = await loan.open(proxy.endpoint)
      const process = await processOf(session)
      if (freeze) proxy.freeze()
      await loan.giveBack()
      return { process, session }
    }
    const before = await through(when.startsWith('before'))
    if (when.startsWith('while')) proxy.freeze()
    expect((await through(false)).process).not.toBe(before.process)
    expect(before.session.open).toBe(false)
  })

  test('all of a server that froze, after one was asked', async () => {
    await using proxy = await startLoopbackProxy(endpoint)
    await using pool = new SessionPool({ answerWithin: 200 })
    await using several = pool.lend()
    const idle = await Promise.all([1, 2, 3].map(() => several.open(proxy.endpoint)))
    await several.giveBack()
    proxy.freeze()
    await using loan = pool.lend()
    await loan.open(proxy.endpoint)
    expect(idle.map(session => session.open)).toEqual([false, false, false])
    expect(proxy.connections).toBeGreaterThan(3)
  })
})

describe('everything is closed', () => {
  test('an idle session with its pool, a lent one with its loan, one under way too', async () => {
    const processes: unknown[] = []
    let under: Promise<CopySession>
    {
      await using pool = new SessionPool()
      processes.push(await using(pool, processOf))
      await using loan = pool.lend()
      for (let at = 0; at < 2; at++) processes.push(await processOf(await loan.open(endpoint)))
      under = loan.open(endpoint)
    }
    expect((await under).open).toBe(false)
    for (const process of processes) await expect.poll(() => alive(process), { timeout: 30_000 }).toBe(false)
  })

  test('a session that comes back after the end of its pool', async () => {
    const pool = new SessionPool()
    await using loan = pool.lend()
    const session = await loan.open(endpoint)
    await pool[Symbol.asyncDispose]()
    await loan.giveBack()
    expect(session.open).toBe(false)
    expect(() => pool.lend()).toThrow('after its end')
  })

  test('a new session that could not be prepared', async () => {
    await using pool = new SessionPool()
    await using loan = pool.lend()
    let session: CopySession | undefined
    const prepare = async (one: CopySession) => {
      session = one
      await one.query('select nothing')
    }
    await expect(loan.open(endpoint, { prepare })).rejects.toMatchObject({ class: 'undefined_column' })
    expect(session?.open).toBe(false)
  })
})

async function alive(process: unknown): Promise<boolean> {
  const { values } = await pair.destination.query(
    `select exists (select 1 from pg_stat_activity where pid = ${process})`,
  )
  return values[0]?.[0] === true
}
