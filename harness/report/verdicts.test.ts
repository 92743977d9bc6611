import { expect, test } from 'vitest'
import type { Verdict } from './model.ts'
import { sampleCase } from './sample/build.ts'
import { exitCodeOf } from './verdicts.ts'

const code = (verdicts: readonly Verdict[], strict = false, problems = 0, interrupted = false) =>
  exitCodeOf({
    interrupted,
    cases: verdicts.map((verdict, index) => sampleCase({ id: `A-${index}`, verdict })),
    strict,
    problems: Array.from({ length: problems }, () => ({ error: { code: 'E', message: 'm' } })),
  })

test('the exit code is the first present of 1, 4, 2, 3', () => {
  expect(code(['passed', 'known failure', 'flaky', 'skipped', 'unexpected pass'])).toBe(0)
  expect(code(['errored', 'undecided', 'limit broken', 'failed'])).toBe(1)
  expect(code(['errored', 'undecided', 'limit broken'])).toBe(4)
  expect(code(['errored', 'undecided'])).toBe(2)
  expect(code(['passed', 'errored'])).toBe(3)
  expect(code(['passed', 'blocked'])).toBe(3)
  expect(code(['passed'], false, 1)).toBe(3)
  expect(code(['unexpected pass'], true)).toBe(1)
  expect(code(['skipped'])).toBe(5)
  expect(code([])).toBe(5)
  expect(code(['failed'], false, 0, true)).toBe(130)
})
