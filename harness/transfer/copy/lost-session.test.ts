import { setImmediate } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Lease } from '../../targets/lease.ts'
import type { Endpoint } from '../../targets/target.ts'
import { leaseForTest } from '../../targets/testing.ts'
import { CopyIn } from './copy-in.ts'
import { type CopySession, openCopySession } from './copy-session.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

let lease: Lease
beforeAll(async () => {
  lease = await leaseForTest('postgres.pair')
})
afterAll(() => lease?.release())

async function lostSession(): Promise<CopySession> {
  const session = await openCopySession(lease.endpoints.source as Endpoint)
  session.destroy()
  while (session.open) await setImmediate()
  return session
}

test('a COPY on a connection that was lost before fails at once', async () => {
  await expect(CopyIn.start(await lostSession(), 'copy pg_class from stdin')).rejects.toMatchObject({
    class: 'connection_lost',
  })
})
