import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Lease } from '../../targets/lease.ts'
import type { Endpoint } from '../../targets/target.ts'
import { leaseForTest } from '../../targets/testing.ts'
import { connect } from '../connect.ts'
import type { SqlSession } from '../session.ts'

let lease: Lease
let session: SqlSession
beforeAll(async () => {
  lease = await leaseForTest('mariadb.replication')
  session = await connect(lease.endpoints.primary as Endpoint)
  await session.query("set session sql_mode = ''")
}, 60_000)
afterAll(async () => {
  await session?.close()
  await lease?.release()
})

const VALUES: readonly [column: string, literal: string, value: unknown, type: string][] = [
  ['bigint unsigned', '18446744073709551615', '18446744073709551615', 'bigint unsigned'],
  ['bigint', '9007199254740991', 9007199254740991, 'bigint'],
  ['bigint', '-9007199254740993', '-9007199254740993', 'bigint'],
  ['tinyint(1)', '2', 2, 'tinyint'],
  ['decimal(20,4)', '1.5', '1.5000', 'decimal'],
  ['double', '1.7976931348623157e308', Number.MAX_VALUE, 'double'],
  ['double', '5e-324', 5e-324, 'double'],
  ['double', '0.1', 0.1, 'double'],
  ['double', '1.7320508075688772', Math.sqrt(3), 'double'],
  ['float', '0.1', 0.1, 'float'],
  ['bit(10)', "b'1000000001'", 513, 'bit'],
  ['bit(64)', '0xffffffffffffffff', '18446744073709551615', 'bit'],
  ['datetime(6)', "'2020-01-01 00:00:00.000001'", '2020-01-01 00:00:00.000001', 'datetime'],
  ['datetime(3)', "'2020-01-01 00:00:00'", '2020-01-01 00:00:00.000', 'datetime'],
  ['date', "'0000-00-00'", '0000-00-00', 'date'],
  ['datetime', "'0000-00-00'", '0000-00-00 00:00:00', 'datetime'],
  ['time(3)', "'-838:59:59'", '-838:59:59.000', 'time'],
  ['year', '2020', 2020, 'year'],
  ['varbinary(4)', '0x00ff', Buffer.from([0, 255]), 'varbinary'],
  ['blob', "''", Buffer.alloc(0), 'blob'],
  ['text character set utf8mb4', "'é😀'", 'é😀', 'text'],
  ['varchar(9)', "'a  '", 'a  ', 'varchar'],
  ["enum('x','y')", "'y'", 'y', 'enum'],
  ["set('x','y')", "'x,y'", 'x,y', 'set'],
  ['json', '\'{"b":1.0, "a":2}\'', '{"b":1.0, "a":2}', 'text'],
  ['int', 'null', null, 'int'],
]

test.each(VALUES)('%s %s, read as text and in binary', async (column, literal, value, type) => {
  await session.query(`create or replace table one (v ${column}); insert into one values (${literal})`)
  const text = await session.query('select v from one')
  expect(text.values).toEqual([[value]])
  expect(text.columns).toEqual([{ name: 'v', type }])
  const binary = await session.query('select v from one where 1 = ?', { parameters: [1] })
  expect(binary.values).toEqual([[value]])
})

test('a geometry is its bytes', async () => {
  await session.query('create or replace table one (v geometry); insert into one values (point(1, 2))')
  const value = (await session.query('select v from one')).values[0]?.[0]
  expect(Buffer.isBuffer(value) && value.toString('hex')).toBe('000000000101000000000000000000f03f0000000000000040')
})

test('parameters come back as they went', async () => {
  const bytes = Buffer.from([0, 1, 255])
  const result = await session.query('select ? a, ? b, ? c, ? d, ? e, ? f', {
    parameters: [9007199254740993n, "it's \\ ?", bytes, 0.1, 18446744073709551615n, null],
  })
  expect(result.values).toEqual([['9007199254740993', "it's \\ ?", bytes, 0.1, '18446744073709551615', null]])
  const limited = await session.query('select 1 union all select 2 limit ?', { parameters: [1] })
  expect(limited.values).toHaveLength(1)
})

test('affected counts the rows that changed', async () => {
  await session.query('create or replace table one (v int); insert into one values (1), (2)')
  expect((await session.query('update one set v = 2')).affected).toBe(1)
})

test('a procedure gives all its results', async () => {
  await session.query('create or replace procedure two() begin select 1 as a; select 2 as b; end')
  const results = await session.queryAll('call two()')
  expect(results.map(result => result.values)).toEqual([[[1]], [[2]], []])
})
