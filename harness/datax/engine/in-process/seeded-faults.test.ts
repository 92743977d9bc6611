import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Lease } from '../../../targets/lease.ts'
import type { Endpoint } from '../../../targets/target.ts'
import { leaseForTest } from '../../../targets/testing.ts'
import { buildJob } from '../../job/build.ts'
import { FAULTS } from './seeded-faults/faults.ts'
import { folder, type Run, SCENARIOS } from './seeded-faults/scenarios.ts'
import type { Original } from './seeded-faults/seeded-fault.ts'
import { fill, type Servers } from './seeded-faults/tables.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

const leases: Lease[] = []
let servers: Servers

beforeAll(async () => {
  for (const name of ['postgres.pair', 'mariadb.replication']) leases.push(await leaseForTest(name))
  const [pair, replication] = leases
  servers = {
    source: pair?.endpoints.source as Endpoint,
    destination: pair?.endpoints.destination as Endpoint,
    mysql: replication?.endpoints.primary as Endpoint,
  }
  await fill(servers)
})
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  for (const lease of leases) await lease.release()
})

/** The engine with its modules loaded anew, so that those which are mocked count. */
async function freshEngine(ended: (string | undefined)[] = []): Promise<Run> {
  vi.resetModules()
  const { runJob } = await import('./run-job.ts')
  return async plan => {
    let printed = ''
    const job = JSON.stringify(buildJob({ errorLimit: { record: 0 }, ...plan }))
    const result = await runJob(job, {
      onPrint: text => {
        printed += text
      },
    })
    ended.push(result.errorCode)
    return { ...result, printed }
  }
}

describe('the engine as it is', () => {
  test.each(Object.entries(SCENARIOS))('%s', async (_, { expected, look }) => {
    expect(await look(await freshEngine(), servers)).toEqual(expected)
  })
})

describe.each(FAULTS)('$name', ({ module, fault, caughtBy }) => {
  test.each(caughtBy)('is caught by: %s', async name => {
    const { expected, look } = SCENARIOS[name] as (typeof SCENARIOS)[string]
    const path = new URL(module, import.meta.url).pathname
    let met = false
    vi.doMock(path, async importOriginal => {
      met = true
      const original = (await importOriginal()) as Original
      return { ...original, ...fault(original) }
    })
    const ended: (string | undefined)[] = []
    try {
      expect(await look(await freshEngine(ended), servers)).not.toEqual(expected)
    } finally {
      vi.doUnmock(path)
    }
    // wrong, and not broken: a fault that crashed the engine would be caught by anything
    expect(met).toBe(true)
    expect(ended).not.toContain('Framework-02')
  })
})
