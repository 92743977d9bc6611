import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Method } from './method.ts'
import { RECIPE, type Recipe } from './recipe.ts'
import { POLICY_SCENARIOS } from './scenarios/policies.ts'
import { ROW_SCENARIOS } from './scenarios/rows.ts'
import { type EndsName, type Scenario, spokenOf } from './scenarios/scenario.ts'
import { Stage } from './scenarios/stage.ts'

// servers are slow on a busy machine
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

/** One of each pair of families: an older version has no xor to be wrong with. */
const ENDS: readonly EndsName[] = ['postgres', 'mysql', 'across']

/** A wrong comparison, and the scenario that tells it from the right one. No wait for a lag is in replicas.test.ts. */
type Mutant = {
  readonly name: string
  readonly change: Partial<Recipe>
  readonly caughtBy: string
  readonly ends?: readonly EndsName[]
  readonly methods?: readonly Method[]
}

const MUTANTS: readonly Mutant[] = [
  {
    name: 'xor instead of sum',
    change: { aggregate: 'xor', count: false },
    caughtBy: 'a pair of duplicates against another pair',
  },
  { name: 'xor with a count', change: { aggregate: 'xor' }, caughtBy: 'a pair of duplicates against another pair' },
  { name: 'the key left out of the hash', change: { hashKey: false }, caughtBy: 'values swapped between two rows' },
  {
    name: 'separators instead of lengths',
    change: { lengths: false },
    caughtBy: 'separators within values',
    methods: ['text sha1', 'text md5'],
  },
  {
    name: 'NULL as text',
    change: { nullMark: false, lengths: false },
    caughtBy: 'a text that looks like the mark of NULL, against NULL',
    methods: ['text sha1', 'text md5'],
  },
  { name: 'one direction only', change: { bothWays: false }, caughtBy: 'a row on the right only' },
  { name: 'duplicates counted once', change: { multiplicity: false }, caughtBy: 'a duplicate against one' },
  {
    name: 'a hash of four bits',
    change: { bits: 4 },
    caughtBy: 'two hundred rows, all changed, each in a bucket of its own',
  },
  {
    name: 'user types hashed by their numbers',
    change: { castUserTypes: false },
    caughtBy: 'enums and composites created in another order',
    ends: ['postgres'],
  },
]

function sceneOf(name: string): Scenario {
  const scene = [...ROW_SCENARIOS, ...POLICY_SCENARIOS].find(one => one.name === name)
  if (!scene) throw new Error(`there is no scenario ${name}`)
  return scene
}

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage?.[Symbol.asyncDispose]())

describe.each(MUTANTS)('$name is caught by: $caughtBy', ({ change, caughtBy, ends = ENDS, methods }) => {
  test.each(ends)('%s', async name => {
    const scene = sceneOf(caughtBy)
    await using scenery = await stage.set(scene, name)
    const right = await scenery.compare(methods ? { methods } : {})
    expect(spokenOf(right, scene.expected)).toEqual(scene.expected)
    const wrong = await scenery.compare({ recipe: { ...RECIPE, ...change }, ...(methods ? { methods } : {}) })
    expect(spokenOf(wrong, scene.expected)).not.toEqual(scene.expected)
  })
})

test.each(ENDS)('a second hash finds what collisions of the first hide, %s', async ends => {
  await using scenery = await stage.set(sceneOf('two hundred rows, all changed, each in a bucket of its own'), ends)
  const weak = { ...RECIPE, bits: 4 }
  const one = await scenery.compare({ recipe: weak })
  const two = await scenery.compare({ recipe: weak, secondHash: true })
  expect(one.changed).toBeLessThan(200)
  expect(two.changed).toBeGreaterThan(one.changed)
  expect((await scenery.compare({ secondHash: true })).changed).toBe(200)
})
