import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Method } from './method.ts'
import { ENDS, type Scenario, spokenOf } from './scenarios/scenario.ts'
import { Stage } from './scenarios/stage.ts'
import { TYPE_SCENARIOS } from './scenarios/types.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
}, 60_000)
afterAll(() => stage?.[Symbol.asyncDispose]())

const alike = (ends: (typeof ENDS)[number]) => of(ends).filter(([name]) => name.endsWith('alike'))

const of = (ends: (typeof ENDS)[number]) =>
  TYPE_SCENARIOS.filter(one => one.ends.includes(ends)).map(one => [one.name, one] as const)

async function check(scene: Scenario, ends: (typeof ENDS)[number], options = {}): Promise<void> {
  await using scenery = await stage.set(scene, ends)
  const result = await scenery.compare(options)
  expect(spokenOf(result, scene.expected), `${result.summary} ${JSON.stringify(result.differences.examples)}`).toEqual(
    scene.expected,
  )
}

describe.each(ENDS)('%s', ends => {
  test.each(of(ends))('%s', (_name, scene) => check(scene, ends))
})

describe.each(['record_send md5', 'text md5'] as const satisfies readonly Method[])('postgres by %s', method => {
  test.each(alike('postgres'))('%s', (_name, scene) => check(scene, 'postgres', { methods: [method] }))
})

describe.each(ENDS)('%s by value', ends => {
  test.each(alike(ends))('%s', (_name, scene) => check(scene, ends, { mode: 'by-value', ulps: 0 }))
})
