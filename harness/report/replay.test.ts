import { expect, test } from 'vitest'
import { replayCommand } from './replay.ts'

test.each([
  [{ places: [] }, 'npx assay run --seed s'],
  [
    { places: ['cases/a.case.yaml:3', 'cases/b.case.yaml:4'] },
    'npx assay run --seed s cases/a.case.yaml:3 cases/b.case.yaml:4',
  ],
  [{ places: ['cases/a.case.yaml:3'], tier: 'embedded' }, 'npx assay run --seed s cases/a.case.yaml:3'],
  [
    { places: ["cases/it's.case.yaml:3"], tier: 'real' },
    "npx assay run --seed s --tier real 'cases/it'\\''s.case.yaml':3",
  ],
  [{ places: [], tags: 'tour' }, 'npx assay run --seed s --tags tour'],
  [{ places: [], tags: 'tour', name: 'a row (new)' }, "npx assay run --seed s --tags tour --name 'a row (new)'"],
  [{ places: ['cases/a'], tags: 'ha and not slow' }, "npx assay run --seed s --tags 'ha and not slow' cases/a"],
] as const)('%o', (given, command) => {
  expect(replayCommand({ seed: 's', ...given })).toBe(command)
})
