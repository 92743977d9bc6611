import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Method } from './method.ts'
import { RECIPE, type Recipe } from './recipe.ts'
import { ROW_SCENARIOS } from './scenarios/rows.ts'
import { ENDS, type EndsName, spokenOf } from './scenarios/scenario.ts'
import { Stage } from './scenarios/stage.ts'

/** A wrong comparison: the scenarios must tell it from the right one, on the ends where it can be wrong. */
type Mutant = {
  readonly name: string
  readonly change: Partial<Recipe>
  readonly ends: readonly EndsName[]
  readonly methods?: readonly Method[]
}

const MUTANTS: readonly Mutant[] = [
  { name: 'xor instead of sum', change: { aggregate: 'xor', count: false }, ends: ENDS },
  { name: 'xor with a count', change: { aggregate: 'xor' }, ends: ENDS },
  { name: 'the key left out of the hash', change: { hashKey: false }, ends: ENDS },
  { name: 'separators instead of lengths', change: { lengths: false }, ends: ENDS, methods: ['text md5'] },
  { name: 'NULL as text', change: { nullMark: false, lengths: false }, ends: ENDS, methods: ['text md5'] },
  { name: 'one direction only', change: { bothWays: false }, ends: ENDS },
  { name: 'duplicates counted once', change: { multiplicity: false }, ends: ENDS },
  { name: 'a hash of four bits', change: { bits: 4 }, ends: ENDS },
]

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
}, 60_000)
afterAll(() => stage?.[Symbol.asyncDispose]())

describe.each(MUTANTS)('$name', ({ change, ends, methods }) => {
  test.each(ends)(
    'is caught on %s',
    async name => {
      const caughtBy: string[] = []
      for (const scene of ROW_SCENARIOS.filter(one => one.ends.includes(name))) {
        await using scenery = await stage.set(scene, name)
        const result = await scenery.compare({ recipe: { ...RECIPE, ...change }, ...(methods ? { methods } : {}) })
        try {
          expect(spokenOf(result, scene.expected)).toEqual(scene.expected)
        } catch {
          caughtBy.push(scene.name)
        }
      }
      expect(caughtBy).not.toEqual([])
    },
    30_000,
  )
})

test('a second hash finds what collisions of the first hide', async () => {
  const scene = ROW_SCENARIOS.find(one => one.name.startsWith('two hundred rows'))
  if (!scene) throw new Error('the scenario is gone')
  for (const ends of ENDS) {
    await using scenery = await stage.set(scene, ends)
    const weak = { ...RECIPE, bits: 4 }
    const [one, two] = [
      await scenery.compare({ recipe: weak }),
      await scenery.compare({ recipe: weak, secondHash: true }),
    ]
    expect(one.changed).toBeLessThan(200)
    expect(two.changed).toBeGreaterThan(one.changed)
    expect((await scenery.compare({ secondHash: true })).changed).toBe(200)
  }
}, 30_000)
