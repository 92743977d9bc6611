import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { SqlSession } from '../sql/session.ts'
import { type HashedValue, rowHash } from './row-hash.ts'
import { openTestPair, type TestPair } from './testing.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

let pair: TestPair
let session: SqlSession

beforeAll(async () => {
  pair = await openTestPair()
  session = pair.source
})

afterAll(() => pair?.[Symbol.asyncDispose]())

const OPTIONS = [
  { utf8: true, bytes: true },
  { utf8: true, bytes: false },
  { utf8: false, bytes: true },
  { utf8: false, bytes: false },
]

const POWERS =
  'select null::int8 as v union all select 0 union all select sign * (1::int8 << n) from generate_series(0, 62) n, (values (1), (-1)) s(sign)'
const OF_POWER: Readonly<Record<string, string>> = {
  int4: '(v % 2147483647)::int4',
  timestamp: "timestamp '2000-01-01' + v % 1000000000 * interval '1 us'",
  bool: 'v > 3',
}

const value = (type: string, sql: string): HashedValue => ({ type, sql, marker: sql })
const column = (type: string, name: string): HashedValue => value(type, name)
const literal = (type: string, text: string): HashedValue =>
  value(type, `${text}::${type === 'canonical' ? 'text' : type}`)

async function numbers(expressions: readonly string[]): Promise<readonly string[]> {
  const { values } = await session.query(`select ${expressions.map(one => `(${one})::text`).join(', ')}`)
  return values[0] as readonly string[]
}

