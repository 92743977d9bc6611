import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { connect } from '../../../sql/connect.ts'
import type { SqlSession } from '../../../sql/session.ts'
import type { Lease } from '../../../targets/lease.ts'
import type { Endpoint } from '../../../targets/target.ts'
import { leaseForTest } from '../../../targets/testing.ts'
import { checkJob } from '../check.ts'
import { parseJson } from '../json.ts'
import { nodeAt } from '../json-node.ts'
import { substitute } from '../variables.ts'
import type { BuiltJob } from './built-job.ts'
import * as pairs from './pairs.ts'

// servers may have to start first
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 })

const folder = mkdtempSync(join(tmpdir(), 'assay-builders-'))
const stack = new AsyncDisposableStack()
let postgres: Endpoint
let mysql: Endpoint
let inPostgres: SqlSession
let inMysql: SqlSession

/** Names that need their quotes: a keyword, capitals, a blank. */
const COLUMNS = ['id', 'order', 'City Name'] as const
const ROWS = [
  [1, 'a', 'Aachen'],
  [2, null, '北京'],
  [3, 'c', 'x"y\'z'],
]

beforeAll(async () => {
  const leased = async (target: string, role: string): Promise<Endpoint> => {
    const lease: Lease = stack.use(await leaseForTest(target))
    return lease.endpoints[role] as Endpoint
  }
  postgres = await leased('postgres.pair', 'source')
  mysql = await leased('mariadb.replication', 'primary')
  inPostgres = stack.use(await connect(postgres))
  inMysql = stack.use(await connect(mysql))
  for (const table of ['city', 'copy']) {
    await inPostgres.query(`create table ${table} (id int primary key, "order" text, "City Name" varchar(40))`)
    await inMysql.query(`create table ${table} (id int primary key, \`order\` text, \`City Name\` varchar(40))`)
  }
  await inPostgres.query(`insert into city values (1, 'a', 'Aachen'), (2, null, '北京'), (3, 'c', 'x"y''z')`)
  await inMysql.query(`insert into city values (1, 'a', 'Aachen'), (2, null, '北京'), (3, 'c', 'x"y''z')`)
})

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await stack.disposeAsync()
})

const stream = {
  columns: [
    { type: 'long', value: 4 },
    { type: 'string', value: 'd' },
    { type: 'string', random: [3, 3] },
  ],
  count: 1,
} as const
const from = (on: Endpoint) => ({ on, table: 'city', columns: COLUMNS, splitPk: 'id' })
const to = (on: Endpoint) => ({ on, table: 'copy', columns: COLUMNS, preSql: ['delete from @table'] })
const file = { path: folder, fileName: 'city', writeMode: 'truncate' } as const
const fields = [0, 1, 2].map(index => ({ index, type: index === 0 ? 'long' : 'string' }) as const)

const builders: Readonly<Record<keyof typeof pairs, () => BuiltJob>> = {
  streamToStream: () => pairs.streamToStream({ from: stream, to: {} }),
  streamToMysql: () => pairs.streamToMysql({ from: stream, to: to(mysql) }),
  streamToPostgresql: () => pairs.streamToPostgresql({ from: stream, to: to(postgres) }),
  streamToText: () => pairs.streamToText({ from: stream, to: { ...file, fileName: 'stream' } }),
  mysqlToStream: () => pairs.mysqlToStream({ from: from(mysql), to: { print: true } }),
  mysqlToMysql: () => pairs.mysqlToMysql({ from: from(mysql), to: { ...to(mysql), writeMode: 'replace' } }),
  mysqlToPostgresql: () => pairs.mysqlToPostgresql({ from: from(mysql), to: to(postgres) }),
  mysqlToText: () => pairs.mysqlToText({ from: from(mysql), to: file }),
  postgresqlToStream: () => pairs.postgresqlToStream({ from: from(postgres), to: {} }),
  postgresqlToMysql: () => pairs.postgresqlToMysql({ from: from(postgres), to: to(mysql) }),
  postgresqlToPostgresql: () => pairs.postgresqlToPostgresql({ from: from(postgres), to: to(postgres) }),
  postgresqlToText: () => pairs.postgresqlToText({ from: from(postgres), to: file }),
  textToStream: () => pairs.textToStream({ from: { path: join(folder, 'city*'), columns: fields }, to: {} }),
  textToMysql: () => pairs.textToMysql({ from: { path: join(folder, 'city*'), columns: fields }, to: to(mysql) }),
  textToPostgresql: () =>
    pairs.textToPostgresql({ from: { path: join(folder, 'city*'), columns: fields }, to: to(postgres) }),
  textToText: () =>
    pairs.textToText({
      from: { path: join(folder, 'city*'), columns: fields },
      to: { ...file, fileName: 'again', fileFormat: 'text', fieldDelimiter: '|' },
    }),
}

