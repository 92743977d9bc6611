import { expect, test } from 'vitest'
import type { Vitest } from 'vitest/node'
import { askedName } from './run-filter.ts'

test.each([
  [undefined, undefined],
  [/PG-RES-005/, 'PG-RES-005'],
  [/moves \(full\), 1\.5 of 2/, 'moves (full), 1.5 of 2'],
  [/a\/b/, 'a/b'],
  [/PG-(RES|TX)/, undefined],
  [/^PG/, undefined],
  [/\d+ rows/, undefined],
])('the text of a name that was asked for: %s', (testNamePattern, text) => {
  expect(askedName({ config: { testNamePattern } } as unknown as Vitest)).toBe(text)
})
