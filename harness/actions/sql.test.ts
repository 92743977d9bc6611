import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect } from '../sql/connect.ts'
import type { Lease } from '../targets/lease.ts'
import type { Endpoint } from '../targets/target.ts'
import { leaseForTest } from '../targets/testing.ts'
import type { ActionContext } from './define-action.ts'
import { sql } from './sql.ts'

let lease: Lease
let endpoint: Endpoint
beforeAll(async () => {
  lease = await leaseForTest('postgres.pair', 'exclusive')
  endpoint = lease.endpoints.source as Endpoint
}, 60_000)
afterAll(() => lease?.release())

test('why a step took longer than its timeout is said: the server did not answer when it was told to stop', async () => {
  await using session = await connect(endpoint)
  const said: string[] = []
  const stopped = async (text: string) => {
    const signal = AbortSignal.timeout(100)
    const log = (line: string) => said.push(line)
    const context = { endpoint, signal, log, session: async () => session, record: () => {} }
    await expect(sql.run(text, context as unknown as ActionContext)).rejects.toMatchObject({ name: 'TimeoutError' })
  }
  await stopped('select pg_sleep(60)')
  expect(said).toEqual([])
  await lease.fault('pause', endpoint.name)
  try {
    await stopped('select 1')
  } finally {
    await lease.fault('resume', endpoint.name)
  }
  expect(said).toEqual(['the server did not answer the request to cancel, so its connection was closed'])
}, 60_000)
