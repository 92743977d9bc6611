import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { SqlSession } from '../sql/session.ts'
import { startLoopbackProxy } from '../targets/loopback-proxy.ts'
import { openTestPair, type TestPair } from '../transfer/testing.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))

let pair: TestPair
let source: SqlSession
let destination: SqlSession

beforeAll(async () => {
  pair = await openTestPair()
  ;({ source, destination } = pair)
  await source.query(`create schema "S c"; create table "S c"."t'1" as select i as id, timestamp '2026-11-01' + i * interval '1 hour' as at from generate_series(0, 47) i;
    create table "S c".other as select 1 as id`)
  await destination.query(
    `create schema "S c"; create table "S c"."t'1" (id int, at timestamp); create table "S c".other (id int)`,
  )
})

afterAll(() => pair?.[Symbol.asyncDispose]())

const url = (name: 'source' | 'destination') => {
  const { host, port, user, database } = pair.ends[name]
  return `postgres://${user}@${host}:${port}/${database}`
}
const withPassword = (name: 'source' | 'destination') =>
  url(name).replace('@', `:${encodeURIComponent(pair.ends[name].password.reveal())}@`)
const environment = () => {
  const password = (name: 'source' | 'destination') => pair.ends[name].password.reveal()
  return {
    ...process.env,
    ASSAY_SOURCE_PASSWORD: password('source'),
    ASSAY_DESTINATION_PASSWORD: password('destination'),
    ASSAY_CONTROL_PASSWORD: password('destination'),
    ASSAY_ALARMS_PASSWORD: password('destination'),
  }
}

const TRANSFERS =
  "select count(*)::int from pg_stat_activity where application_name = 'assay transfer' and datname = current_database()"

type Ran = { readonly code: number; readonly stdout: string; readonly stderr: string }

const assay = (...args: string[]): Promise<Ran> => assayIn(undefined, ...args)

/** In a folder that is the process's home and place for temporary files, too. */
async function assayIn(folder: string | undefined, ...args: string[]): Promise<Ran> {
  const env = { ...environment(), ...(folder ? { HOME: folder, TMPDIR: folder } : {}) }
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [MAIN, ...args], { env, cwd: folder })
    return { code: 0, stdout, stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, stdout, stderr }
  }
}

test('a dry run prints the plan and moves nothing; the run moves it', async () => {
  const args = ['transfer', url('source'), url('destination'), '--table', 'S c.*', '--json']
  const plan = await assay(...args, '--dry-run')
  expect(plan).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(plan.stdout)).toMatchObject([
    { table: 'S c.other', mode: 'replace', format: 'binary' },
    { table: "S c.t'1", columns: ['id', 'at'] },
  ])
  expect((await destination.query(`select count(*)::int from "S c"."t'1"`)).values).toEqual([[0]])
  const moved = await assay(...args)
  expect(moved).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(moved.stdout)).toMatchObject([{ rows: { verified: 1 } }, { rows: { verified: 48 } }])
})

test.each([['--tables-at-once', '1'], ['--dry-run']])('sessions go from table to table: %s', async (...options) => {
  for (const session of [source, destination])
    await session.query(`drop schema if exists several cascade; create schema several;
      ${Array.from({ length: 6 }, (_, index) => `create table several.t${index} (id int)`).join(';')}`)
  await using proxies = new AsyncDisposableStack()
  const through = async (name: 'source' | 'destination') => {
    const proxy = proxies.use(await startLoopbackProxy(pair.ends[name]))
    const { host, port } = proxy.endpoint
    return { proxy, url: url(name).replace(/@[^/]*/, `@${host}:${port}`) }
  }
  const [from, to] = [await through('source'), await through('destination')]
  const ran = await assay('transfer', from.url, to.url, '--table', 'several.*', ...options)
  expect(ran).toMatchObject({ code: 0, stderr: '' })
  // one for the list of tables, which then holds the snapshot or reads the first table
  expect([from.proxy.connections, to.proxy.connections]).toEqual([options[0] === '--dry-run' ? 1 : 3, 1])
})

test('no file is written, and no session left, whether it moves or fails', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'assay-transfer-empty-'))
  try {
    for (const [table, code] of [
      ['S c.other', 0],
      ['nowhere', 1],
    ] as const) {
      const ran = await assayIn(empty, 'transfer', url('source'), url('destination'), '--table', table)
      expect(ran.code).toBe(code)
      expect(readdirSync(empty, { recursive: true })).toEqual([])
      for (const session of [source, destination])
        await expect.poll(async () => (await session.query(TRANSFERS)).values, { timeout: 30_000 }).toEqual([[0]])
    }
  } finally {
    rmSync(empty, { recursive: true, force: true })
  }
})

