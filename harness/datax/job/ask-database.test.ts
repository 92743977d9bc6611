import { expect, test } from 'vitest'
import { connect } from '../../sql/connect.ts'
import type { Endpoint } from '../../targets/target.ts'
import { leaseForTest } from '../../targets/testing.ts'
import { askDatabase } from './ask-database.ts'
import { buildJob } from './build.ts'

const job = (name: string, endpoint: Endpoint, splitPk: string): string =>
  JSON.stringify(
    buildJob({
      channel: 2,
      reader: { name, endpoint, table: ['parts'], parameter: { column: ['*'], splitPk } },
      writer: { name: 'stream', parameter: {} },
    }),
  )

test('the collation of a text splitPk is asked for', { timeout: 120_000 }, async () => {
  await using pair = await leaseForTest('postgres.pair')
  await using replication = await leaseForTest('mariadb.replication')
  const [postgres, mysql] = [pair.endpoints.source as Endpoint, replication.endpoints.primary as Endpoint]
  for (const [at, text] of [
    [postgres, 'create table parts (id int, "Word" text collate "en-x-icu", raw text collate "C", key text)'],
    [
      mysql,
      'create table parts (id int, word varchar(20) collate utf8mb4_general_ci, raw varchar(20) collate utf8mb4_bin)',
    ],
  ] as const) {
    await using session = await connect(at)
    await session.query(text)
  }
  const told = async (name: string, at: Endpoint, splitPk: string) =>
    (await askDatabase(job(name, at, splitPk))).map(({ code, severity, message }) => ({ code, severity, message }))
  const warning = (collation: string) => [
    {
      code: 'DATAX_SPLIT_COLLATION',
      severity: 'warning',
      message: expect.stringContaining(`the collation ${collation},`),
    },
  ]
  expect(await told('postgresql', postgres, 'word')).toEqual(warning('en-x-icu'))
  expect(await told('postgresql', postgres, 'raw')).toEqual([])
  expect(await told('postgresql', postgres, 'id')).toEqual([])
  expect(await told('mysql', mysql, 'word')).toEqual(warning('utf8mb4_general_ci'))
  expect(await told('mysql', mysql, 'raw')).toEqual([])
  expect(await told('mysql', mysql, 'id')).toEqual([])
  // what cannot be asked is not told
  expect(await told('postgresql', { ...postgres, port: 1 }, 'word')).toEqual([])
  expect(await askDatabase('{')).toEqual([])
})
