import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Lease } from '../../targets/lease.ts'
import type { Endpoint } from '../../targets/target.ts'
import { leaseForTest } from '../../targets/testing.ts'
import { connect } from '../connect.ts'
import type { SqlSession } from '../session.ts'
import { offsetOf } from './errors.ts'
import { parserOf } from './values.ts'

let lease: Lease
let session: SqlSession
beforeAll(async () => {
  lease = await leaseForTest('postgres.pair')
  session = await connect(lease.endpoints.source as Endpoint)
}, 60_000)
afterAll(async () => {
  await session?.close()
  await lease?.release()
})

const VALUES: readonly [string, unknown, string][] = [
  ['9007199254740991::int8', 9007199254740991, 'int8'],
  ['9007199254740993::int8', '9007199254740993', 'int8'],
  ["'-9223372036854775808'::int8", '-9223372036854775808', 'int8'],
  ['(-32768)::int2', -32768, 'int2'],
  ['1.500::numeric', '1.500', 'numeric'],
  ["'NaN'::numeric", 'NaN', 'numeric'],
  ["'NaN'::float8", Number.NaN, 'float8'],
  ["'-Infinity'::float8", Number.NEGATIVE_INFINITY, 'float8'],
  ["'-0'::float8", -0, 'float8'],
  ['sqrt(3::float8)', Math.sqrt(3), 'float8'],
  ['0.1::float4', 0.1, 'float4'],
  ['true', true, 'bool'],
  ["'\\x00ff7f'::bytea", Buffer.from([0, 255, 127]), 'bytea'],
  ["'infinity'::timestamptz", 'infinity', 'timestamptz'],
  ["timestamp '0044-03-15 00:00:00.000001 BC'", '0044-03-15 00:00:00.000001 BC', 'timestamp'],
  ["date '2020-02-29'", '2020-02-29', 'date'],
  ["time '24:00'", '24:00:00', 'time'],
  ['\'{"b": 1.0, "a":  2}\'::json', '{"b": 1.0, "a":  2}', 'json'],
  ['array[1, null, 3]', [1, null, 3], 'int4[]'],
  [
    "array[array['a,b', 'q\"z'], array['NULL', '\\{']]",
    [
      ['a,b', 'q"z'],
      ['NULL', '\\{'],
    ],
    'text[]',
  ],
  ["'{}'::int8[]", [], 'int8[]'],
  ["'[0:1]={7,8}'::int4[]", '[0:1]={7,8}', 'int4[]'],
  ["array['\\x00'::bytea]", [Buffer.from([0])], 'bytea[]'],
  ["'a  '::char(4)", 'a   ', 'bpchar'],
  ["''::text", '', 'text'],
  ['null::text', null, 'text'],
  ["b'00101'", '00101', 'bit'],
]

test.each(VALUES)('%s', async (expression, value, type) => {
  const { values, columns } = await session.query(`select ${expression} as v`)
  expect(values[0]?.[0]).toEqual(value)
  expect(Object.is(values[0]?.[0], -0)).toBe(Object.is(value, -0))
  expect(columns).toEqual([{ name: 'v', type }])
})

test('parameters come back as they went', async () => {
  const bytes = Buffer.from([0, 1, 255])
  const result = await session.query(
    'select $1::int8 a, $2::text b, $3::bytea c, $4::float8 d, $5::int4[] e, $6::jsonb f, $7::numeric g, $8::bool h',
    { parameters: [9007199254740993n, "it's \\ $1", bytes, -0, [1, null], { k: [1] }, '1.10', null] },
  )
  expect(result.values[0]).toEqual(['9007199254740993', "it's \\ $1", bytes, -0, [1, null], '{"k": [1]}', '1.10', null])
})

test('bytea in the escape form', async () => {
  await session.query("set bytea_output = 'escape'")
  const { values } = await session.query("select '\\x005c61ff27'::bytea")
  expect(values[0]?.[0]).toEqual(Buffer.from([0, 0x5c, 0x61, 0xff, 0x27]))
  await session.query('reset bytea_output')
  expect(parserOf(17)('\\000\\\\a')).toEqual(Buffer.from([0, 0x5c, 0x61]))
})

test('a position counts characters from 1, an offset UTF-16 units from 0', () => {
  expect(offsetOf('😀x', '2')).toBe(2)
  expect(offsetOf('é', '1')).toBe(0)
  expect(offsetOf('a', undefined)).toBeUndefined()
})
