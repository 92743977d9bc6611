import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { writeSection } from '../targets/real/ini-section.ts'
import type { Endpoint, Endpoints } from '../targets/target.ts'
import { leaseForTest } from '../targets/testing.ts'
import { klustronSection, realKlustron } from './real-target.ts'

const addresses = (endpoints: Endpoints) =>
  Object.fromEntries(
    Object.entries(endpoints).map(([role, ends]) => [
      role,
      [ends].flat().map(({ host, port, name, protocol }: Endpoint) => `${name} ${protocol} ${host}:${port}`),
    ]),
  )

test('what the metadata tell of a cluster is what the stand-in started', { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-klustron-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'real.ini')
  await using lease = await leaseForTest('klustron')
  await writeSection(file, 'klustron', klustronSection(lease.endpoints))
  vi.stubEnv('ASSAY_REAL_INI', file)
  onTestFinished(() => void vi.unstubAllEnvs())
  await using started = await realKlustron.start({
    ...{ folder, signal: new AbortController().signal, address: () => '', log: () => {} },
  })
  expect(addresses(started.endpoints)).toEqual(addresses(lease.endpoints))
  expect(started.endpoints.managers).toHaveLength(2)
  expect(await started.clean?.(new AbortController().signal)).toBe(true)
})
