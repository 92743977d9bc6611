import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { libraryPath } from '../../fixtures/servers/mariadb/binaries.ts'
import { connect } from '../sql/connect.ts'
import { cacheFolder } from '../targets/cache.ts'
import { connectKeeper } from '../targets/keeper/connect.ts'
import { startKeeper } from '../targets/keeper/start.ts'
import type { Lease, LeaseMode } from '../targets/lease.ts'
import type { Endpoint } from '../targets/target.ts'
import { up } from './up.ts'

// Servers of other files start at the same time.
vi.setConfig({ testTimeout: 30_000 })

let folder: string
let ini: string
let ended: Promise<number>
const stop = new AbortController()
const printed: string[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-up-'))
  ini = join(folder, 'real.ini')
  await writeFile(ini, '# mine\n[other]\nkey = value\n')
  vi.spyOn(console, 'log').mockImplementation(line => void printed.push(`${line}`))
  ended = up.run(['postgres.pair', 'mariadb.replication', '--ini', ini], stop.signal)
  await Promise.race([ended, vi.waitUntil(() => printed.some(line => line.includes('Ctrl-C')), { timeout: 30_000 })])
}, 40_000)

afterAll(async () => {
  stop.abort()
  expect(await ended).toBe(0)
  expect(await readFile(ini, 'utf8')).toBe('# mine\n[other]\nkey = value\n')
  await rm(folder, { recursive: true })
})

/** A lease of the real tier, from a keeper that reads the given file. */
async function lease(target: string, file = ini, mode: LeaseMode = 'shared'): Promise<Lease> {
  vi.stubEnv('ASSAY_REAL_INI', file)
  const keeper = await startKeeper({ config: resolve('assay.config.ts') })
  vi.unstubAllEnvs()
  onTestFinished(() => keeper.stop())
  const client = await connectKeeper(keeper.socket)
  onTestFinished(() => client.close())
  return await client.lease({ target, tier: 'real', mode, holder: 'a test' })
}

async function rows(endpoint: Endpoint, text: string): Promise<unknown> {
  await using session = await connect(endpoint)
  return (await session.query(text)).values
}

