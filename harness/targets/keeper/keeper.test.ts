import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { expect, onTestFinished, test, vi } from 'vitest'
import { processesIn, processStart } from '../process-tree.ts'
import type { Endpoint } from '../target.ts'
import { connectKeeper } from './connect.ts'
import { type RunningKeeper, type StartKeeperOptions, startKeeper } from './start.ts'

// Servers of other files start at the same time.
vi.setConfig({ testTimeout: 30_000 })

const config = resolve('assay.config.ts')

async function keeper(options: Partial<StartKeeperOptions> = {}): Promise<RunningKeeper> {
  const started = await startKeeper({ config, ...options })
  onTestFinished(() => started.stop())
  return started
}

function runFolder(socket: string): string {
  return dirname(dirname(socket))
}

/** Polls for at most the five seconds that the design allows. */
async function goneWithin5s(folder: string): Promise<boolean> {
  for (const deadline = Date.now() + 5_000; Date.now() < deadline; await delay(20))
    if (processesIn(folder).length === 0 && !existsSync(folder)) return true
  return false
}

async function busyBackend(endpoint: Endpoint): Promise<void> {
  const { host, port, user, database } = endpoint
  const client = new pg.Client({ host, port, user, database, password: endpoint.password.reveal() })
  client.on('error', () => {})
  await client.connect()
  client.query('SELECT count(*) FROM generate_series(1, 20000000000)').catch(() => {})
}

const request = { target: 'postgres.pair', tier: 'embedded', mode: 'shared', holder: 'a test' } as const

test('stop leaves nothing of the keeper and its servers', async () => {
  const { socket, pid, stop } = await keeper()
  await using client = await connectKeeper(socket)
  await client.lease(request)
  const folder = runFolder(socket)
  expect(processesIn(folder).length).toBeGreaterThan(2)
  await stop()
  expect(processesIn(folder)).toEqual([])
  expect(existsSync(folder)).toBe(false)
  expect(processStart(pid)).toBe(undefined)
})

test('when the keeper is killed, its servers go within 5 s, busy backends too, and leases say that it has gone', async () => {
  const { socket, pid } = await keeper()
  await using client = await connectKeeper(socket)
  const lease = await client.lease(request)
  await busyBackend(lease.endpoints.source as Endpoint)
  process.kill(pid, 'SIGKILL')
  expect(await goneWithin5s(runFolder(socket))).toBe(true)
  await expect(lease.check(0)).rejects.toMatchObject({ code: 'ASSAY_KEEPER_LOST' })
  await expect(connectKeeper(socket)).rejects.toMatchObject({ code: 'ASSAY_KEEPER_LOST' })
})

test('when the run is killed, the keeper and its servers go within 5 s', async () => {
  const run = `
    const { startKeeper } = await import(${JSON.stringify(resolve('harness/targets/keeper/start.ts'))})
    const { connectKeeper } = await import(${JSON.stringify(resolve('harness/targets/keeper/connect.ts'))})
    const { socket } = await startKeeper({ config: ${JSON.stringify(config)} })
    const client = await connectKeeper(socket)
    await client.lease(${JSON.stringify(request)})
    console.log(socket)
    setInterval(() => {}, 1000)`
  const parent = spawn(process.execPath, ['--input-type=module', '-e', run], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(parent.stdout, 'data')
  const folder = runFolder(`${line}`.trim())
  expect(processesIn(folder).length).toBeGreaterThan(2)
  parent.kill('SIGKILL')
  expect(await goneWithin5s(folder)).toBe(true)
})

test('two keepers side by side have servers and addresses of their own', async () => {
  const keepers = await Promise.all([keeper(), keeper()])
  const clients = await Promise.all(keepers.map(({ socket }) => connectKeeper(socket)))
  const leases = await Promise.all(clients.map(client => client.lease(request)))
  const hosts = leases
    .flatMap(({ endpoints }) => [endpoints.source, endpoints.destination])
    .map(one => (one as Endpoint).host)
  expect(new Set(hosts).size).toBe(4)
  await keepers[0]?.stop()
  expect(await leases[1]?.check(0)).toEqual([])
  await Promise.all(clients.map(client => client.close()))
})

test('what a worker held when it went away is given back: shared databases are dropped, exclusive targets thrown away', async () => {
  const log: string[] = []
  const { socket } = await keeper({ log: text => log.push(text) })
  const worker = await connectKeeper(socket)
  const shared = (await worker.lease(request)).endpoints.source as Endpoint
  const alone = (await worker.lease({ ...request, mode: 'exclusive' })).endpoints.source as Endpoint
  await worker.close()
  await using client = await connectKeeper(socket)
  const again = (await client.lease(request)).endpoints.source_admin as Endpoint
  expect([again.host, again.port]).toEqual([shared.host, shared.port])
  const databases = async (): Promise<unknown> => {
    const { host, port, user, database } = again
    const session = new pg.Client({ host, port, user, database, password: again.password.reveal() })
    await session.connect()
    const { rows } = await session.query("SELECT datname FROM pg_database WHERE datname LIKE 'assay%'")
    await session.end()
    return rows
  }
  await expect.poll(databases).toEqual([{ datname: again.database }])
  await expect.poll(() => log).toContain('postgres.pair is thrown away: a test went away without giving it back')
  expect(((await client.lease({ ...request, mode: 'exclusive' })).endpoints.source as Endpoint).host).not.toBe(
    alone.host,
  )
})

test('a configuration that cannot be loaded is said to whoever asks', async () => {
  const { socket } = await keeper({ config: '/nowhere/assay.config.ts' })
  await using client = await connectKeeper(socket)
  await expect(client.lease(request)).rejects.toMatchObject({
    code: 'ASSAY_CONFIG_ASSAY',
    message: expect.stringContaining('/nowhere/assay.config.ts could not be loaded'),
  })
})
