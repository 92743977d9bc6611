import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect } from '../sql/connect.ts'
import type { Lease } from '../targets/lease.ts'
import type { Endpoint } from '../targets/target.ts'
import { leaseForTest } from '../targets/testing.ts'
import { Sessions } from './sessions.ts'

let lease: Lease
let endpoint: Endpoint
beforeAll(async () => {
  lease = await leaseForTest('postgres.pair')
  endpoint = lease.endpoints.source as Endpoint
}, 60_000)
afterAll(() => lease?.release())

const pidOf = async (session: Awaited<ReturnType<Sessions['get']>>) =>
  (await session.query('select pg_backend_pid() as pid')).rows[0]?.pid

test('one session for each name, kept from call to call', async () => {
  await using sessions = new Sessions()
  const own = await sessions.get(endpoint)
  expect(await sessions.get(endpoint)).toBe(own)
  expect(await sessions.get(endpoint, { name: 'other' })).not.toBe(own)
})

test('a lost one is replaced once, however many steps ask for it at the same time', async () => {
  await using sessions = new Sessions()
  const lost = await sessions.get(endpoint)
  await using killer = await connect(endpoint)
  await killer.query('select pg_terminate_backend($1)', { parameters: [await pidOf(lost)] })
  await expect.poll(() => lost.open, { timeout: 30_000 }).toBe(false)
  const [one, two, three] = await Promise.all([1, 2, 3].map(() => sessions.get(endpoint)))
  expect(two).toBe(one)
  expect(three).toBe(one)
  expect(one?.open).toBe(true)
})

test('closing closes all, and what is asked for after it is new', async () => {
  await using sessions = new Sessions()
  const own = await sessions.get(endpoint)
  await sessions.close()
  expect(own.open).toBe(false)
  expect(await sessions.get(endpoint)).not.toBe(own)
})
