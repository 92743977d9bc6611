import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { connect } from '../sql/connect.ts'
import type { Lease } from '../targets/lease.ts'
import type { Endpoint } from '../targets/target.ts'
import { leaseForTest } from '../targets/testing.ts'
import { compareRows } from './compare-rows.ts'
import { candidateMethods, type Method } from './method.ts'

// servers are slow on a busy machine
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

let lease: Lease
let source: Endpoint
const made: string[] = []
beforeAll(async () => {
  lease = await leaseForTest('postgres.pair')
  source = lease.endpoints.source_admin as Endpoint
})
afterAll(async () => {
  if (source) {
    await using admin = await connect(source)
    for (const name of made) await admin.query(`drop database if exists ${name} with (force)`)
  }
  await lease?.release()
})

/** A database of that encoding, with a table of these rows. */
async function database(encoding: string, rows: string): Promise<{ endpoint: Endpoint; table: { name: string } }> {
  const name = `compare_${encoding.toLowerCase()}_${made.length}_${process.pid}`
  made.push(name)
  await using admin = await connect(source)
  await admin.query(`create database ${name} encoding '${encoding}' locale 'C' template template0`)
  const endpoint = { ...source, database: name }
  await using session = await connect(endpoint)
  await session.queryAll(`create table t (k varchar(20) primary key, v text, c char(5)); insert into t values ${rows}`)
  return { endpoint, table: { name: 't' } }
}

const ROWS = "('a', 'x', 'y'), ('é', 'ß', 'ü'), ('z', '', null)"

const METHODS: readonly Method[] = [
  'record_send 64',
  'record_send array',
  'record_send md5',
  'record_send sha256',
  'text md5',
  'text sha256',
]

describe.each([
  ['LATIN1', 'LATIN1'],
  ['LATIN1', 'UTF8'],
  ['LATIN2', 'LATIN1'],
])('%s and %s', (one, other) => {
  test('the same text is equal by every method, another is found', async () => {
    const left = await database(one, ROWS)
    const right = await database(other, ROWS)
    for (const method of METHODS) {
      expect(await compareRows({ left, right, methods: [method] })).toMatchObject({ verdict: 'equal', method })
    }
    await using session = await connect(right.endpoint)
    await session.query("update t set v = 'ä' where k = 'é'")
    for (const method of METHODS) {
      const { differences, ...result } = await compareRows({ left, right, methods: [method] })
      expect(result).toMatchObject({ changed: 1, differing: 1, method })
      expect(differences.examples).toMatchObject([{ left: ['é', 'ß', 'ü'], right: ['é', 'ä', 'ü'], differing: [1] }])
    }
  })
})

test.each([
  ['EUC_CN', 'UTF8'],
  ['EUC_CN', 'EUC_JP'],
  ['SQL_ASCII', 'UTF8'],
  ['SQL_ASCII', 'SQL_ASCII'],
])('Chinese text of %s and %s', async (one, other) => {
  const rows = "('a', '数据', 'x'), ('数', '', null)"
  const left = await database(one, rows)
  const right = await database(other, rows)
  for (const method of METHODS) {
    expect(await compareRows({ left, right, methods: [method] })).toMatchObject({ verdict: 'equal', method })
  }
  await using session = await connect(right.endpoint)
  await session.query("update t set v = '据数' where k = 'a'; delete from t where k = '数'")
  for (const method of METHODS) {
    const { differences, ...result } = await compareRows({ left, right, methods: [method] })
    expect(result).toMatchObject({ changed: 1, onlyLeft: 1, onlyRight: 0, method })
    expect(differences.examples).toContainEqual({
      ...{ kind: 'changed', left: ['a', '数据', 'x'], right: ['a', '据数', 'x'], differing: [1] },
    })
  }
})

test('bytes of SQL_ASCII that are no UTF-8 leave the question open', async () => {
  const left = await database('SQL_ASCII', "('a', e'\\xe9', null)")
  const right = await database('UTF8', "('a', 'é', null)")
  for (const method of METHODS) {
    await expect(compareRows({ left, right, methods: [method] })).rejects.toMatchObject({ code: 'ASSAY_UNDECIDED' })
  }
})

test('segments of Greenplum send texts unconverted, so that other encodings are compared by their text', () => {
  const greenplum = { dialect: 'postgres', flavor: 'greenplum', version: 90_426, versionText: '' } as const
  const postgres = {
    dialect: 'postgres',
    flavor: 'postgres',
    version: 180_000,
    versionText: '',
    encoding: 'UTF8',
  } as const
  expect(candidateMethods({ ...greenplum, encoding: 'UTF8' }, postgres)).toEqual(['record_send md5', 'text md5'])
  expect(candidateMethods({ ...greenplum, encoding: 'LATIN1' }, postgres)).toEqual(['text md5'])
  expect(candidateMethods(postgres, { ...greenplum, encoding: 'EUC_CN' })).toEqual(['text md5'])
  expect(candidateMethods({ ...postgres, encoding: 'LATIN1' }, postgres)).toContain('record_send 64')
})

test('a key that the other database cannot hold is on one side only', async () => {
  const left = await database('UTF8', `${ROWS}, ('数', '据', null)`)
  const right = await database('LATIN1', `${ROWS}, ('ÿ', '', null)`)
  expect(await compareRows({ left, right })).toMatchObject({
    verdict: 'different',
    onlyLeft: 1,
    onlyRight: 1,
    changed: 0,
  })
  expect(await compareRows({ left: right, right: left })).toMatchObject({ onlyLeft: 1, onlyRight: 1, changed: 0 })
})

test('letters that an encoding lacks are left out of the probe only', async () => {
  const left = await database('WIN1251', "('a', 'Ж', 'я')")
  const right = await database('UTF8', "('a', 'Ж', 'я'), ('é', 'é', null)")
  expect(await compareRows({ left, right })).toMatchObject({
    verdict: 'different',
    onlyRight: 1,
    changed: 0,
    onlyLeft: 0,
  })
})