test('a window, for people', async () => {
  const window = ['--window-column', 'at', '--from', '2026-11-01', '--to', '2026-11-02']
  const { code, stdout } = await assay('transfer', url('source'), url('destination'), '--table', "S c.t'1", ...window)
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: expect.stringMatching(
      /^S c\.t'1 \[2026-11-01 00:00:00, 2026-11-02 00:00:00\) {2}24 rows {2}.* digest equal \(columns 64/,
    ),
  })
})

test.each([
  {
    what: 'a missing table',
    args: ['--table', 'nowhere'],
    code: 1,
    text: /^nowhere {2}failed\n {2}ASSAY_TRANSFER_TABLE/,
  },
  { what: 'no table', args: [], code: 64, text: /ASSAY_USAGE {2}no --table/ },
  {
    what: 'a mode that is none',
    args: ['--table', 't', '--mode', 'swap'],
    code: 64,
    text: /--mode swap is none of replace/,
  },
  { what: 'half a window', args: ['--table', 't', '--from', '2026-11-01'], code: 64, text: /a window needs both/ },
  {
    what: 'a window that is the wrong way round',
    args: ['--table', 't', '--window-column', 'at', '--from', '2026-11-02', '--to', '2026-11-01'],
    code: 64,
    text: /ends before it starts/,
  },
  {
    what: 'a condition that is no SQL',
    args: ['--table', 'S c.other', '--where', 'id = = 2'],
    code: 64,
    text: /ASSAY_TRANSFER_OPTION {2}source S c\.other does not take the condition id = = 2: syntax error/,
  },
  {
    what: 'a window column that is not there',
    args: ['--table', 'S c.other', '--window-column', 'at', '--from', '2026-11-01', '--to', '2026-11-02'],
    code: 64,
    text: /ASSAY_TRANSFER_WINDOW {2}source S c\.other has no window column "at"\n {4}Its columns are id\./,
  },
  {
    what: 'a dry run of a missing table beside another',
    args: ['--table', 'S c.other', '--table', 'nowhere', '--dry-run'],
    code: 1,
    text: /^S c\.other\n {2}mode replace.*\nnowhere {2}failed\n {2}ASSAY_TRANSFER_TABLE/s,
  },
])('$what: exit code $code', async ({ args, code, text }) => {
  const ran = await assay('transfer', url('source'), url('destination'), ...args)
  expect({ code: ran.code, output: ran.stdout + ran.stderr }).toEqual({ code, output: expect.stringMatching(text) })
})

test.each([
  {
    what: 'one table as both ends',
    args: () => [url('source'), withPassword('source'), '--table', 'S c.other', '--mode', 'truncate'],
    code: 64,
    text: /ASSAY_TRANSFER_OPTION {2}source S c\.other and destination S c\.other are one table of one server/,
  },
  {
    what: 'another kind of server',
    args: () => [url('source'), 'mysql://app@127.0.0.1/x', '--table', 'S c.other'],
    code: 64,
    text: /ASSAY_USAGE {2}destination: tables are moved between PostgreSQL and Greenplum, not mysql/,
  },
  {
    what: 'a word that is none',
    args: () => ['jobs', 'x'],
    code: 64,
    text: /"jobs" is neither the URL of a source nor job/,
  },
  {
    what: 'a job without control tables',
    args: () => ['job', 'j', url('source'), url('destination'), '--schema', 'none'],
    code: 3,
    text: /ASSAY_TRANSFER_JOB {2}.* has no control tables in "none"\n {2}Make them with `assay transfer init`/,
  },
  {
    what: 'another account with that password',
    args: () => [url('source').replace(/\/\/\w+@/, '//postgres@'), url('destination'), '--table', 'S c.other'],
    code: 3,
    text: /ASSAY_AUTH {2}.* as postgres was refused: .*\n {2}Give the password of each URL as ASSAY_SOURCE_PASSWORD/s,
  },
])('$what: exit code $code', async ({ args, code, text }) => {
  const ran = await assay('transfer', ...args())
  expect({ code: ran.code, output: ran.stdout + ran.stderr }).toEqual({ code, output: expect.stringMatching(text) })
})

