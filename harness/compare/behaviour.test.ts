import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { many, tableOf } from './scenarios/many.ts'
import { ENDS, type Scenario } from './scenarios/scenario.ts'
import { Stage } from './scenarios/stage.ts'

// servers are slow on a busy machine
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage?.[Symbol.asyncDispose]())

describe.each(ENDS)('%s', ends => {
  test('differences that settle are told from those that last', async () => {
    await using scenery = await stage.set(many(300), ends)
    const [, right] = stage.ends(ends)
    const table = tableOf(scenery.spec, 'right')
    await right.session.query(`update ${table} set w = 0 where id in (7, 8); delete from ${table} where id = 9`)
    let pauses = 0
    const clock = {
      async sleep() {
        if (pauses++ === 0)
          await right.session.query(`update ${table} set w = 7 where id = 7; insert into ${table} values (9, 'v9', 9)`)
      },
    }
    const result = await scenery.compare({ recheck: { times: 3, pause: 1 }, clock })
    expect(result).toMatchObject({
      verdict: 'different',
      differing: 1,
      changed: 1,
      settled: 2,
      columns: [{ name: 'w', rows: 1 }],
    })
    expect(pauses).toBe(3)
  })

  test('a sample states its coverage, and is the same on both sides', async () => {
    await using scenery = await stage.set(many(4_000), ends)
    const result = await scenery.compare({ oneIn: 10 })
    expect(result).toMatchObject({ verdict: 'equal', coverage: 'all rows, 1 in 10 keys' })
    expect(result.rows.left).toBe(result.rows.right)
    expect(result.rows.left).toBeGreaterThan(200)
    expect(result.rows.left).toBeLessThan(800)
  })

  test('rows that were never in the range cost nothing to compare', async () => {
    await using scenery = await stage.set(many(3_000), ends)
    const result = await scenery.compare()
    expect(result).toMatchObject({ verdict: 'equal', rows: { left: 3_000, right: 3_000 } })
    expect(result.cost).toMatchObject({ scans: 2, badBuckets: 0 })
    expect(result.cost.rowsFetched).toBeLessThanOrEqual(2 * result.cost.buckets)
  })

  test('a mass of differences is bounded: columns and a sample', async () => {
    await using scenery = await stage.set(
      many(60_000, { right: 'update T set w = w + 1 where id <= 54000; delete from T where id > 59000' }),
      ends,
    )
    const result = await scenery.compare()
    expect(result).toMatchObject({ verdict: 'different', estimated: true, onlyRight: 0 })
    expect(result.columns.map(column => column.name)).toContain('w')
    expect(result.differing).toBeGreaterThan(45_000)
    expect(result.differing).toBeLessThan(60_001)
    expect(result.cost.rowsFetched).toBeLessThan(10_000)
    expect(result.differences.examples).toHaveLength(20)
    expect(result.summary).toContain('differ in about ')
  })

  test('keys with gaps of a billion, all multiples of one number, fall into many buckets', async () => {
    const gaps: Scenario = many(0, {
      both: {
        postgres:
          'create table T (id bigint primary key, v int); insert into T select g * 1000000000::bigint, g from generate_series(1, 3000) g; analyze T',
        mysql:
          'create table T (id bigint primary key, v int); insert into T select seq * 1000000000, seq from seq_1_to_3000; analyze table T',
      },
      right: 'update T set v = 0 where id = 5000000000',
    })
    await using scenery = await stage.set(gaps, ends)
    const result = await scenery.compare()
    expect(result).toMatchObject({ changed: 1, cost: { badBuckets: 1 } })
    expect(result.cost.rowsFetched).toBeLessThan(2 * result.cost.buckets + 300)
  })
})
