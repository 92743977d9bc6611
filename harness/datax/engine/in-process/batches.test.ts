import { afterAll, expect, test, vi } from 'vitest'
import { compareRows } from '../../../compare/compare-rows.ts'
import { connect } from '../../../sql/connect.ts'
import type { Endpoint } from '../../../targets/target.ts'
import { leaseDatabases, run, sql } from './testing.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

const databases = await leaseDatabases()
const { postgres, primary } = databases
afterAll(() => databases[Symbol.asyncDispose]())

async function values(at: Endpoint, text: string): Promise<readonly (readonly unknown[])[]> {
  await using session = await connect(at)
  return (await session.query(text)).values
}

test('bad rows of several batches are dirty, and no other row is lost or written twice', async () => {
  await sql(
    postgres,
    "create table loose as select i as id, case when i in (17, 400, 401, 999) then 'x' || i else i::text end as amount from generate_series(1, 1000) i",
  )
  for (const [name, endpoint] of [
    ['postgresql', postgres],
    ['mysql', primary],
  ] as const) {
    await sql(endpoint, 'create table tight (id int primary key, amount int)')
    const result = await run({
      errorLimit: { record: 4 },
      reader: {
        name: 'postgresql',
        endpoint: postgres,
        table: ['loose'],
        parameter: { column: ['id', 'amount'] },
      },
      // smaller than what comes at once: while a batch is halved, the next is ready
      writer: { name, endpoint, table: ['tight'], parameter: { column: ['id', 'amount'], batchSize: 64 } },
    })
    expect(result).toMatchObject({ exitCode: 0, counters: { total: 1000n, written: 996n, writeFailed: 4n } })
    expect(result.dirty.map(one => one.record[0]?.rawData)).toEqual(['17', '400', '401', '999'])
    await using session = await connect(endpoint)
    const { values } = await session.query('select count(*), sum(id), sum(amount) from tight')
    expect(values.map(row => row.map(Number))).toEqual([[996, 500_500 - 1817, 500_500 - 1817]])
  }
})

test('a row that is larger than MySQL takes at once is dirty, and the connection lives', async () => {
  await sql(
    postgres,
    "create table wide as select i as id, case when i = 2 then repeat('y', 17000000) else 'x' end as t from generate_series(1, 3) i",
  )
  await sql(primary, 'create table wide (id int, t longtext)')
  const parameter = { column: ['id', 't'] }
  const result = await run({
    errorLimit: { record: 1 },
    reader: { name: 'postgresql', endpoint: postgres, table: ['wide'], parameter },
    writer: { name: 'mysql', endpoint: primary, table: ['wide'], parameter },
  })
  expect(result).toMatchObject({ exitCode: 0, counters: { written: 2n, writeFailed: 1n } })
  expect(result.dirty[0]?.message).toMatch(/^a statement of 170\d{5} bytes, and the server takes 16777216/)
})

test('writeMode load gives the same rows as statements, and undoes a load that is not whole', async () => {
  await sql(
    postgres,
    'create table cargo (id int, t text, n numeric, at timestamp)',
    `insert into cargo select i, E'it''s \\t \\n \\r \\b \\f \\v \\\\f \\\\ Köln 😀 ' || i, i / 7.0, timestamp '2020-01-01' + i * interval '1.000001 hours'
       from generate_series(1, 500) i`,
    'insert into cargo values (501, null, null, null), (502, $$\\N$$, 0, null)',
  )
  const parameter = { column: ['id', 't', 'n', 'at'] }
  const load = (table: string, more: object = {}, errorLimit = 0) =>
    run({
      errorLimit: { record: errorLimit },
      reader: { name: 'postgresql', endpoint: postgres, table: ['cargo'], parameter },
      writer: {
        name: 'mysql',
        endpoint: primary,
        table: [table],
        parameter: { ...parameter, writeMode: 'load', batchSize: 100, ...more },
      },
    })
  const loads = async () => Number((await values(primary, "show global status like 'Com_load'"))[0]?.[1])
  const columns = '(id int primary key, t varchar(60), n decimal(40,20), at datetime(6))'
  await sql(primary, `create table cargo ${columns}`, `create table cargo_full ${columns}`)
  const before = await loads()
  expect(await load('cargo')).toMatchObject({ exitCode: 0, counters: { total: 502n, written: 502n } })
  expect((await loads()) - before).toBe(6)
  const compared = await compareRows({
    left: { endpoint: postgres, table: { name: 'cargo' } },
    right: { endpoint: primary, table: { name: 'cargo' } },
    ...{ mode: 'by-value', key: ['id'] },
  })
  expect(compared).toMatchObject({ verdict: 'equal', rows: { right: 502 } })
  // keys that are there, and texts that are too long: LOAD DATA LOCAL would pass over the ones and cut the others
  const longest = Number((await values(postgres, 'select max(length(t)) from cargo'))[0]?.[0])
  await sql(
    primary,
    `alter table cargo_full modify t varchar(${longest - 1})`,
    'insert into cargo_full (id) values (7), (300)',
  )
  const full = await load('cargo_full', {}, 502)
  // those of three digits are too long
  const bad = [7, ...Array.from({ length: 401 }, (_, at) => at + 100)]
  expect(full.dirty.map(one => Number(one.record[0]?.rawData))).toEqual(bad)
  expect(full).toMatchObject({ exitCode: 0, counters: { written: 100n, writeFailed: 402n } })
  expect(await values(primary, 'select count(*), count(t) from cargo_full')).toEqual([[102, 99]])
  expect(full.log.join('\n')).toMatch(/of 100 rows \d+ were loaded, with \d+ warnings; they are written by statements/)
})

test('writeMode load writes by statements where a load could not be undone', async () => {
  await sql(postgres, 'create table crate (id int)', 'insert into crate select generate_series(1, 10)')
  await sql(primary, 'create table crate (id int) engine=myisam')
  const result = await run({
    reader: { name: 'postgresql', endpoint: postgres, table: ['crate'], parameter: { column: ['id'] } },
    writer: { name: 'mysql', endpoint: primary, table: ['crate'], parameter: { column: ['id'], writeMode: 'load' } },
  })
  expect(result).toMatchObject({ exitCode: 0, counters: { written: 10n } })
  expect(result.log.join('\n')).toContain('written by statements, since crate is no table of InnoDB')
})
