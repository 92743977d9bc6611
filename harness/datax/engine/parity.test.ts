import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { homesForTest } from '../../../fixtures/datax/home.ts'
import { connect } from '../../sql/connect.ts'
import type { Lease } from '../../targets/lease.ts'
import type { Endpoint } from '../../targets/target.ts'
import { leaseForTest } from '../../targets/testing.ts'
import { buildJob, type JobEnd, type JobPlan } from '../job/build.ts'
import type { Engine } from './engine.ts'
import { openHome } from './home/home.ts'
import { homeEngine } from './home/home-engine.ts'
import { localHost } from './home/local-host.ts'
import { inProcessEngine } from './in-process/engine.ts'

const homes = await Promise.all((await homesForTest()).map(one => openHome(localHost, one)))
const datax = homes.find(home => home.kind === 'datax')

const folder = mkdtempSync(join(tmpdir(), 'assay-parity-'))
const leases: Lease[] = []
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  for (const lease of leases) await lease.release()
})

const QUICK = { container: { job: { sleepInterval: 100 } } }
const print: JobEnd = { name: 'stream', parameter: { print: true } }

/** What of a run must be the same in compat mode as in DataX. */
async function seen(engine: Engine, plan: JobPlan) {
  let printed = ''
  const result = await engine.run(JSON.stringify(buildJob({ core: QUICK, ...plan })), {
    mode: 'compat',
    onPrint: text => {
      printed += text
    },
  })
  const { exitCode, errorCode, counters } = result
  const { total, failed, readBytes, transformer } = counters
  // a job that failed says only in its last progress line what it had done
  return exitCode === 0 ? { printed, total, failed, readBytes, transformer } : { exitCode, errorCode }
}

const home = (): Engine => homeEngine('home', localHost, datax as NonNullable<typeof datax>)

async function same(plan: JobPlan): Promise<void> {
  const theirs = await seen(home(), plan)
  expect(await seen(inProcessEngine, plan)).toEqual(theirs)
}

let files = 0
function csv(text: string | Buffer, column: unknown = ['*'], more: object = {}): JobEnd {
  const path = join(folder, `in-${++files}.csv`)
  writeFileSync(path, text)
  return { name: 'txtfile', parameter: { path: [path], column, ...more } }
}

const filter = (columnIndex: number, ...paras: string[]) => ({ name: 'dx_filter', parameter: { columnIndex, paras } })
const typed = [
  { index: 0, type: 'string' },
  { index: 1, type: 'long' },
  { index: 2, type: 'double' },
  { index: 3, type: 'boolean' },
  { index: 4, type: 'date' },
]

const why = datax ? '' : ' (there is none here: set DATAX_HOME)'

