import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Lease } from '../../targets/lease.ts'
import type { Endpoint } from '../../targets/target.ts'
import { leaseForTest } from '../../targets/testing.ts'
import { clientOf, settingsOf } from '../endpoint.ts'
import { runIo } from './run.ts'

let lease: Lease
beforeAll(async () => {
  lease = await leaseForTest('curve.cluster')
}, 60_000)
afterAll(() => lease?.release())

test('a volume that cannot grow under a loop fails the loop once it has ended, and nothing before', async () => {
  const cluster = lease.endpoints.cluster as Endpoint
  {
    await using client = clientOf(cluster)
    await client.init()
    await client.create('/grows', { size: 20 * 2 ** 30 })
  }
  const unhandled: unknown[] = []
  const note = (reason: unknown): void => void unhandled.push(reason)
  const others = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', note)
  try {
    const running = runIo({
      ...{ settings: settingsOf(cluster), path: '/grows', workingSet: 2 ** 20, duration: 1_500, seed: 'grow' },
      ...{ verify: 'off', grow: { to: 10 * 2 ** 30, after: 50 } },
    })
    await expect(running).rejects.toMatchObject({ code: 'ASSAY_CURVE', class: 'no_shrink_bigger_file' })
    expect(unhandled).toEqual([])
  } finally {
    process.off('unhandledRejection', note)
    for (const other of others) process.on('unhandledRejection', other)
  }
}, 60_000)
