import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { processesIn, processStart } from '../process-tree.ts'
import type { Endpoint } from '../target.ts'
import { connectKeeper } from './connect.ts'
import { type RunningKeeper, type StartKeeperOptions, startKeeper } from './start.ts'

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

test('the keeper is up in a fraction of a second, and stop leaves nothing', async () => {
  const from = performance.now()
  const { socket, pid, stop } = await keeper()
  expect(performance.now() - from).toBeLessThan(1_500)
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
