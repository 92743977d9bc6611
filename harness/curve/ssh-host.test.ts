import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasSshd, type Sshd, startSshd } from '../../fixtures/servers/sshd.ts'
import type { SshAccount } from '../remote/ssh.ts'
import type { Lease } from '../targets/lease.ts'
import type { Endpoint } from '../targets/target.ts'
import { leaseForTest } from '../targets/testing.ts'
import { CurveClient } from './client.ts'
import { settingsOf } from './endpoint.ts'
import { runIo } from './io/run.ts'
import { sshHost } from './ssh-host.ts'
import type { CurveSettings } from './types.ts'

// `npm run setup` brings sshd where it can; elsewhere the rest of the room does not need it
describe.skipIf(!hasSshd())('sidecars on a machine reached by ssh', { timeout: 60_000 }, () => {
  let folder: string
  let account: SshAccount
  let sshd: Sshd
  let lease: Lease
  let settings: CurveSettings

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assay-sshd-'))
    sshd = await startSshd(folder)
    account = sshd.account
    lease = await leaseForTest('curve.cluster')
    settings = settingsOf(lease.endpoints.cluster as Endpoint)
  }, 60_000)
  afterAll(async () => {
    await lease?.release()
    await sshd?.stop()
    await rm(folder, { recursive: true, force: true })
  }, 30_000)

  test('the same client, and the same verified I/O, with nothing installed there', async () => {
    await using client = new CurveClient(settings, sshHost(account))
    await client.init()
    await client.create('/far', { size: 10 * 2 ** 30 })
    const fd = await client.open('/far')
    const data = Buffer.alloc(8192, 'é')
    await client.write(fd, { offset: 0, data })
    expect((await client.read(fd, { offset: 0, length: 8192 })).equals(data)).toBe(true)
    await client.create('/load', { size: 10 * 2 ** 30 })
    const result = await runIo({
      ...{ settings, host: sshHost(account), path: '/load', workingSet: 2 ** 20, count: 300, depth: 2, seed: 'far' },
    })
    expect(result).toMatchObject({ mismatches: 0, hangs: 0, errors: {} })
    expect(result.reads.count + result.writes.count).toBe(300)
  })

  test('a sidecar that hangs there is killed there', async () => {
    await using client = new CurveClient(settings, sshHost(account))
    await client.init()
    await client.create('/hangs', { size: 10 * 2 ** 30 })
    const fd = await client.open('/hangs')
    const { pid } = await client.info()
    await client.standinSwitch({ switch: 'rule', rule: { on: 'Read', path: '/hangs', do: 'block' } })
    await expect(client.read(fd, { offset: 0, length: 4096, deadline: 300 })).rejects.toMatchObject({ class: 'hang' })
    await expect.poll(() => alive(pid), { timeout: 15_000 }).toBe(false)
    expect((await client.info()).pid).not.toBe(pid)
  })

  test('an interpreter that says nothing is not waited for, and ended there', async () => {
    const python = join(folder, 'silent-python')
    await writeFile(python, `#!/bin/sh\necho $$ > ${python}.pid\nexec cat > /dev/null\n`, { mode: 0o700 })
    const stop = new AbortController()
    const spawned = sshHost(account).spawn({ ...settings, python }, stop.signal)
    spawned.catch(() => {})
    const pid = () => readFile(`${python}.pid`, 'utf8').then(Number, () => 0)
    await expect.poll(pid, { timeout: 30_000 }).toBeGreaterThan(1)
    stop.abort(new Error('late'))
    await expect(spawned).rejects.toThrow('late')
    const started = await pid()
    await expect.poll(() => alive(started), { timeout: 30_000 }).toBe(false)
  })

  test('a host with another key, a wrong account and a missing interpreter are told apart', async () => {
    const failing = async (changed: Partial<SshAccount>, more: Partial<CurveSettings> = {}) => {
      await using client = new CurveClient({ ...settings, ...more }, sshHost({ ...account, ...changed }))
      return await client.info().catch((error: unknown) => error)
    }
    expect(await failing({ hostKey: 'another' })).toMatchObject({
      ...{ code: 'ASSAY_SSH', class: 'host_key' },
      message: expect.stringContaining('127.0.0.1 shows another key than the one that is trusted'),
    })
    expect(await failing({ user: 'nobody-here' })).toMatchObject({
      ...{ code: 'ASSAY_SSH', class: 'refused' },
      message: expect.stringMatching(/could not be reached by ssh: All configured authentication methods failed/),
    })
    expect(await failing({}, { python: 'no-such-python' })).toMatchObject({
      code: 'ASSAY_CURVE_MODULE',
      class: 'no_python',
    })
  })
})

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
