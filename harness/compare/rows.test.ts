import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Method } from './method.ts'
import { ROW_SCENARIOS } from './scenarios/rows.ts'
import { ENDS, type Scenario, spokenOf } from './scenarios/scenario.ts'
import { Stage } from './scenarios/stage.ts'

// servers are slow on a busy machine
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage?.[Symbol.asyncDispose]())

const of = (ends: (typeof ENDS)[number]) =>
  ROW_SCENARIOS.filter(one => one.ends.includes(ends)).map(one => [one.name, one] as const)

describe.each(ENDS)('rows, %s', ends => {
  test.each(of(ends))('%s', async (_name, scene: Scenario) => {
    await using scenery = await stage.set(scene, ends)
    const result = await scenery.compare()
    expect(spokenOf(result, scene.expected), result.summary).toEqual(scene.expected)
  })
})

const OTHERS: readonly Method[] = ['record_send array', 'record_send md5', 'text sha256']

describe.each(OTHERS)('rows by %s', method => {
  test.each(of('postgres'))('%s', async (_name, scene: Scenario) => {
    await using scenery = await stage.set(scene, 'postgres')
    const result = await scenery.compare({ methods: [method] })
    expect(spokenOf(result, scene.expected), result.summary).toEqual(scene.expected)
    expect(result.method).toBe(method)
  })
})

describe.each(['text md5', 'text sha256'] as const)('rows by %s, mysql', method => {
  test.each(of('mysql'))('%s', async (_name, scene: Scenario) => {
    await using scenery = await stage.set(scene, 'mysql')
    const result = await scenery.compare({ methods: [method] })
    expect(spokenOf(result, scene.expected), result.summary).toEqual(scene.expected)
    expect(result.method).toBe(method)
  })
})

describe.each(ENDS)('rows by value, %s', ends => {
  test.each(of(ends))('%s', async (_name, scene: Scenario) => {
    await using scenery = await stage.set(scene, ends)
    const result = await scenery.compare({ mode: 'by-value' })
    expect(spokenOf(result, scene.expected), result.summary).toEqual(scene.expected)
  })
})

/** Of the pair of families the few scenarios in which the ranges of one side meet the whole table of the other. */
const inRanges = (ends: 'mysql' | 'across') =>
  of(ends).filter(([name]) => ends === 'mysql' || /negative|changed, each|one missing|composite/.test(name))

describe.each(['mysql', 'across'] as const)('rows read in ranges over several connections, %s', ends => {
  test.each(inRanges(ends))('%s', async (_name, scene: Scenario) => {
    await using scenery = await stage.set(scene, ends)
    const result = await scenery.compare({ rowsPerRange: 1, connections: 3 })
    expect(spokenOf(result, scene.expected), result.summary).toEqual(scene.expected)
  })
})