describe.skipIf(!datax)(`compat gives what DataX gives${why}`, { timeout: 180_000 }, () => {
  test('text files: quotes, blanks, a byte order mark, ragged and blank lines', async () => {
    await same({
      reader: csv('\ufeffa, b ,"c ""q"" d"\r\n\r\n x\t,,"two\nlines"\nlast,"",\\N\n"  kept ",1'),
      writer: print,
    })
  })

  test('typed columns: what is converted, and what is dirty', async () => {
    const lines = [
      ...['a,1,1.5,true,2020-01-02 03:04:05', 'b,12.9,1e3,FALSE,2020-1-5', 'c,1e3,NaN,yes,2020-01-01'],
      ...['d,x,1,true,2020-01-01', 'e,1,x,true,2020-01-01', 'f,1,1,true,2020-13-45 10:00:00', 'g,,,,'],
      ...[
        'h,99999999999999999999,-0.000,true,20200102',
        'i,1,1,true,10:11:12',
        'j,1',
        'k,1,1,true,2020-01-01 trailing',
      ],
    ]
    const plan = { reader: csv(`${lines.join('\n')}\n`, typed, { nullFormat: '' }), writer: print }
    // a LONG made of the text 12.9 counts four bytes there, and its digits here
    const { readBytes: _, ...theirs } = await seen(home(), plan)
    expect(await seen(inProcessEngine, plan)).toMatchObject(theirs)
    await same({ reader: csv(`${lines.slice(0, 3).join('\n')}\n`, typed), writer: print, errorLimit: { record: 0 } })
  })

  test('transformers, with null and at the bounds', async () => {
    const lines = ['alpha,5', 'be,\\N', '\\N,7', ',0', 'gamma delta,-1']
    const column = [
      { index: 0, type: 'string' },
      { index: 1, type: 'long' },
    ]
    const reader = csv(`${lines.join('\n')}\n`, column, { nullFormat: '\\N' })
    const one = (name: string, ...paras: string[]) => ({ name, parameter: { columnIndex: 0, paras } })
    for (const transformer of [
      [one('dx_substr', '1', '3')],
      [one('dx_pad', 'l', '4', '*+'), one('dx_pad', 'r', '8', '_')],
      [one('dx_replace', '1', '2', '##')],
      [one('dx_digest', 'md5', 'toUpperCase'), one('dx_digest', 'MD5', 'TOUPPERCASE')],
      [filter(1, '>', '4')],
      [filter(1, '=', 'null')],
      [filter(0, 'not like', '.*a')],
      [filter(0, '!=', 'be'), one('dx_substr', '6', '2')],
    ])
      await same({ reader, writer: print, transformer })
  })

  test('txtfilewriter: text, csv and sql', async () => {
    const lines = 'plain,1\n"with, comma",2\n"a ""quote""",3\n  blanks  ,4\n,5\n\\N,6\n"two\nlines",7\n"#x",8\n'
    const reader = csv(lines, ['*'], { nullFormat: '\\N' })
    const written = async (engine: Engine, parameter: object): Promise<string> => {
      const path = mkdtempSync(join(folder, 'out-'))
      const writer = { name: 'txtfile', parameter: { path, fileName: 'o', writeMode: 'truncate', ...parameter } }
      const result = await engine.run(JSON.stringify(buildJob({ core: QUICK, reader, writer })), { mode: 'compat' })
      expect(result).toMatchObject({ exitCode: 0 })
      return readdirSync(path)
        .map(name => readFileSync(join(path, name), 'utf8'))
        .join()
    }
    for (const parameter of [
      { fileFormat: 'text', header: ['a', 'b'], fieldDelimiter: '|' },
      { fileFormat: 'csv', header: ['a', 'b'] },
      { fileFormat: 'sql', header: ['a', 'b'], table: 't', quoteChar: '`', commitSize: 3 },
    ]) {
      const theirs = await written(home(), parameter)
      expect(await written(inProcessEngine, parameter)).toBe(theirs)
    }
  })

  describe('databases', () => {
    let postgres: Endpoint
    let mysql: Endpoint
    beforeAll(async () => {
      for (const name of ['postgres.pair', 'mariadb.replication']) leases.push(await leaseForTest(name))
      postgres = leases[0]?.endpoints.source as Endpoint
      mysql = leases[1]?.endpoints.primary as Endpoint
    }, 180_000)
    const sql = async (at: Endpoint, ...texts: string[]): Promise<void> => {
      await using session = await connect(at)
      for (const text of texts) await session.query(text)
    }
    const table = (name: string, endpoint: Endpoint, of: string, column: string[], more: object = {}): JobEnd => ({
      ...{ name, endpoint, table: [of] },
      parameter: { column, ...more },
    })

    test('every type of PostgreSQL', async () => {
      const columns = 'id, s, b, n, f4, f8, t, c, ok, b1, d, ti, ts, tz, by'
      await sql(
        postgres,
        `create table kinds (id int, s smallint, b bigint, n numeric, f4 real, f8 double precision, t text, c char(6), ok boolean,
           b1 bit(1), d date, ti time, ts timestamp, tz timestamptz, by bytea)`,
        `insert into kinds values
           (1, -32768, -9223372036854775808, 1234567890.12345678901234567890, 'NaN', 1.7976931348623157e308, 'Köln 界', 'pad', true, '1',
             '0001-01-01', '00:00:01', '1900-01-01 00:00:00.123456', '2020-01-01 00:00:00+00', '\\x616263'),
           (2, 1, 2, 1.50, 0.1, 1e-7, '', '', false, '0', '2020-02-29', '23:59:59.9', '2020-06-01 12:00:00', '2020-06-01 12:00:00.5+02', ''),
           (3, null, null, null, null, null, null, null, null, null, null, null, null, null, null)`,
      )
      await same({ reader: table('postgresql', postgres, 'kinds', columns.split(', ')), writer: print })
      await sql(postgres, 'create table odd (id int, u uuid); insert into odd values (1, gen_random_uuid())')
      await same({ reader: table('postgresql', postgres, 'odd', ['*']), writer: print })
    })

    test('every type of MySQL', async () => {
      const columns = 'id, tiny, big, ubig, n, f, d, c, t, born, seen, ts, b1, raw'
      await sql(
        mysql,
        `create table kinds (id int, tiny tinyint, big bigint, ubig bigint unsigned, n decimal(20,5), f float, d double, c char(6), t text,
           born date, seen datetime(6), ts timestamp null, y year, b1 bit(1), raw varbinary(10))`,
        `insert into kinds values
           (1, -128, -9223372036854775808, 18446744073709551615, -0.00001, 1.5, 1e300, 'Köln', 'a\\tb', '1000-01-01',
             '2020-01-01 00:00:00.123456', '2020-01-01 00:00:00', 2020, b'1', 'abc'),
           (2, 1, 2, 3, 1.50000, 0.25, 1e-7, '', '', '2020-02-29', '2020-06-01 12:00:00', '2020-06-01 12:00:00', 1999, b'0', ''),
           (3, null, null, null, null, null, null, null, null, null, null, null, null, null, null)`,
      )
      await same({ reader: table('mysql', mysql, 'kinds', columns.split(', ')), writer: print })
      // a year counts 8 bytes there, and its digits here
      const years = { reader: table('mysql', mysql, 'kinds', ['y']), writer: print }
      const theirs = await seen(home(), years)
      expect((await seen(inProcessEngine, years)).printed).toEqual(theirs.printed)
    })

    test('rows that do not fit are dirty, and the others are written', async () => {
      const reader = csv('1,5\n2,x\n3,\n4,7\n4,8\n', ['*'])
      const rows = async (engine: Engine, at: Endpoint, name: string) => {
        await sql(at, 'drop table if exists tight', 'create table tight (id int primary key, amount int)')
        const told = await seen(engine, { reader, writer: table(name, at, 'tight', ['id', 'amount']) })
        await using session = await connect(at)
        return { told, rows: (await session.query('select id, amount from tight order by id')).values }
      }
      for (const [at, name] of [
        [postgres, 'postgresql'],
        [mysql, 'mysql'],
      ] as const)
        expect(await rows(inProcessEngine, at, name)).toEqual(await rows(home(), at, name))
    })

    test('a split table: tasks, and rows', async () => {
      await sql(postgres, 'create table parts (id int, t text)')
      await sql(postgres, "insert into parts select i * 3, 'x' || i from generate_series(1, 100) i")
      await sql(postgres, "insert into parts values (null, 'none')")
      const plan: JobPlan = {
        ...{
          reader: table('postgresql', postgres, 'parts', ['id', 't'], { splitPk: 'id', where: 'id is null or id > 9' }),
        },
        ...{ writer: { name: 'stream', parameter: { print: false } }, channel: 2 },
      }
      await same(plan)
      const text = JSON.stringify(buildJob({ core: QUICK, ...plan }))
      const [ours, theirs] = [await inProcessEngine.run(text, { mode: 'compat' }), await home().run(text)]
      expect({ tasks: ours.tasks, channels: ours.channels }).toEqual({ tasks: theirs.tasks, channels: theirs.channels })
    })
  })
})