test('the section is added beside others, for the owner only, and no password is printed', async () => {
  const text = await readFile(ini, 'utf8')
  expect(text).toMatch(/^# mine\n\[other\]\nkey = value\n\n\[postgres\.pair\]\n[^[]*\n\[mariadb\.replication\]\n[^[]*$/)
  expect((await stat(ini)).mode & 0o777).toBe(0o600)
  const passwords = [...text.matchAll(/_?password = (.*)/g)].map(found => found[1] as string)
  expect(passwords.length).toBe(6)
  for (const password of passwords) expect(printed.join('\n')).not.toContain(password)
})

test('the printed command of mariadb connects', () => {
  const command =
    printed
      .find(line => line.trim().startsWith('replica_admins.1 '))
      ?.trim()
      .split(/ {2,}/)[1] ?? ''
  const [, ...args] = command.split(' ')
  const cache = join(cacheFolder(), `mariadb/debian-${process.arch}/usr`)
  const client = existsSync(cache) ? `${cache}/bin/mariadb` : 'mariadb'
  const env = { ...process.env, ...libraryPath(cache) }
  expect(execFileSync(client, [...args, '-Ne', 'SELECT @@read_only, CURRENT_USER()'], { env, encoding: 'utf8' })).toBe(
    '1\tassay_admin@127.%\n',
  )
})

test('a real PostgreSQL pair has the shape of the embedded one', async () => {
  const real = await lease('postgres.pair')
  const { source, destination, source_admin } = real.endpoints as Record<string, Endpoint>
  expect(Object.keys(real.endpoints)).toEqual(['source', 'destination', 'source_admin', 'destination_admin'])
  expect(real.capabilities).toEqual({ 'sql.dialect': 'postgres', 'postgres.version': 18, superuser: true })
  expect(await rows(source as Endpoint, 'CREATE TABLE t AS SELECT 1 AS a; SELECT current_user, a FROM t')).toEqual([
    ['assay', 1],
  ])
  expect(await rows(source_admin as Endpoint, 'SELECT rolsuper FROM pg_roles WHERE rolname = current_user')).toEqual([
    [true],
  ])
  expect(await rows(destination as Endpoint, 'SELECT current_database()')).toEqual([[source?.database]])
  await expect(real.fault('kill', 'source')).rejects.toMatchObject({ code: 'ASSAY_FAULT_UNSUPPORTED' })
  expect(await real.check(0)).toEqual([])
  await real.release()
  await expect(connect(source as Endpoint)).rejects.toThrow(source?.database)
})

test('a real MariaDB replication has the shape of the embedded one', async () => {
  const real = await lease('mariadb.replication', ini, 'exclusive')
  const primary = real.endpoints.primary as Endpoint
  const [replica] = real.endpoints.replicas as readonly [Endpoint, Endpoint]
  expect(Object.keys(real.endpoints)).toEqual(['primary', 'replicas', 'primary_admin', 'replica_admins'])
  expect(real.capabilities).toMatchObject({ replicas: 2, 'sql.dialect': 'mysql', superuser: true })
  expect(await rows(primary, 'CREATE TABLE t (a INT); SELECT DATABASE()')).toEqual([[primary.database]])
  const [[gtid]] = (await rows(primary, 'SELECT @@gtid_binlog_pos')) as [[string]]
  expect(await rows(replica, `SELECT MASTER_GTID_WAIT('${gtid}', 10)`)).toEqual([[0]])
  await expect(rows(replica, 'INSERT INTO t VALUES (1)')).rejects.toMatchObject({ class: 'read_only' })
  await expect(real.fault('kill', 'primary')).rejects.toMatchObject({ code: 'ASSAY_FAULT_UNSUPPORTED' })
})

test('what is wrong with the file is said with its place', async () => {
  const changed = async (name: string, change: (text: string) => string): Promise<string> => {
    const file = join(folder, name)
    await writeFile(file, change(await readFile(ini, 'utf8')))
    return file
  }
  await expect(lease('postgres.pair', '/nowhere.ini')).rejects.toMatchObject({
    code: 'ASSAY_TARGET_UNAVAILABLE',
    message: 'postgres.pair (real) is not available: /nowhere.ini does not exist',
  })
  const missing = await changed('missing.ini', text => text.replace(/source_host.*\n/, ''))
  await expect(lease('postgres.pair', missing)).rejects.toMatchObject({
    code: 'ASSAY_CONFIG_MISSING_KEY',
    message: expect.stringContaining('[postgres.pair] has no key "source_host"'),
    where: { file: missing, line: 5 },
  })
  const wrong = await changed('wrong.ini', text => text.replace(/source_password = .*/, 'source_password = other'))
  await expect(lease('postgres.pair', wrong)).rejects.toMatchObject({ code: 'ASSAY_AUTH' })
})

test('wrong usage', async () => {
  await expect(up.run([], stop.signal)).rejects.toMatchObject({ code: 'ASSAY_USAGE' })
  await expect(up.run(['postgres.pear'], stop.signal)).rejects.toThrow('no target is called "postgres.pear"')
  await expect(up.run(['--inn', 'x'], stop.signal)).rejects.toMatchObject({ code: 'ASSAY_USAGE' })
})

test('from the command line it stays until Ctrl-C, and leaves nothing', async () => {
  const child = spawn(process.execPath, [resolve('harness/cli/main.ts'), 'up', 'postgres.pair'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  let text = ''
  child.stdout.setEncoding('utf8').on('data', chunk => {
    text += chunk
  })
  await vi.waitUntil(() => text.includes('Ctrl-C'), { timeout: 20_000 })
  const file = /PGPASSFILE=(\S+)/.exec(text)?.[1] ?? ''
  const host = /psql -h (\S+) -p (\d+)/.exec(text)?.[1] ?? ''
  expect(await readFile(file, 'utf8')).toContain(`${host}:`)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(child.exitCode).toBe(null)
  child.kill('SIGINT')
  expect(await ended).toEqual([0, null])
  expect(existsSync(dirname(dirname(file)))).toBe(false)
})
