import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, expect, test, vi } from 'vitest'
import { connect } from '../../sql/connect.ts'
import type { Endpoint } from '../../targets/target.ts'
import { leaseForTest } from '../../targets/testing.ts'
import { servePlatform } from './serve.ts'

const folder = mkdtempSync(join(tmpdir(), 'assay-platform-'))
// servers may have to start first
vi.setConfig({ testTimeout: 180_000 })
afterAll(() => rmSync(folder, { recursive: true, force: true }))

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at field by field
type Answer = { readonly status: number; readonly json: any }

async function ask(url: string, body?: unknown): Promise<Answer> {
  const init =
    body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const answer = await fetch(url, init)
  return { status: answer.status, json: await answer.json() }
}

const job = (count: number) => ({
  job: {
    setting: { speed: { channel: 1 } },
    content: [
      {
        reader: { name: 'streamreader', parameter: { sliceRecordCount: count, column: [{ value: 'x' }] } },
        writer: { name: 'streamwriter', parameter: { print: false } },
      },
    ],
  },
})

for (const [target, role, type] of [
  ['postgres.pair', 'source', 'postgresql'],
  ['postgres.pair', 'destination', 'greenplum'],
  ['mariadb.replication', 'primary', 'mysql'],
] as const) {
  test(`ping and columns of a real ${type} datasource, whose password is sealed`, async () => {
    await using lease = await leaseForTest(target)
    const endpoint = lease.endpoints[role] as Endpoint
    await using session = await connect(endpoint)
    await session.query('create table city (id int, city_name varchar(20))')
    const own = join(folder, type)
    await using platform = await servePlatform({ folder: own })
    const password = endpoint.password.reveal()
    const source = {
      ...{ source_name: 'it', host: endpoint.host, port: endpoint.port, username: endpoint.user, password },
      ...{ db_name: endpoint.database, db_type: type },
    }
    expect(await ask(`${platform.url}/api/datasource/ping`, source)).toMatchObject({
      status: 200,
      json: { data: { ok: true } },
    })
    await ask(`${platform.url}/api/datasource/save`, source)
    const names = (answer: Answer) => answer.json.data.map((one: { column_name: string }) => one.column_name)
    for (const spelling of ['tableName', 'table_name'])
      expect(names(await ask(`${platform.url}/api/datasource/columns?id=1&${spelling}=city`))).toEqual([
        'id',
        'city_name',
      ])
    const sneaky = encodeURIComponent("city' or '1'='1")
    expect(await ask(`${platform.url}/api/datasource/columns?id=1&tableName=${sneaky}`)).toMatchObject({
      status: 404,
      json: { error: { code: 'no_table' } },
    })
    for (const name of ['platform.db', 'platform.db-wal'])
      expect(readFileSync(join(own, name)).includes(password)).toBe(false)
    expect(statSync(join(own, 'key')).mode & 0o777).toBe(0o600)
  })
}

test('two hundred executions are queued, and all of them run', async () => {
  await using platform = await servePlatform({ folder: join(folder, 'queue') })
  await ask(`${platform.url}/api/config/save`, { config_name: 'small', content: job(10) })
  const answers = await Promise.all(
    Array.from({ length: 200 }, () => ask(`${platform.url}/api/config/exec`, { id: 1 })),
  )
  expect(answers.every(answer => answer.status === 202)).toBe(true)
  await expect
    .poll(async () => (await ask(`${platform.url}/api/config/logs?status=succeeded`)).json.data.total, {
      timeout: 120_000,
    })
    .toBe(200)
})

test('a restart marks what a server that has gone was running', async () => {
  const own = join(folder, 'restart')
  mkdirSync(own)
  {
    await using platform = await servePlatform({ folder: own })
    await ask(`${platform.url}/api/config/save`, { config_name: 'small', content: job(10) })
  }
  const db = new DatabaseSync(join(own, 'platform.db'))
  // no process has the number 0x7fffffff
  db.exec(
    "insert into exec_log (config_id, exec_name, insert_time, status, log_file, owner) values (1, 'x', '', 'running', '', 2147483647)",
  )
  db.close()
  await using platform = await servePlatform({ folder: own })
  expect((await ask(`${platform.url}/api/config/logs`)).json.data.rows).toMatchObject([{ status: 'interrupted' }])
})