test('a log of the day: what was asked, what became of each table, how it ended; no password', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-transfer-log-'))
  try {
    const tables = ['--table', 'S c.other', '--table', 'nowhere', '--tables-at-once', '1', '--log', folder]
    expect(await assay('transfer', url('source'), url('destination'), ...tables)).toMatchObject({ code: 1 })
    const wrong = url('source').replace('@', ':not-this-one@')
    expect(await assay('transfer', wrong, url('destination'), ...tables)).toMatchObject({ code: 3 })
    const days = readdirSync(folder)
    expect(days).toEqual(days.map(() => expect.stringMatching(/^\d{4}-\d\d-\d\d\.log$/)))
    const text = days.map(day => readFileSync(join(folder, day), 'utf8')).join('')
    for (const end of ['source', 'destination'] as const) expect(text).not.toContain(pair.ends[end].password.reveal())
    expect(text).not.toContain('not-this-one')
    const lines = text.trimEnd().split('\n')
    const parts = lines.map(line => /^\S+ \S+ (\S+) ([a-z ]+) (\{.*\})$/.exec(line)?.slice(1))
    expect(parts.map(part => part?.[1])).toEqual(['began', 'moved', 'not moved', 'ended', 'began', 'failed'])
    expect(new Set(parts.map(part => part?.[0])).size).toBe(2)
    expect(parts.map(part => JSON.parse(part?.[2] ?? ''))).toMatchObject([
      {
        what: 'transfer',
        endpoints: [expect.stringMatching(/^source \w+@/), expect.stringMatching(/^destination \w+@/)],
      },
      { table: 'S c.other', rows: { exported: 1, transferred: 1, loaded: 1, verified: 1 } },
      { table: 'nowhere', code: 'ASSAY_TRANSFER_TABLE' },
      { code: 1, seconds: expect.any(Number) },
      { what: 'transfer' },
      { error: 'ASSAY_AUTH', code: 3 },
    ])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('a wrong password: exit code 3, and the password is nowhere', async () => {
  const wrong = url('source').replace('@', ':not-this-one@')
  const { code, stdout, stderr } = await assay('transfer', wrong, url('destination'), '--table', "S c.t'1")
  expect(code).toBe(3)
  expect(stderr).toMatch(/^ASSAY_AUTH {2}/)
  expect(stdout + stderr).not.toContain('not-this-one')
})

test('a job from its tables to its end, and alarms about what differs', async () => {
  expect(await assay('transfer', 'init', url('destination'), '--alarms')).toMatchObject({ code: 0 })
  expect(await assay('transfer', 'init', url('destination'))).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/exists already/),
  })
  await destination.query(`insert into assay_transfer.job (name, window_start, step, final_end) values ('j', '2026-11-01', '1 day', '2026-11-03');
    insert into assay_transfer.job_table (job, table_schema, table_name, window_column) values ('j', 'S c', 't''1', 'at');
    truncate "S c"."t'1"`)
  const ran = await assay('transfer', 'job', 'j', url('source'), url('destination'), '--until', '2026-12-01')
  expect(ran).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/job j: 2 windows moved; its final end is reached\n$/),
  })
  const again = await assay(
    'transfer',
    'job',
    'j',
    url('source'),
    url('destination'),
    '--until',
    '2026-12-01',
    '--json',
  )
  expect(JSON.parse(again.stdout)).toMatchObject({ status: 'done', windows: 0 })
  const watch = [
    'compare',
    'watch',
    url('source'),
    url('destination'),
    '--table',
    "S c.t'1",
    '--window-column',
    'at',
    '--once',
    '--look-back',
    '90000h',
  ]
  expect(await assay(...watch)).toMatchObject({ code: 0, stdout: expect.stringMatching(/NORMAL {2}0 alarms\n$/) })
  // older than now and younger than the look-back
  await source.query(`insert into "S c"."t'1" values (-1, now() - interval '1 hour')`)
  expect(await assay(...watch)).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/ABNORMAL {2}1 alarms\n {2}S c.t'1 {2}missing: 1/),
  })
  expect(await assay('transfer', 'reset', url('destination'))).toMatchObject({ code: 0, stdout: '1 alarm removed\n' })
  expect((await destination.query('select count(*)::int from dm.system_alarm')).values).toEqual([[0]])
})

test.each(['connect', 'begin', 'copy', 'verify', 'commit'])(
  'killed with -9 at %s: nothing is visible, and running again completes',
  async phase => {
    await source.query('create table if not exists k as select i as id from generate_series(1, 20000) i')
    await destination.query('drop table if exists k; create table k (id int primary key); insert into k values (-1)')
    const script = fileURLToPath(new URL('../../fixtures/greenplum/halting-transfer.ts', import.meta.url))
    const child = spawn(process.execPath, [script, url('source'), url('destination'), 'k', phase], {
      env: environment(),
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = once(child, 'exit')
    try {
      expect(String(await once(child.stdout, 'data'))).toBe(`at ${phase}\n`)
    } finally {
      child.kill('SIGKILL')
      await ended
    }
    await expect.poll(async () => (await destination.query(TRANSFERS)).values, { timeout: 30_000 }).toEqual([[0]])
    expect((await destination.query('select count(*)::int from k')).values).toEqual([[1]])
    const { code, stdout } = await assay('transfer', url('source'), url('destination'), '--table', 'k', '--json')
    const result = JSON.parse(stdout)
    expect({ code, deleted: result[0].deleted, rows: result[0].rows.verified }).toEqual({
      code: 0,
      deleted: 1,
      rows: 20_000,
    })
    const leftovers = "select count(*)::int from pg_class where relname like 'assay\\_stage%'"
    expect((await destination.query(leftovers)).values).toEqual([[0]])
  },
)
