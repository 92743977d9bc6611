import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { ENDS, spokenOf } from './scenarios/scenario.ts'
import { Stage } from './scenarios/stage.ts'
import { typesTable } from './scenarios/types-table.ts'
import type { CompareSpec } from './spec.ts'

// servers are slow on a busy machine
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage?.[Symbol.asyncDispose]())

const WAYS: readonly (readonly [string, Partial<CompareSpec>])[] = [
  ['exact', {}],
  ['by value', { mode: 'by-value', ulps: 0 }],
  ['exact by record_send array', { methods: ['record_send array'] }],
  ['exact by record_send md5', { methods: ['record_send md5'] }],
  ['exact by text md5', { methods: ['text md5'] }],
  ['by value by record_send md5', { mode: 'by-value', methods: ['record_send md5'] }],
  ['exact by text sha256', { methods: ['text sha256'] }],
]

/** Ways that only two PostgreSQL servers share. */
const waysOf = (ends: string) =>
  WAYS.filter(([name]) => !name.includes('record_send') || !['mysql', 'across'].includes(ends))

describe.each(ENDS)('%s', ends => {
  const { alike, changed, names } = typesTable(ends)

  test.each(waysOf(ends))('values of every type are equal, %s', async (_way, options) => {
    await using scenery = await stage.set(alike, ends)
    const result = await scenery.compare(options)
    const different = result.columns.map(({ name }) => names[Number(name.slice(1))])
    expect(different).toEqual([])
    expect(spokenOf(result, alike.expected), result.summary).toEqual(alike.expected)
  })

  test.each(waysOf(ends))('one changed value of every type is found, and its column, %s', async (_way, options) => {
    await using scenery = await stage.set(changed, ends)
    const result = await scenery.compare(options)
    const found = new Map(
      result.differences.examples.map(({ left, differing }) => [Number(left?.[0]), differing.map(at => names[at - 1])]),
    )
    expect(names.map((name, at) => [name, found.get(at)])).toEqual(names.map(name => [name, [name]]))
    expect(spokenOf(result, changed.expected), result.summary).toEqual(changed.expected)
  })
})
