import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { compareRows } from '../compare/compare-rows.ts'
import type { SqlSession } from '../sql/session.ts'
import type { Endpoint } from '../targets/target.ts'
import { openCopySession } from './copy/copy-session.ts'
import { relay } from './copy/relay.ts'
import type { TransferSpec } from './model.ts'
import { RECIPE, type TransferRecipe } from './recipe.ts'
import { openTestPair, type TestPair } from './testing.ts'
import { transferTable } from './transfer-table.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

/** Each mistake is made on purpose, beside the same transfer without it: what tells them apart is what the suite looks at. The mistakes of jobs are in job/run-job.test.ts. */

let pair: TestPair
let ends: TestPair['ends']
let source: SqlSession
let destination: SqlSession

beforeAll(async () => {
  pair = await openTestPair()
  ;({ ends, source, destination } = pair)
})

afterAll(() => pair?.[Symbol.asyncDispose]())

beforeEach(async () => {
  await source.query(
    'drop table if exists t; create table t as select i as id, sqrt(i) as root, i as a, -i as b from generate_series(1, 50000) i',
  )
  await destination.query('drop table if exists t; create table t (id int, root float8, a int, b int)')
})

const move = (mistake: Partial<TransferRecipe>, spec: Partial<TransferSpec> = {}) =>
  transferTable({ ...ends, table: { name: 't' }, ...spec, recipe: { ...RECIPE, ...mistake } })
const rows = async () => Number((await destination.query('select count(*) from t')).values[0]?.[0])
const differing = async () => {
  const side = (endpoint: Endpoint) => ({ endpoint, table: { name: 't' } })
  return (await compareRows({ left: side(ends.source), right: side(ends.destination), key: ['id'] })).differing
}

test.each([
  { waitForComplete: true, kept: false },
  { waitForComplete: false, kept: true },
])(
  'CopyDone after a dead source commits half a table: waitForComplete $waitForComplete',
  async ({ waitForComplete, kept }) => {
    await using from = await openCopySession(ends.source)
    await using to = await openCopySession(ends.destination)
    const pid = (await from.query('select pg_backend_pid()')).values[0]?.[0]
    let killed: Promise<void> | undefined
    await relay({
      sources: [
        { session: from, text: 'copy (select * from t where id < 40000 or pg_sleep(0.01) is not null) to stdout' },
      ],
      destination: { session: to, text: 'copy t from stdin' },
      format: 'text',
      waitForComplete,
      onPiece({ rows }) {
        if (rows < 20_000 || killed) return undefined
        killed = source.query(`select pg_terminate_backend(${pid})`).then(() => {})
        return killed
      },
    }).catch(() => {})
    expect((await rows()) > 0).toBe(kept)
  },
)

test('too few digits are noticed before a byte moves', async () => {
  await expect(move({ allDigits: false }, { format: 'text' })).rejects.toMatchObject({
    code: 'ASSAY_TRANSFER_OPTION',
    message: /extra_float_digits = 0/,
  })
  expect(await rows()).toBe(0)
  await move({}, { format: 'text' })
  expect(await differing()).toBe(0)
})

test('columns by position are mixed up', async () => {
  await destination.query('drop table t; create table t (id int, root float8, b int, a int)')
  await move({ byName: false })
  expect(await differing()).toBe(50_000)
  await move({})
  expect(await differing()).toBe(0)
})

test('counts alone do not see a value that changed on the way', async () => {
  await destination.query(`create or replace function spoil() returns trigger language plpgsql as 'begin new.a := abs(new.a - 7); return new; end';
    create trigger spoil before insert on t for each row when (new.id = 5) execute function spoil()`)
  await move({ compareContent: false })
  expect(await differing()).toBe(1)
  await expect(move({})).rejects.toMatchObject({ code: 'ASSAY_TRANSFER_DIFFERENT' })
})

test('streams without one snapshot read different states of a table that changes', async () => {
  const onPhase = async (phase: string) => {
    if (phase === 'copy') await source.query('insert into t values (0), (60000)')
  }
  await move({}, { streams: 2, onPhase })
  expect(await rows()).toBe(50_000)
  await expect(move({ oneSnapshot: false }, { streams: 2, onPhase })).rejects.toMatchObject({
    code: 'ASSAY_TRANSFER_DIFFERENT',
    message: /50004 rows were sent/,
  })
})

test('what is deleted in a transaction of its own stays deleted when the load fails', async () => {
  await destination.query('insert into t values (-1, 0, 0, 0); alter table t add check (id < 49000)')
  await expect(move({})).rejects.toMatchObject({ class: 'check_violation' })
  expect(await rows()).toBe(1)
  await expect(move({ oneTransaction: false })).rejects.toMatchObject({ class: 'check_violation' })
  expect(await rows()).toBe(0)
})
