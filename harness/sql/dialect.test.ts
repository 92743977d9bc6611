import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Lease } from '../targets/lease.ts'
import type { Endpoint } from '../targets/target.ts'
import { leaseForTest } from '../targets/testing.ts'
import { connect } from './connect.ts'
import { dialectOf } from './dialect.ts'
import type { SqlSession } from './session.ts'

const TEXTS = ['', "it's", 'a\\b', "\\'; drop table x; --", 'line\nline\r\n\t', '😀 `"$1 ?', "''", '\\']
const NAMES = ['a', 'Mixed Case', 'a"b`c', 'order', '1st', '数', "it's", 'a.b']

describe.each([
  {
    target: 'postgres.pair',
    role: 'source',
    settings: ['set standard_conforming_strings = on', 'set standard_conforming_strings = off'],
  },
  {
    target: 'mariadb.replication',
    role: 'primary',
    settings: ["set sql_mode = ''", "set sql_mode = 'NO_BACKSLASH_ESCAPES'"],
  },
] as const)('on $target', ({ target, role, settings }) => {
  let lease: Lease
  let session: SqlSession
  beforeAll(async () => {
    lease = await leaseForTest(target)
    session = await connect(lease.endpoints[role] as Endpoint)
  }, 60_000)
  afterAll(async () => {
    await session?.close()
    await lease?.release()
  })

  test.each(settings)('literals mean themselves under %s', async setting => {
    const dialect = dialectOf(session.dialect)
    await session.query(setting)
    for (const text of TEXTS) {
      const { values } = await session.query(`select ${dialect.value(text)} as v, 'x' as w`)
      expect(values).toEqual([[text, 'x']])
    }
    const bytes = Buffer.from([0, 39, 92, 255])
    const { values } = await session.query(
      `select ${[null, true, 5, 9007199254740993n, 0.1, bytes].map(value => dialect.value(value)).join(', ')}`,
    )
    expect(values[0]?.map(value => (value === '0.1' ? 0.1 : value === 1 ? true : value))).toEqual([
      null,
      true,
      5,
      '9007199254740993',
      0.1,
      bytes,
    ])
  })

  test('any name can name a table and a column', async () => {
    const { identifier } = dialectOf(session.dialect)
    for (const name of NAMES) {
      const { rows } = await session.query(
        `create table ${identifier(name)} (${identifier(name)} int); insert into ${identifier(name)} values (7); select * from ${identifier(name)}`,
      )
      expect(rows).toEqual([{ [name]: 7 }])
    }
    expect(() => identifier('a\0b')).toThrow('cannot be the name')
  })
})