describe.each(OPTIONS)('utf8 $utf8, bytes $bytes', options => {
  /** Values that look alike to a hash that goes by value, by half of the bits, or by a text that stands for NULL. */
  test.each([
    ['int2', 'null', "'0'", "'1'", "'-1'"],
    ['int4', 'null', "'0'", "'1'", "'-1'", "'65536'", "'-2147483648'"],
    ['int8', 'null', "'0'", "'1'", "'-1'", "'4294967296'", "'4294967297'", "'-4294967296'", "'-9223372036854775808'"],
    ['oid', 'null', "'0'", "'1'", "'4294967295'"],
    ['bool', 'null', "'t'", "'f'"],
    ['float4', 'null', "'0'", "'-0'", "'NaN'", "'1e-45'", "'Infinity'"],
    ['float8', 'null', "'0'", "'-0'", "'NaN'", "'5e-324'", "'1.7320508075688772'", "'1.73205080756888'"],
    ['numeric', 'null', "'0'", "'0.0'", "'1.5'", "'1.50'", "'-1.5'", "'NaN'", "'Infinity'", "'1e100'"],
    ['money', 'null', "'0'", "'1'"],
    ['text', 'null', "''", "' '", "'a'", "'a '", "'A'", "'null'", "'数'"],
    ['varchar', 'null', "''", "'a'", "'a '"],
    ['bpchar', 'null', "''", "' '", "'a'", "'a '"],
    ['name', 'null', "''", "'a'"],
    ['bytea', 'null', "''", "'\\x00'", "'\\x0000'"],
    ['canonical', 'null', "''", "'null'", "'{}'"],
    ['uuid', 'null', "'00000000-0000-0000-0000-000000000000'", "'00000000-0000-0000-0000-000000000001'"],
    ['date', 'null', "'2000-01-01'", "'infinity'", "'-infinity'", "'0044-03-15 BC'", "'0044-03-15'"],
    ['time', 'null', "'00:00'", "'24:00'", "'00:00:00.000001'"],
    ['timetz', 'null', "'12:00+01'", "'11:00+00'"],
    ['timestamp', 'null', "'2000-01-01'", "'infinity'", "'2000-01-01 00:00:00.000001'", "'2000-01-01 01:11:34.967296'"],
    ['timestamptz', 'null', "'2000-01-01 00:00Z'", "'infinity'", "'2000-01-01 01:11:34.967296Z'"],
    ['interval', 'null', "'0'", "'1 day'", "'24:00'", "'1 mon'", "'30 days'"],
    ['json', 'null', "'null'", "'{}'", "'{ }'"],
    ['jsonb', 'null', "'null'", "'1'", "'1.0'"],
    ['inet', 'null', "'10.0.0.1'", "'10.0.0.1/8'", "'::1'"],
    ['cidr', 'null', "'10.0.0.0/8'", "'10.0.0.0/16'"],
    ['macaddr', 'null', "'00:00:00:00:00:00'", "'08:00:2b:01:02:03'"],
    ['bit', 'null', "'0'", "'1'"],
    ['varbit', 'null', "''", "'0'", "'00'"],
  ])('%s: each value has a number of its own, wherever it stands', async (type, ...texts) => {
    const other = literal('int4', "'7'")
    const absent = literal(type, 'null')
    const places: readonly ((one: HashedValue) => readonly HashedValue[])[] = [
      one => [one],
      one => [one, other],
      one => [other, one],
      one => [one, absent],
      one => [absent, one, other],
    ]
    for (const place of places) {
      const found = await numbers(texts.map(text => rowHash(place(literal(type, text)), options)))
      expect(new Set(found).size).toBe(texts.length)
    }
  })

  test.each([
    ['int8', 'int8'],
    ['int8', 'float8'],
    ['numeric', 'int8'],
    ['int4', 'text'],
    ['timestamp', 'bool', 'int8'],
  ])('a grid of NULL, 0 and powers of two as %s, %s: no number comes twice', async (...types) => {
    const columns = types.map(
      (type, at) => `(select distinct ${OF_POWER[type] ?? `v::${type}`} as c${at} from (${POWERS}) p) t${at}`,
    )
    const hash = rowHash(
      types.map((type, at) => column(type, `c${at}`)),
      options,
    )
    const { values } = await session.query(
      `select count(*)::int, count(distinct ${hash})::int from ${columns.join(', ')}`,
    )
    const [rows, distinct] = values[0] as [number, number]
    expect(rows).toBeGreaterThan(2_000)
    expect(distinct).toBe(rows)
  })

  test.each([
    ['int8', "'1'", "'2'"],
    ['int4', "'1'", "'2'"],
    ['text', "'1'", "'2'"],
    ['float8', "'1'", "'2'"],
    ['bool', "'t'", "'f'"],
    ['timestamp', "'2001-01-01'", "'2002-01-01'"],
    ['uuid', "'11111111-1111-1111-1111-111111111111'", "'22222222-2222-2222-2222-222222222222'"],
  ])('%s: values swapped between columns or rows change the sum', async (type, ...texts) => {
    const [one, two] = texts.map(text => literal(type, text).sql)
    const tables = [
      `(${one}, ${one}), (${two}, ${two})`,
      `(${one}, ${two}), (${two}, ${one})`,
      `(${one}, ${two}), (${one}, ${two})`,
      `(${two}, ${one}), (${two}, ${one})`,
    ]
    const hash = rowHash([column(type, 'a'), column(type, 'b')], options)
    const sums = tables.map(rows => `select sum(${hash}) as sum from (values ${rows}) t(a, b)`)
    const { values } = await session.query(`select count(distinct sum)::int from (${sums.join(' union all ')}) s`)
    expect(values).toEqual([[tables.length]])
  })

  test.each(['int8', 'int4', 'numeric', 'float8', 'text'])(
    '%s: of a hundred pairs of rows that swap a value, none keeps its sum',
    async type => {
      const sumOf = (...rows: readonly (readonly [string, string])[]) =>
        rows
          .map(row =>
            rowHash(
              row.map(sql => value(type, `(${sql})::${type}`)),
              options,
            ),
          )
          .map(hash => `${hash}::numeric`)
          .join(' + ')
      const { values } = await session.query(
        `select count(*)::int from generate_series(1, 100) i where ${sumOf(['i', 'i'], ['-i', '-i'])} = ${sumOf(['i', '-i'], ['-i', 'i'])}`,
      )
      expect(values).toEqual([[0]])
    },
  )

  test('in 1,600 columns each counts', async () => {
    const types = ['int4', 'bool', 'float8', 'text', 'int8']
    const row = Array.from({ length: 1600 }, (_, at) => literal(types[at % 5] as string, 'null'))
    const changed = [0, 1, 29, 30, 31, 32, 61, 62, 63, 800, 1598, 1599].flatMap(at => {
      const type = row[at]?.type as string
      const other = type === 'bool' ? ["'t'", "'f'"] : ["'0'", "'1'"]
      return other.map(text => row.with(at, literal(type, text)))
    })
    const found = new Set<string>()
    for (const one of [row, ...changed]) found.add((await numbers([rowHash(one, options)]))[0] as string)
    expect(found.size).toBe(changed.length + 1)
  })
})
