import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { RecordMode } from './recorded.ts'
import { recordedDifferences, recordedText } from './recorded-table.ts'
import { Rig, stepsOf, told } from './testing/rig.ts'

const table = (...values: unknown[][]) => ({ columns: ['region', 'amount'], values })

describe('the text of a result', () => {
  test('a table as psql shows it', () => {
    expect(recordedText(table(['north', 1.5], ['s', null]), 'same')).toBe(
      ['region | amount', '-------+-------', 'north  | 1.5', 's      | NULL', ''].join('\n'),
    )
  })

  test('texts that could be taken for something else are quoted', () => {
    const text = recordedText(table(['', 'NULL'], ['a|b', ' x'], ['a\nb', '"']), 'same')
    expect(text.split('\n').slice(2, -1)).toEqual(['""     | "NULL"', '"a|b"  | " x"', '"a\\nb" | "\\""'])
  })

  test('in any order rows are sorted; anything else is JSON with sorted keys', () => {
    expect(recordedText(table(['b', 1], ['a', 2]), 'any')).toBe(recordedText(table(['a', 2], ['b', 1]), 'same'))
    expect(recordedText({ b: 1, a: [9007199254740993n] }, 'same')).toBe(
      '{\n  "a": [\n    "9007199254740993"\n  ],\n  "b": 1\n}\n',
    )
  })
})

describe('differences from what was recorded', () => {
  const recorded = recordedText(table(['north', '1.50'], ['south', null]), 'any')
  const told = (value: unknown, tolerance = 0) =>
    recordedDifferences(recorded, value, { order: 'any', tolerance, path: '' }).map(
      ({ path, message }) => `${path}: ${message}`,
    )

  test.each([
    ['none', table(['south', null], ['north', '1.50']), 0, []],
    ['within the tolerance', table(['north', '1.504'], ['south', null]), 0.005, []],
    [
      'beyond the tolerance',
      table(['north', '1.51'], ['south', null]),
      0.005,
      ['rows.0.amount: was recorded as 1.50, is 1.51'],
    ],
    [
      'a number where there was none',
      table(['north', '1.50'], ['south', 0]),
      9,
      ['rows.1.amount: was recorded as NULL, is 0'],
    ],
    [
      'a row less',
      table(['south', null]),
      0,
      [': 2 rows were recorded, there are 1', 'rows.0: is missing: north | 1.50'],
    ],
    [
      'a row more',
      table(['east', 7], ['north', '1.50'], ['south', null]),
      0,
      [': 2 rows were recorded, there are 3', 'rows.0: was not recorded: east | 7'],
    ],
    [
      'a row more and a changed one',
      table(['east', 7], ['north', '1.51'], ['south', null]),
      0,
      [
        ': 2 rows were recorded, there are 3',
        'rows.0.amount: was recorded as 1.50, is 1.51',
        'rows.0: was not recorded: east | 7',
      ],
    ],
    ['other columns', { columns: ['a'], values: [] }, 0, [': the columns were region, amount, and are a']],
    ['no table', { a: 1 }, 0, [': differs from what was recorded']],
  ])('%s', (_, value, tolerance, expected) => {
    expect(told(value, tolerance)).toEqual(expected)
  })
})

test('a row missing in the middle of many is one difference, in their order', () => {
  const rows = Array.from({ length: 3000 }, (_, index) => [index, `name ${index % 7}`])
  const shown = recordedDifferences(
    recordedText(table(...rows), 'same'),
    table(...rows.filter((_, index) => index !== 1500)),
    { order: 'same', tolerance: 0, path: '' },
  )
  expect(shown.map(({ message }) => message)).toEqual([
    '3000 rows were recorded, there are 2999',
    'is missing: 1500 | name 2',
  ])
})

describe('a recorded expectation', () => {
  const RESULT = '{ columns: [n], values: [[1], [2]] }'
  const steps = stepsOf(`- say: ${RESULT}`, '  expect: { recorded: numbers }')
  const FILE = 'out/A.numbers.txt'
  const RIGHT = 'n\n-\n1\n2\n'

  async function run(mode: RecordMode, before?: string, text = steps) {
    using rig = new Rig(text, { recordMode: mode, files: before === undefined ? {} : { [FILE]: before } })
    const outcome = await rig.attempt()
    const path = join(rig.folder, FILE)
    return {
      told: told(outcome),
      after: existsSync(path) ? readFileSync(path, 'utf8') : undefined,
      passed: rig.clock.passed,
    }
  }

  test.each<[mode: RecordMode, before: string | undefined, told: RegExp, after: string | undefined]>([
    ['none', undefined, /^failed ASSAY_STEP_NOT_RECORDED 7:9 nothing is recorded under "numbers"$/, undefined],
    ['new', undefined, /^passed$/, RIGHT],
    ['all', undefined, /^passed$/, RIGHT],
    ['none', RIGHT, /^passed$/, RIGHT],
    ['new', 'n\n-\n1\n3\n', /^failed ASSAY_STEP_EXPECT .* rows.1.n was recorded as 3, is 2$/, 'n\n-\n1\n3\n'],
    ['all', 'n\n-\n1\n3\n', /^passed$/, RIGHT],
  ])('mode %s, recorded %j', async (mode, before, expected, after) => {
    const result = await run(mode, before)
    expect(result.told).toMatch(expected)
    expect(result.after).toBe(after)
  })

  const polled = stepsOf(
    '- count: c',
    '  expect: { list: { recorded: numbers } }',
    '  eventually: { within: 3s, every: 1s }',
  )

  test('under eventually waits for what was recorded', async () => {
    expect(await run('none', '[\n  2,\n  2\n]\n', polled)).toMatchObject({ told: 'passed', passed: 1_000 })
    expect((await run('none', '[\n  9\n]\n', polled)).told).toMatch(
      /^failed ASSAY_STEP_NOT_YET .* not as expected within 3.0s \(3 tries\); at last: list differs from what was recorded$/,
    )
  })

  test('under eventually what the wait ended with is recorded, once', async () => {
    expect(await run('all', '[\n  9\n]\n', polled)).toEqual({
      told: 'passed',
      after: '[\n  3,\n  3,\n  3\n]\n',
      passed: 2_000,
    })
    expect(await run('new', undefined, polled)).toMatchObject({ told: 'passed', after: '[\n  3,\n  3,\n  3\n]\n' })
    expect((await run('none', undefined, polled)).told).toMatch(/^failed ASSAY_STEP_NOT_RECORDED/)
  })

  test('each cell has its own file', async () => {
    using rig = new Rig(steps.replace('    steps:', '    matrix: { m: [a/b, c] }\n    steps:'), { recordMode: 'all' })
    await rig.attempt(0, 0)
    await rig.attempt(0, 1)
    expect(existsSync(join(rig.folder, 'out/A.m=a_b.numbers.txt'))).toBe(true)
    expect(existsSync(join(rig.folder, 'out/A.m=c.numbers.txt'))).toBe(true)
  })
})
