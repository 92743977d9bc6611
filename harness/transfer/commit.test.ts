import { expect, test, vi } from 'vitest'
import { connect } from '../sql/connect.ts'
import { startLoopbackProxy } from '../targets/loopback-proxy.ts'
import type { Endpoint } from '../targets/target.ts'
import { leaseForTest } from '../targets/testing.ts'
import { commit, transactionId } from './commit.ts'
import { openCopySession } from './copy/copy-session.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

/** Makes a commit wait for a lock, so that the connection can break in the middle of it. */
const SLOW_COMMIT = `create table t (id int);
  create function slow() returns trigger language plpgsql as 'begin perform pg_advisory_xact_lock(1); return null; end';
  create constraint trigger slow after insert on t deferrable initially deferred for each row execute function slow()`

test('a commit whose answer is lost is asked for, and counts when it happened', async () => {
  await using lease = await leaseForTest('postgres.pair')
  await using proxy = await startLoopbackProxy(lease.endpoints.destination as Endpoint)
  await using watcher = await connect(lease.endpoints.destination as Endpoint)
  await watcher.query(`${SLOW_COMMIT}; select pg_advisory_lock(1)`)
  await using session = await openCopySession(proxy.endpoint)
  await session.query('begin; insert into t values (1)')
  const committing = commit(session, await transactionId(session))
  const asleep =
    "select count(*)::int from pg_stat_activity where query = 'commit' and wait_event = 'advisory' and datname = current_database()"
  await expect.poll(async () => (await watcher.query(asleep)).values, { timeout: 30_000, interval: 20 }).toEqual([[1]])
  proxy.cut()
  await watcher.query('select pg_advisory_unlock(1)')
  await committing
  expect((await watcher.query('select count(*)::int from t')).values).toEqual([[1]])
})

test('a connection that was lost before the commit is an error, and nothing was kept', async () => {
  await using lease = await leaseForTest('postgres.pair')
  await using proxy = await startLoopbackProxy(lease.endpoints.destination as Endpoint)
  await using watcher = await connect(lease.endpoints.destination as Endpoint)
  await watcher.query('create table t (id int)')
  await using session = await openCopySession(proxy.endpoint)
  await session.query('begin; insert into t values (1)')
  const transaction = await transactionId(session)
  proxy.cut()
  await expect(commit(session, transaction)).rejects.toMatchObject({ class: 'connection_lost' })
  expect((await watcher.query('select count(*)::int from t')).values).toEqual([[0]])
})