/** After a pair that writes a file, those that read it. */
const ORDER = (Object.keys(builders) as (keyof typeof pairs)[]).sort(
  (a, b) => Number(a.startsWith('text')) - Number(b.startsWith('text')),
)

test.each(ORDER)('%s: what it makes passes the check without a finding, and moves the rows', async name => {
  const built = builders[name]()
  expect(checkJob(built.text, built.revealParams())).toEqual([])
  for (const endpoint of [postgres, mysql]) expect(built.text).not.toContain(`"${endpoint.password.reveal()}"`)
  const printed: string[] = []
  const result = await built.run({ onPrint: text => void printed.push(text) })
  const count = name.startsWith('stream') ? 1 : 3
  expect(result).toMatchObject({ exitCode: 0, counters: { written: BigInt(count), failed: 0n } })
  const wanted = name.startsWith('stream') ? [[4, 'd', expect.stringMatching(/^\w{3}$/)]] : ROWS
  if (name.endsWith('Postgresql')) {
    const { values } = await inPostgres.query('select * from copy order by id')
    expect(values).toEqual(wanted)
  }
  if (name.endsWith('Mysql')) {
    const { values } = await inMysql.query('select * from copy order by id')
    expect(values).toEqual(wanted)
  }
  if (name.endsWith('ToStream')) expect(printed.join('')).toMatch(count === 1 ? /^4\td\t/ : /北京/)
  if (name === 'textToText') {
    const again = readdirSync(folder).filter(one => one.startsWith('again'))
    const lines = again.flatMap(one => readFileSync(join(folder, one), 'utf8').trimEnd().split('\n'))
    expect(lines.sort()).toEqual(['1|a|Aachen', '2|\\N|北京', '3|c|x"y\'z'])
  }
})

test('a password may hold what JSON and variables mean by something', () => {
  const password = 'q"\\$1${id}\'x\n'
  const built = pairs.postgresqlToStream({ from: { ...from(postgres), on: { ...postgres, password } }, to: {} })
  const root = parseJson(substitute(built.text, built.revealParams()))
  expect(nodeAt(root, 'job', 'content', 0, 'reader', 'parameter', 'password')).toMatchObject({ value: password })
  expect(inspect(built) + JSON.stringify(built)).not.toContain('$1')
})

test('expressions, conditions, several tables, transformers and limits arrive in the job', async () => {
  const built = pairs.postgresqlToStream({
    from: {
      on: postgres,
      table: ['city', 'public.city'],
      columns: ['id', { sql: 'upper("City Name")' }],
      where: 'id < 3',
    },
    to: { fieldDelimiter: '|' },
    transform: [
      { transform: 'filter', column: 0, drop: '=', value: '2' },
      { transform: 'substr', column: 1, start: 0, length: 3 },
      { transform: 'pad', column: 1, side: 'left', length: 5, text: '.' },
      { transform: 'replace', column: 1, start: 0, length: 1, text: '#' },
    ],
    speed: { records: { perSecond: 100_000, perChannel: 100_000 } },
    errorLimit: { percentage: 0.5 },
  })
  expect(checkJob(built.text, built.revealParams())).toEqual([])
  const printed: string[] = []
  await built.run({ onPrint: text => void printed.push(text) })
  expect(printed.join('')).toBe('1|#.AAC\n1|#.AAC\n')
})

test.each([
  ['another number of columns', () => pairs.mysqlToMysql({ from: from(mysql), to: { ...to(mysql), columns: ['id'] } })],
  ['a server of another kind', () => pairs.mysqlToStream({ from: from(postgres), to: {} })],
  ['no password', () => pairs.mysqlToStream({ from: { ...from(mysql), on: { ...mysql, password: '' } }, to: {} })],
  ['a table that cannot be named', () => pairs.mysqlToStream({ from: { ...from(mysql), table: 'a,b' }, to: {} })],
  ['a splitPk that is not read', () => pairs.mysqlToStream({ from: { ...from(mysql), splitPk: 'other' }, to: {} })],
  [
    'a transformer of a column that is none',
    () =>
      pairs.streamToStream({
        from: stream,
        to: {},
        transform: [{ transform: 'substr', column: 3, start: 0, length: 1 }],
      }),
  ],
])('%s is refused before there is a job', (_, build) => {
  expect(build).toThrow(expect.objectContaining({ code: 'ASSAY_DATAX_JOB' }))
})