test('a log of 1 GB is tailed a piece at a time, whole characters in each', async () => {
  const own = join(folder, 'large')
  await using platform = await servePlatform({ folder: own })
  const file = join(own, 'logs', '1-1.log')
  const descriptor = openSync(file, 'w')
  ftruncateSync(descriptor, 2 ** 30)
  writeSync(descriptor, '完'.repeat(200_000), 2 ** 30)
  closeSync(descriptor)
  const db = new DatabaseSync(join(own, 'platform.db'))
  db.prepare(
    "insert into exec_log (config_id, exec_name, insert_time, status, log_file, owner) values (1, 'x', '', 'failed', ?, 0)",
  ).run(file)
  db.close()
  const size = 2 ** 30 + 600_000
  let from = 2 ** 30
  let text = ''
  while (from < size) {
    const { data } = (await ask(`${platform.url}/api/config/log?id=1&from=${from}`)).json
    expect(data).toMatchObject({ size, from })
    expect(data.text.length).toBeGreaterThan(0)
    text += data.text
    from = data.next
  }
  expect(text).toBe('完'.repeat(200_000))
  expect((await ask(`${platform.url}/api/config/log?id=1`)).json.data.text.length).toBeLessThan(300_000)
})

test('other addresses than loopback need a token, and other names of it are refused', async () => {
  await expect(servePlatform({ folder: join(folder, 'open'), host: '0.0.0.0' })).rejects.toMatchObject({
    code: 'ASSAY_USAGE',
  })
  await using platform = await servePlatform({ folder: join(folder, 'names') })
  const status = await new Promise<number>((resolve, reject) => {
    const asked = request(`${platform.url}/api/config/list`, { headers: { host: 'evil.example' } }, answer => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
    asked.on('error', reject)
    asked.end()
  })
  expect(status).toBe(403)
})

test('row and file of a config change together, or neither does; what was torn apart is mended at the next start', async () => {
  const own = join(folder, 'whole')
  const file = join(own, 'configs', '1.json')
  {
    await using platform = await servePlatform({ folder: own })
    // a folder stands where the file should: it cannot be written
    mkdirSync(file, { recursive: true })
    const refused = await ask(`${platform.url}/api/config/save`, { config_name: 'first', content: job(1) })
    expect(refused).toMatchObject({ status: 500, json: { error: { code: 'failed' } } })
    expect((await ask(`${platform.url}/api/config/list`)).json.data).toEqual([])
    rmSync(file, { recursive: true })
    expect((await ask(`${platform.url}/api/config/save`, { config_name: 'first', content: job(1) })).status).toBe(200)
    const before = readFileSync(file, 'utf8')
    rmSync(file)
    mkdirSync(file)
    const input = { id: 1, config_name: 'second', content: job(2) }
    expect((await ask(`${platform.url}/api/config/update`, input)).status).toBe(500)
    expect((await ask(`${platform.url}/api/config?id=1`)).json.data).toMatchObject({
      config_name: 'first',
      content: before,
    })
    expect(readdirSync(join(own, 'configs'))).toEqual(['1.json'])
    rmSync(file, { recursive: true })
  }
  await using platform = await servePlatform({ folder: own })
  const { content } = (await ask(`${platform.url}/api/config?id=1`)).json.data
  expect(readFileSync(file, 'utf8')).toBe(content)
})

test('a run that prints without end fills the disk, not the memory, and stops when it is canceled', async () => {
  await using platform = await servePlatform({ folder: join(folder, 'printing') })
  const endless = job(1e12)
  const [content] = endless.job.content
  Object.assign(content?.writer.parameter as object, { print: true })
  await ask(`${platform.url}/api/config/save`, { config_name: 'printing', content: endless })
  await ask(`${platform.url}/api/config/exec`, { id: 1 })
  const size = async () => (await ask(`${platform.url}/api/config/log?id=1&limit=4`)).json.data.size
  await expect.poll(size, { timeout: 120_000 }).toBeGreaterThan(20_000_000)
  await ask(`${platform.url}/api/config/cancel`, { id: 1 })
  const status = async () => (await ask(`${platform.url}/api/config/logs`)).json.data.rows[0].status
  await expect.poll(status, { timeout: 120_000 }).toBe('canceled')
})

test('a database of an earlier version gets the columns that came later', async () => {
  const own = join(folder, 'earlier')
  mkdirSync(own)
  const db = new DatabaseSync(join(own, 'platform.db'))
  db.exec(
    "create table exec_log (id integer primary key autoincrement, config_id integer not null, exec_name text not null, exec_result text not null default '', insert_time text not null, status text not null, end_time text, counters text, log_file text not null, owner integer not null)",
  )
  db.exec(
    "insert into exec_log (config_id, exec_name, insert_time, status, log_file, owner) values (1, 'x', '2026', 'running', '', 1)",
  )
  db.close()
  await using platform = await servePlatform({ folder: own })
  const { rows } = (await ask(`${platform.url}/api/config/logs`)).json.data
  expect(rows).toMatchObject([{ status: 'interrupted', progress: null, start_time: null }])
})
