import { afterAll, expect, test, vi } from 'vitest'
import { connect } from '../../../sql/connect.ts'
import type { Endpoint } from '../../../targets/target.ts'
import { leaseForTest } from '../../../targets/testing.ts'
import type { JobEnd } from '../../job/build.ts'
import { leaseDatabases, run, sql } from './testing.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

const databases = await leaseDatabases()
const { postgres, primary } = databases
afterAll(() => databases[Symbol.asyncDispose]())

const print: JobEnd = { name: 'stream', parameter: { print: true } }

test('the tasks of a split table read one moment in strict, and each its own in compat', async () => {
  await sql(postgres, 'create table moments (id int)', 'insert into moments select generate_series(1, 100)')
  const reader = {
    name: 'postgresql',
    endpoint: postgres,
    table: ['moments'],
    parameter: { column: ['id'], splitPk: 'id' },
  }
  // so many ranges that those at the end have not begun when the first row is there
  const plan = { ...{ channel: 2, reader, writer: print }, errorLimit: { record: 0 } }
  for (const [mode, seen] of [
    ['strict', false],
    ['compat', true],
  ] as const) {
    let printed = ''
    let inserted: Promise<void> | undefined
    const result = await run(plan, {
      mode,
      onPrint: async text => {
        printed += text
        inserted ??= sql(postgres, 'insert into moments values (100)')
        await inserted
      },
    })
    expect(result).toMatchObject({ exitCode: 0 })
    expect(result.tasks).toBeGreaterThan(4)
    expect(printed.split('\n').filter(line => line === '100').length > 1).toBe(seen)
    await sql(postgres, 'truncate moments', 'insert into moments select generate_series(1, 100)')
  }
})

test('a table to write that is not there is told before anything is changed', async () => {
  const reader = { name: 'stream', parameter: { sliceRecordCount: 1, column: [{ value: 'x' }] } }
  for (const [name, endpoint] of [
    ['postgresql', postgres],
    ['mysql', primary],
  ] as const) {
    await sql(endpoint, 'create table bystander (id int)', 'insert into bystander values (1)')
    const parameter = { column: ['id'], preSql: ['delete from bystander'] }
    expect(await run({ reader, writer: { name, endpoint, table: ['nowhere'], parameter } })).toMatchObject({
      ...{ exitCode: 1, errorCode: 'DBUtilErrorCode-01' },
      message: expect.stringMatching(/nowhere/),
    })
    await using session = await connect(endpoint)
    expect((await session.query('select id from bystander')).values).toEqual([[1]])
  }
})

test('checkSlave takes a replica whose replication runs, and passes over one where it does not', async () => {
  await using lease = await leaseForTest('mariadb.replication', 'exclusive')
  const [first] = lease.endpoints.replicas as readonly Endpoint[]
  const [admin] = lease.endpoints.replica_admins as readonly Endpoint[]
  await sql(lease.endpoints.primary as Endpoint, 'create table told (id int)', 'insert into told values (1)')
  const look = () =>
    run({
      reader: {
        name: 'mysql',
        endpoint: first as Endpoint,
        table: ['told'],
        parameter: { column: ['id'], checkSlave: true },
      },
      writer: print,
    })
  await expect.poll(async () => (await look()).counters.total, { timeout: 20_000 }).toBe(1n)
  await sql(admin as Endpoint, 'stop slave')
  expect(await look()).toMatchObject({
    ...{ exitCode: 1, errorCode: 'DBUtilErrorCode-10' },
    message: expect.stringContaining('replication does not run on'),
  })
  await sql(admin as Endpoint, 'start slave')
})

test('mandatoryEncoding reads the bytes of texts in another charset, and nothing but texts', async () => {
  // the second character has the byte of a backslash, and a tab follows
  const gbk = Buffer.from('c4e3e55c09', 'hex')
  const read = async (name: string, endpoint: Endpoint, mandatoryEncoding: string) => {
    let printed = ''
    const result = await run(
      {
        reader: { name, endpoint, table: ['texts'], parameter: { column: ['id', 't'], mandatoryEncoding } },
        writer: print,
      },
      {
        onPrint: text => {
          printed += text
        },
      },
    )
    return { ...result, printed }
  }
  await sql(primary, 'create table texts (id int, t varchar(20) character set latin1)')
  await sql(primary, `insert into texts values (1, x'${gbk.toString('hex')}'), (2, null), (3, 'plain')`)
  const expected = new TextDecoder('gbk').decode(gbk)
  expect(expected).toHaveLength(3)
  for (const name of ['gbk', 'GB18030']) {
    const { printed, counters } = await read('mysql', primary, name)
    expect(printed).toBe(`1\t${expected}\n2\tnull\n3\tplain\n`)
    expect(counters.readBytes).toBe(BigInt(3 + 3 + 5))
  }
  expect((await read('mysql', primary, 'ISO-8859-1')).printed).toContain(gbk.toString('latin1'))
  expect((await read('mysql', primary, '')).printed).toContain('plain')
  // PostgreSQL sends UTF-8, which is then read as what it is not: as in DataX
  await sql(postgres, 'create table texts (id int, t text)', "insert into texts values (1, 'é'), (2, null)")
  expect((await read('postgresql', postgres, 'ISO-8859-1')).printed).toBe('1\tÃ©\n2\tnull\n')
  expect((await read('postgresql', postgres, 'UTF-8')).printed).toBe('1\té\n2\tnull\n')
  expect(await read('postgresql', postgres, 'x-odd')).toMatchObject({ exitCode: 1, errorCode: 'DBUtilErrorCode-02' })
})

// each as a real DataX printed it (parity.test.ts runs both, where there is one)
test('compat prints what DataX does of a bit, a double with an exponent, a year and nulls', async () => {
  const read = async (name: string, endpoint: Endpoint, columns: string) => {
    let printed = ''
    await run(
      { reader: { name, endpoint, table: ['bent'], parameter: { column: columns.split(', ') } }, writer: print },
      {
        mode: 'compat',
        onPrint: text => {
          printed += text
        },
      },
    )
    return printed.trim().split('\n').sort()
  }
  await sql(
    postgres,
    'create table bent (id int, one bit(1), f8 double precision, ok boolean)',
    "insert into bent values (1, '1', 1e-7, true), (2, '0', 1.7976931348623157e308, false), (3, null, null, null)",
  )
  expect(await read('postgresql', postgres, 'id, one, f8, ok')).toEqual([
    '1\ttrue\t1e-07\ttrue',
    '2\tfalse\t1.7976931348623157e+308\tfalse',
    '3\tfalse\tnull\tfalse',
  ])
  await sql(
    primary,
    'create table bent (id int, one bit(1), d double, y year)',
    "insert into bent values (1, b'1', 1e300, 2020), (2, b'0', 1e-7, 1999), (3, null, null, null)",
  )
  expect(await read('mysql', primary, 'id, one, d, y')).toEqual([
    '1\ttrue\t1e300\t2020',
    '2\tfalse\t0.0000001\t1999',
    '3\tfalse\tnull\t0',
  ])
})
