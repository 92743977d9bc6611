import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { freePort } from '../../fixtures/servers/free-port.ts'
import { OpenstoreClient } from '../openstore/client.ts'
import { connectKeeper } from '../targets/keeper/connect.ts'
import { startKeeper } from '../targets/keeper/start.ts'
import type { Endpoint } from '../targets/target.ts'
import { openstore } from './openstore.ts'
import { up } from './up.ts'

// A service is a database and seven processes, and servers of other files start at the same time.
vi.setConfig({ testTimeout: 90_000 })

const stop = new AbortController()
const printed: string[] = []
let folder: string
let ini: string
let ended: Promise<number>
let token: string
/** What `assay up` said to try. */
let check: readonly string[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-cli-openstore-'))
  ini = join(folder, 'real.ini')
  vi.spyOn(console, 'log').mockImplementation(line => void printed.push(`${line}`))
  ended = up.run(['openstore', '--ini', ini], stop.signal)
  await Promise.race([ended, vi.waitUntil(() => printed.some(line => line.includes('Ctrl-C')), { timeout: 90_000 })])
  check = /npx assay (openstore check .*)/.exec(printed.join('\n'))?.[1]?.split(' ').slice(1) ?? []
  token = await readFile(check.at(-1) ?? '', 'utf8')
}, 100_000)

afterAll(async () => {
  stop.abort()
  expect(await ended).toBe(0)
  expect(existsSync(check.at(-1) ?? '')).toBe(false)
  await rm(folder, { recursive: true })
})

/** Runs the command; gives its exit code and what it printed. */
async function run(...args: readonly string[]): Promise<{ code: number; text: string }> {
  const before = printed.length
  const code = await openstore.run(args, AbortSignal.timeout(80_000))
  return { code, text: printed.slice(before).join('\n') }
}

const curlArguments = () => (/center +curl (.*)/.exec(printed.join('\n'))?.[1] ?? '').split(' ')

test('assay up says how to reach it, and the token is in files of the owner alone', async () => {
  const text = printed.join('\n')
  expect(text).toMatch(/^openstore is up after \d+\.\d s \(openstore 1, mariadb [\d.]+\)$/m)
  for (const file of [curlArguments()[1] ?? '', check.at(-1) ?? '', ini])
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(token).toMatch(/^[\w-]{32}$/)
  expect(text).not.toContain(token)
})

test.skipIf(spawnSync('curl', ['--version']).status !== 0)('the curl command that it prints works', () => {
  expect(JSON.parse(execFileSync('curl', curlArguments(), { encoding: 'utf8' }))).toMatchObject({
    nodes: [{ id: 'node-1' }, { id: 'node-2' }],
  })
})

test('the check that it names holds, and leaves nothing', async () => {
  const { code, text } = await run(...check)
  expect(text).toMatch(/^3 {3}PUT \/pools +keys are in no answer +holds$/m)
  expect(new Set(text.match(/^ *\d+(?= {2})/gm)?.map(Number)).size).toBe(20)
  expect(Number(/\n(\d+) of/.exec(text)?.[1])).toBeGreaterThan(60)
  expect(text).toMatch(/\n(\d+) of \1 rules hold, 0 differ, 0 not implemented$/)
  expect(code).toBe(0)
  expect(text).not.toContain(token)
  const client = new OpenstoreClient({ url: check[2] ?? '', token: { reveal: () => token } as never })
  expect(await client.sets()).toMatchObject({ sets: [] })
  expect(await client.blocks()).toMatchObject({ blocks: [] })
  expect(await client.pools()).toMatchObject({ pools: [] })
})

test('what was started is a real target', async () => {
  vi.stubEnv('ASSAY_REAL_INI', ini)
  const keeper = await startKeeper({ config: resolve('assay.config.ts') })
  vi.unstubAllEnvs()
  onTestFinished(() => keeper.stop())
  const client = await connectKeeper(keeper.socket)
  onTestFinished(() => client.close())
  const lease = await client.lease({ target: 'openstore', tier: 'real', mode: 'shared', holder: 'a test' })
  expect(lease.capabilities).toEqual({ 'openstore.data': true })
  const { host, port, password } = lease.endpoints.center as Endpoint
  const real = new OpenstoreClient({ url: `http://${host}:${port}`, token: password })
  expect(await real.sets()).toMatchObject({ sets: [] })
  await expect(lease.fault('kill', 'center')).rejects.toMatchObject({ code: 'ASSAY_FAULT_UNSUPPORTED' })
})

test('a service that breaks three rules: exit code 1, and exactly those are named', async () => {
  vi.stubEnv('ASSAY_OPENSTORE_BREAKS', 'secret-echoed,checksum-ignored,list-skips')
  const keeper = await startKeeper({ config: resolve('assay.config.ts') })
  vi.unstubAllEnvs()
  onTestFinished(() => keeper.stop())
  const client = await connectKeeper(keeper.socket)
  onTestFinished(() => client.close())
  const lease = await client.lease({ target: 'openstore', tier: 'embedded', mode: 'exclusive', holder: 'a test' })
  const { host, port, password } = lease.endpoints.center as Endpoint
  vi.stubEnv('OPENSTORE_TOKEN', password.reveal())
  onTestFinished(() => void vi.unstubAllEnvs())
  const { code, text } = await run('check', '--url', `http://${host}:${port}`, '--json')
  const found = JSON.parse(text) as { endpoint: number; rule: string; verdict: string; seen?: string }[]
  expect(found.filter(one => one.verdict !== 'holds')).toEqual([
    { endpoint: 3, rule: 'keys are in no answer', verdict: 'differs', seen: expect.any(String) },
    {
      ...{ endpoint: 9, rule: 'a cursor goes through all, each once, oldest first', verdict: 'differs' },
      seen: expect.any(String),
    },
    {
      ...{ endpoint: 13, rule: 'a wrong checksum is 422 and changes nothing', verdict: 'differs' },
      seen: expect.any(String),
    },
  ])
  expect(code).toBe(1)
})

test('where nothing answers, or the token is refused, it says so and tries no rule', async () => {
  await expect(run('check', '--url', `http://127.0.0.1:${await freePort('127.0.0.1')}`)).rejects.toMatchObject({
    ...{ code: 'ASSAY_OPENSTORE', hint: 'Look at --url.' },
    message: expect.stringMatching(/^GET \/openstore_v1\/pools got no answer: .*ECONNREFUSED/),
  })
  const wrong = join(folder, 'wrong')
  await writeFile(wrong, 'not the token\n')
  await expect(run('check', '--url', check[2] ?? '', '--token-file', wrong)).rejects.toMatchObject({
    ...{ code: 'ASSAY_OPENSTORE', hint: 'Give the token with --token-file or OPENSTORE_TOKEN.' },
    message: 'GET /openstore_v1/pools answered 401 unauthorized: a known bearer token is needed',
  })
})

test('wrong usage', async () => {
  const usage = (message: string) => ({ code: 'ASSAY_USAGE', message: expect.stringContaining(message) })
  await expect(run('check')).rejects.toMatchObject(usage('--url is missing'))
  await expect(run('check', '--url', 'center:8080')).rejects.toMatchObject(
    usage('"center:8080" is not an http address'),
  )
  await expect(run('chekc')).rejects.toMatchObject(usage('the verb check, not "chekc"'))
  await expect(run('check', '--uri', 'x')).rejects.toMatchObject(usage('--uri'))
  await expect(run('check', '--url', 'http://x', '--token-file', '/nowhere')).rejects.toMatchObject(usage('/nowhere'))
})
