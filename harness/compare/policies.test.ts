import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { POLICY_SCENARIOS } from './scenarios/policies.ts'
import { ENDS, spokenOf } from './scenarios/scenario.ts'
import { Stage } from './scenarios/stage.ts'

// servers are slow on a busy machine
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage?.[Symbol.asyncDispose]())

const of = (ends: (typeof ENDS)[number]) =>
  POLICY_SCENARIOS.filter(one => one.ends.includes(ends)).map(one => [one.name, one] as const)

describe.each(ENDS)('%s', ends => {
  test.each(of(ends))('%s', async (_name, scene) => {
    await using scenery = await stage.set(scene, ends)
    const result = await scenery.compare()
    expect(
      spokenOf(result, scene.expected),
      `${result.summary} ${JSON.stringify(result.differences.examples)}`,
    ).toEqual(scene.expected)
  })
})

test('drift is named', async () => {
  const scene = POLICY_SCENARIOS.find(one => one.name === 'numeric scales that differ')
  if (!scene) throw new Error('the scenario is gone')
  await using scenery = await stage.set(scene, 'across')
  expect((await scenery.compare()).drift).toEqual([
    'v: numeric(18,4) and decimal(18,2), compared as decimal at 2 digits, rounded',
  ])
})

test('the values of secret columns are masked in examples', async () => {
  const scene = POLICY_SCENARIOS.find(one => one.name === 'passwords are not shown')
  if (!scene) throw new Error('the scenario is gone')
  for (const ends of ENDS) {
    await using scenery = await stage.set(scene, ends)
    const { examples } = (await scenery.compare()).differences
    expect(examples).toEqual([{ kind: 'changed', left: ['1', '***'], right: ['1', '***'], differing: [1] }])
  }
})
