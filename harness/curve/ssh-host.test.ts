import { execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findSshd, sshdEnv } from '../../fixtures/servers/software/sshd.ts'
import { Secret } from '../log/secret.ts'
import type { Lease } from '../targets/lease.ts'
import type { Endpoint } from '../targets/target.ts'
import { leaseForTest } from '../targets/testing.ts'
import { CurveClient } from './client.ts'
import { settingsOf } from './endpoint.ts'
import { runIo } from './io/run.ts'
import { type SshAccount, sshHost } from './ssh-host.ts'
import type { CurveSettings } from './types.ts'

const programs = findSshd()
const run = promisify(execFile)

// `npm run setup` brings sshd where it can; elsewhere the rest of the room does not need it
describe.skipIf(!programs)('sidecars on a machine reached by ssh', { timeout: 60_000 }, () => {
  if (!programs) return
  const { sshd, keygen, env } = programs
  let folder: string
  let account: SshAccount
  let stop: () => Promise<void>
  let lease: Lease
  let settings: CurveSettings

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assay-sshd-'))
    const [hostKey, userKey] = [join(folder, 'host'), join(folder, 'user')]
    for (const key of [hostKey, userKey]) await run(keygen, ['-q', '-t', 'ed25519', '-N', '', '-f', key], { env })
    const port = await freePort()
    const config = [
      ...[`Port ${port}`, 'ListenAddress 127.0.0.1', `HostKey ${hostKey}`, `AuthorizedKeysFile ${userKey}.pub`],
      ...['StrictModes no', 'UsePAM no', 'PidFile none', 'PasswordAuthentication no', 'PermitRootLogin yes', ''],
    ]
    await writeFile(join(folder, 'config'), config.join('\n'))
    if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true })
    const daemon = spawn(sshd, ['-D', '-e', '-f', join(folder, 'config')], {
      ...{ stdio: ['ignore', 'ignore', 'pipe'], env: await sshdEnv(programs, folder) },
    })
    const listening = new Promise<void>((resolve, reject) => {
      let said = ''
      daemon.stderr?.on('data', chunk => {
        said += chunk
        if (said.includes('Server listening')) resolve()
      })
      daemon.once('error', reject)
      daemon.once('exit', code => reject(new Error(`sshd ended with ${code}: ${said}`)))
    })
    stop = () =>
      new Promise(resolve => (daemon.exitCode === null ? daemon.once('exit', () => resolve()).kill() : resolve()))
    await listening
    const fingerprint = (await run(keygen, ['-lf', `${hostKey}.pub`], { env })).stdout.split(' ')[1] ?? ''
    account = {
      ...{ host: '127.0.0.1', port, user: userInfo().username, hostKey: fingerprint.replace('SHA256:', '') },
      privateKey: new Secret(await readFile(userKey, 'utf8')),
    }
    lease = await leaseForTest('curve.cluster')
    settings = settingsOf(lease.endpoints.cluster as Endpoint)
  }, 60_000)
  afterAll(async () => {
    await lease?.release()
    await stop?.()
    await rm(folder, { recursive: true, force: true })
  })

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

  test('a host with another key, a wrong account and a missing interpreter are told apart', async () => {
    const failing = async (changed: Partial<SshAccount>, more: Partial<CurveSettings> = {}) => {
      await using client = new CurveClient({ ...settings, ...more }, sshHost({ ...account, ...changed }))
      return await client.info().catch((error: unknown) => error)
    }
    expect(await failing({ hostKey: 'another' })).toMatchObject({
      message: expect.stringMatching(/verification failed/),
    })
    expect(await failing({ user: 'nobody-here' })).toMatchObject({
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

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}
