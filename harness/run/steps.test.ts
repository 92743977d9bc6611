import { describe, expect, test } from 'vitest'
import { Rig, type RigOptions, stepLines, stepsOf, told } from './testing/rig.ts'

/** Runs the steps: what became of the case, and what happened. */
async function run(lines: readonly string[], options?: RigOptions) {
  using rig = new Rig(stepsOf(...lines), options)
  const outcome = await rig.attempt()
  return { told: told(outcome), said: rig.said, steps: outcome.attempt.steps, passed: rig.clock.passed, outcome }
}

describe('expect and save', () => {
  test('a whole result, a part of it, and a part of a part are kept under names', async () => {
    const { told, said } = await run([
      '- say: { a: { b: [1, 2] } }',
      '  save: all',
      '- say: { a: { b: [1, 2] } }',
      '  save: { again: ., one: a.b.1, list: a.b }',
      '- say: { x: $(all.a.b.0), y: $(one), z: $(list), w: $(again.a) }',
      '  expect: { x: 1, y: 2, z: [1, 2], w: { b: [1, 2] } }',
    ])
    expect(told).toBe('passed')
    expect(said.at(-1)).toBe('{"x":1,"y":2,"z":[1,2],"w":{"b":[1,2]}}')
  })

  test('a part that is not there fails the step', async () => {
    expect((await run(['- say: { a: 1 }', '  save: { x: b.c }'])).told).toBe(
      'errored ASSAY_CASE_REFERENCE 6:9 "b.c" names nothing: the result has no "b" (it has a)',
    )
  })

  test('the place of a difference is the value that differs', async () => {
    const { told, steps } = await run(['- say: { rows: [{ n: 1 }] }', '  expect:', '    rows: [{ n: 2 }]'])
    expect(told).toBe('failed ASSAY_STEP_EXPECT 8:23 rows.0.n expected 2, got 1')
    expect(steps[0]).toMatchObject({
      state: 'failed',
      differences: [{ path: 'rows.0.n', expected: 2, actual: 1 }],
      expected: { rows: [{ n: 2 }] },
      result: { rows: [{ n: 1 }] },
    })
  })

  test.each([
    ['{ rows: [[3]] }', true],
    ['{ values: [{ n: 3 }] }', true],
    ['{ rows: [{ n: 3 }] }', false],
    ['{ rows: { count: 3 } }', false],
  ])('who takes rows for values is told the difference: %s', async (expected, told) => {
    const { outcome } = await run(['- say: { rows: [{ n: 4 }], values: [[4]] }', `  expect: ${expected}`])
    expect(outcome.attempt.error?.code).toBe('ASSAY_STEP_EXPECT')
    expect(outcome.attempt.error?.hint?.includes('lists by position, `values: [[3]]`') ?? false).toBe(told)
  })

  test('steps after a failure are not run', async () => {
    const { steps, said } = await run(['- say: one', '  expect: two', '- say: three'])
    expect(stepLines(steps)).toEqual(['steps say failed', 'steps say not run'])
    expect(said).toEqual(['one'])
  })

  test('a number fills a text; what no text can be is told with its place', async () => {
    expect((await run(['- say: 5', '  save: n', '- sleep: { ms: 1, say: $(n) }'])).said).toEqual(['5', '5'])
    expect((await run(['- say: [5]', '  save: n', '- sleep:', '    ms: $(n)'])).told).toBe(
      'errored ASSAY_CASE_TYPE 9:15 sleep: ms: "ms" must be a number, not a list',
    )
  })
})

describe('fails', () => {
  test.each([
    [
      'in this way',
      [
        '- fail: { message: no space left, class: disk_full, code: "53100" }',
        '  fails: { code: 53100, class: disk_full, message: space }',
      ],
      'passed',
    ],
    ['in any way', ['- fail: { message: m }', '  fails: {}'], 'passed'],
    ['with a matcher', ['- fail: { message: m12 }', '  fails: { message: { match: "^m[0-9]+$" } }'], 'passed'],
    ['with an own code', ['- fail: { message: m }', '  fails: { code: ASSAY_ACTION }'], 'passed'],
    [
      'as its result says',
      [
        '- fail: { message: m, class: c, code: x }',
        '  fails: {}',
        '  expect: { code: x, class: c, message: m, data: { detail: d } }',
      ],
      'passed',
    ],
    [
      'with another class',
      ['- fail: { message: m, class: a }', '  fails: { class: b }'],
      'failed ASSAY_STEP_FAILS 7:25 failed, but not as it must: class expected "b", got "a"; the error was: m',
    ],
    [
      'with another code',
      ['- fail: { message: m }', '  fails: { code: 1 }'],
      'failed ASSAY_STEP_FAILS 7:24 failed, but not as it must: code expected "1", got null; the error was: m',
    ],
    [
      'with another message',
      ['- fail: { message: m }', '  fails: { message: other }'],
      'failed ASSAY_STEP_FAILS 7:27 failed, but not as it must: message expected to contain "other", got "m"; the error was: m',
    ],
    [
      'not at all',
      ['- say: fine', '  fails: { class: b }'],
      'failed ASSAY_STEP_FAILS 7:9 succeeded, although it must fail with class "b"',
    ],
    [
      'by the harness, which is no failure of the system',
      ['- fail: { message: m, kind: harness }', '  fails: {}'],
      'errored ASSAY_CONNECT 6:9 m',
    ],
    ['by a bug', ['- fail: { message: m, kind: bug }', '  fails: {}'], 'errored TypeError 6:9 m'],
    ['by its deadline', ['- sleep: { ms: 5000 }', '  timeout: 1s', '  fails: { class: timeout }'], 'passed'],
  ])('%s', async (_, lines, expected) => {
    expect((await run(lines)).told).toBe(expected)
  })
})

describe('eventually', () => {
  test('a late success is one, and says after how many tries', async () => {
    const { told, steps, passed } = await run([
      '- count: c',
      '  expect: { n: 4 }',
      '  eventually: { within: 10s, every: 1s }',
    ])
    expect(told).toBe('passed')
    expect(steps[0]?.tries).toBe(4)
    expect(passed).toBe(3_000)
  })

  test('an error of the system is outwaited', async () => {
    const { told, steps } = await run(['- fail: { message: starting, until: 3 }', '  eventually: 10s'])
    expect(told).toBe('passed')
    expect(steps[0]?.tries).toBe(3)
  })

  test('too late says the last value and the tries', async () => {
    const { told, passed } = await run(['- count: c', '  expect: { n: 0 }', '  eventually: { within: 3s, every: 1s }'])
    expect(told).toBe(
      'failed ASSAY_STEP_NOT_YET 7:22 not as expected within 3.0s (3 tries); at last: n expected 0, got 3',
    )
    expect(passed).toBe(2_000)
  })

  test('the report shows what the last try recorded, and not what all of them did', async () => {
    const { steps } = await run([
      '- leak: { text: once }',
      '  expect: { result: never }',
      '  eventually: { within: 3s, every: 1s }',
    ])
    expect(steps[0]).toMatchObject({ tries: 3, texts: [{ text: 'text once' }], sql: [{ text: 'sql once' }] })
  })

  test('a hopeless result ends it at once', async () => {
    const { told, steps } = await run([
      '- count: c',
      '  expect: { n: 9 }',
      '  eventually: { within: 1h, every: 1s, give_up_on: { n: { at_least: 3 } } }',
    ])
    expect(told).toBe('failed ASSAY_STEP_GAVE_UP 8:9 gave up after 3 tries: the result met "give_up_on"')
    expect(steps[0]?.tries).toBe(3)
  })

  test('fails is waited for as well', async () => {
    const lines = (until: string) => [
      `- fail: { message: m, class: gone, until: ${until} }`,
      '  fails: { class: gone }',
    ]
    expect((await run([...lines('9'), '  eventually: 1s'])).told).toBe('passed')
    const { told } = await run([...lines('1'), '  eventually: { within: 2s, every: 1s }'])
    expect(told).toBe(
      'failed ASSAY_STEP_NOT_YET 7:9 not as expected within 2.0s (2 tries); at last: succeeded, although it must fail with class "gone"',
    )
  })

  test('a broken harness and a mistake in the case are not outwaited', async () => {
    expect((await run(['- fail: { message: m, kind: harness }', '  eventually: 1h'])).told).toBe(
      'errored ASSAY_CONNECT 6:9 m',
    )
    expect((await run(['- fail: { message: m, kind: undecided }', '  eventually: 1h'])).told).toBe(
      'undecided ASSAY_UNDECIDED 6:9 m',
    )
  })

  test('a try that hangs ends with the time', async () => {
    const { told, passed } = await run(['- sleep: { ms: 9999999 }', '  eventually: { within: 5s, every: 1s }'])
    expect(told).toMatch(
      /^failed ASSAY_STEP_NOT_YET 7:9 not as expected within 5.0s \(1 try\); at last: "sleep" did not end within 5.0s/,
    )
    expect(passed).toBe(5_000)
  })
})

describe('repeat', () => {
  test('so many times, with the number of the turn', async () => {
    const { said, steps } = await run([
      '- say: turn $(i)',
      '  repeat: { times: 3, as: i, every: 1s }',
      '  save: last',
      '- say: $(last)',
    ])
    expect(said).toEqual(['turn 0', 'turn 1', 'turn 2', 'turn 2'])
    expect(stepLines(steps)).toEqual([
      'steps say passed',
      '  steps turn 1 passed',
      '  steps turn 2 passed',
      '  steps turn 3 passed',
      'steps say passed',
    ])
    expect(steps[0]).toMatchObject({ tries: 3, duration: 2_000 })
  })

  test('as often as a saved number says', async () => {
    expect((await run(['- say: 2', '  save: n', '- say: x', '  repeat: { times: $(n) }'])).said).toEqual([
      '2',
      'x',
      'x',
    ])
    expect((await run(['- say: many', '  save: n', '- say: x', '  repeat: { times: $(n) }'])).told).toBe(
      'errored ASSAY_CASE_TYPE 8:9 repeat.times is "many", not a whole number from 1',
    )
    expect((await run(['- say: 0', '  save: n', '- say: x', '  repeat: { times: $(n) }'])).told).toBe(
      'errored ASSAY_CASE_TYPE 8:9 repeat.times is 0, not a whole number from 1',
    )
  })

  test('until the result is so', async () => {
    const { told, steps } = await run(['- count: c', '  repeat: { until: { n: 3 } }'])
    expect(told).toBe('passed')
    expect(steps[0]?.tries).toBe(3)
  })

  test('so many times, and it was not so', async () => {
    expect((await run(['- count: c', '  repeat: { times: 2, until: { n: 9 } }'])).told).toBe(
      'failed ASSAY_STEP_NOT_YET 7:41 2 turns did not bring what "until" waits for; at last: n expected 9, got 2',
    )
  })

  test('the timeout is that of all turns', async () => {
    const { told, passed } = await run(['- sleep: { ms: 1000 }', '  repeat: { until: { n: 9 } }', '  timeout: 4500ms'])
    expect(told).toBe('failed ASSAY_STEP_TIMEOUT 6:9 "sleep" did not end within 4.5s')
    expect(passed).toBe(4_500)
  })

  test('each turn is expected of', async () => {
    expect((await run(['- count: c', '  repeat: { times: 3 }', '  expect: { n: { at_most: 2 } }'])).told).toBe(
      'failed ASSAY_STEP_EXPECT 8:22 n expected at most 2, got 3',
    )
  })

  test('of many turns the first and the last are shown', async () => {
    const { steps } = await run(['- say: x', '  repeat: { times: 50 }'])
    expect(steps[0]?.steps).toHaveLength(20)
    expect(steps[0]?.steps.at(-1)?.name).toBe('turn 50')
    expect(steps[0]?.note).toBe('turns 20 to 49 are not shown')
  })
})

describe('parallel', () => {
  test('steps run side by side, and what they save is there afterwards', async () => {
    const { said, passed, told } = await run([
      '- parallel:',
      '    - sleep: { ms: 200, say: slow }',
      '      save: { a: word }',
      '    - sleep: { ms: 100, say: quick }',
      '      save: { b: word }',
      '  expect: [{ word: slow }, { word: quick }]',
      '- say: $(a) $(b)',
    ])
    expect(told).toBe('passed')
    expect(said).toEqual(['quick', 'slow', 'slow quick'])
    expect(passed).toBe(200)
  })

  test('when one fails the others are seen to their end', async () => {
    const { said, told, steps } = await run([
      '- parallel:',
      '    - say: x',
      '      expect: y',
      '    - sleep: { ms: 100, say: other }',
    ])
    expect(told).toBe('failed ASSAY_STEP_EXPECT 8:13 expected "y", got "x"')
    expect(said).toEqual(['x', 'other'])
    expect(stepLines(steps)).toEqual(['steps parallel failed', '  steps say failed', '  steps sleep passed'])
  })

  test('when two fail the first of them is told, and both are shown', async () => {
    const { told, steps } = await run(['- parallel:', '    - fail: { message: one }', '    - fail: { message: two }'])
    expect(told).toBe('failed ASSAY_ACTION 7:13 one')
    expect(steps[0]?.steps.map(({ error }) => error?.message)).toEqual(['one', 'two'])
  })

  test('a timeout ends all of them', async () => {
    const { said, told } = await run([
      '- parallel:',
      '    - sleep: { ms: 9000, say: a }',
      '    - sleep: { ms: 9000, say: b }',
      '  timeout: 1s',
    ])
    expect(told).toBe('failed ASSAY_STEP_TIMEOUT 6:9 "parallel" did not end within 1.0s')
    expect(said).toEqual(['stopped a', 'stopped b'])
  })
})

describe('background and join', () => {
  test('it goes on while others run, and its result is that of the join', async () => {
    const { said, told } = await run([
      '- sleep: { ms: 1000, say: load }',
      '  background: b',
      '  save: { w: word }',
      '- sleep: { ms: 10, say: meanwhile }',
      '- join: b',
      '  expect: { word: load }',
      '- say: $(w)',
    ])
    expect(told).toBe('passed')
    expect(said).toEqual(['meanwhile', 'load', 'load'])
  })

  test('a failure comes out at the join', async () => {
    const { told, steps } = await run(['- fail: { message: broken }', '  background: b', '- say: x', '- join: b'])
    expect(told).toBe('failed ASSAY_ACTION 6:9 broken')
    expect(stepLines(steps)).toEqual(['steps fail failed', 'steps say passed', 'steps join failed'])
  })

  test('its own expectation is judged, and that of the join as well', async () => {
    const lines = ['- say: x', '  expect: y', '  background: b', '- join: b']
    expect((await run(lines)).told).toBe('failed ASSAY_STEP_EXPECT 7:9 expected "y", got "x"')
    expect((await run(['- say: x', '  background: b', '- join: b', '  expect: y'])).told).toBe(
      'failed ASSAY_STEP_EXPECT 9:9 expected "y", got "x"',
    )
  })

  test('a join can expect the failure', async () => {
    expect(
      (await run(['- fail: { message: m, class: c }', '  background: b', '- join: b', '  fails: { class: c }'])).told,
    ).toBe('passed')
  })

  test('when the case fails before, it is ended, and nothing is said against it', async () => {
    const { said, steps, told } = await run([
      '- sleep: { ms: 60000, say: load }',
      '  background: b',
      '- fail: { message: m }',
      '- join: b',
    ])
    expect(told).toBe('failed ASSAY_ACTION 8:9 m')
    expect(said).toEqual(['stopped load'])
    expect(steps[0]).toMatchObject({
      state: 'skipped',
      note: 'in the background as "b"; it was ended because nothing joined it',
    })
    expect(steps[0]?.error).toBeUndefined()
  })
})

describe('shared actions', () => {
  const files = {
    'a.steps.yaml': [
      'actions:',
      '  demo.twice:',
      '    about: x',
      '    parameters: { word:, n: { default: 2 } }',
      '    steps:',
      '      - say: $(word) $(n)',
      '        save: first',
      '      - say: [$(word), { deep: nothing }]',
      '        expect: [a]',
      '    result: { both: $(first) }',
      '  demo.where:',
      '    about: x',
      '    steps: [say: here, { say: there, on: primary }]',
    ].join('\n'),
  }
  const using = (...lines: string[]) => stepsOf(...lines).replace('cases:', 'use: [a.steps.yaml]\ncases:')

  test('parameters, defaults and the result', async () => {
    using rig = new Rig(using('- demo.twice: { word: a }', '  fails: {}'), { files })
    const outcome = await rig.attempt()
    // the inner expectation fails, which is no failure of the system
    expect(told(outcome)).toBe('failed ASSAY_STEP_EXPECT 7:9 expected 1 element, got 2')
    expect(rig.said).toEqual(['a 2', '["a",{"deep":"nothing"}]'])
    expect(outcome.attempt.error?.frame).toContain('in demo.twice, a.steps.yaml:9:9')
  })

  test('its steps take the endpoint of the step that uses it', async () => {
    using rig = new Rig(
      using('- demo.where:', '  on: replicas.1').replace('cases:', 'targets: [mariadb.replication]\ncases:'),
      {
        files,
        targets: { 'mariadb.replication': { roles: { primary: 'one', replicas: 2 } } },
      },
    )
    expect(told(await rig.attempt())).toBe('passed')
    expect(rig.said.filter(line => line.includes('@'))).toEqual(['here@replicas.1', 'there@primary'])
  })
})

describe('endpoints', () => {
  const targets = { 'mariadb.replication': { roles: { primary: 'one', replicas: 2 } } } as const
  const on = (what: string, ...lines: string[]) =>
    stepsOf('- say: x', `  on: ${what}`, ...lines).replace('cases:', 'targets: [mariadb.replication]\ncases:')

  test.each([
    ['primary', ['x@primary'], 'x'],
    ['replicas', ['x@replicas.0', 'x@replicas.1'], '[x, x]'],
    ['replicas.1', ['x@replicas.1'], 'x'],
    ['[primary, replicas.0]', ['x@primary', 'x@replicas.0'], '[x, x]'],
    ['[primary]', ['x@primary'], '[x]'],
    ['mariadb.primary', ['x@primary'], 'x'],
    ['$(target.mariadb.primary)', ['x@primary'], 'x'],
    ['$(target.replicas)', ['x@replicas.0', 'x@replicas.1'], '[x, x]'],
  ])('on: %s', async (what, said, expected) => {
    using rig = new Rig(on(what, `  expect: ${expected}`), { targets })
    expect(told(await rig.attempt())).toBe('passed')
    expect(rig.said.filter(line => line.startsWith('x'))).toEqual(said)
  })

  test('a role of many servers gives a list even where there is one', async () => {
    using rig = new Rig(on('replicas', '  expect: [x]'), {
      targets: { 'mariadb.replication': { roles: { replicas: 1 } } },
    })
    expect(told(await rig.attempt())).toBe('passed')
  })

  test('of several endpoints the step says on which it failed', async () => {
    using rig = new Rig(on('replicas', '  expect: [x, y]'), { targets })
    const { steps } = (await rig.attempt()).attempt
    expect(steps[0]?.on).toHaveLength(2)
    expect(steps[0]?.failedOn).toEqual([expect.stringContaining('replicas.1')])
  })

  test('one that is not there is told with what there is', async () => {
    using rig = new Rig(on('replicas.2'), { targets })
    expect(told(await rig.attempt())).toBe(
      'errored ASSAY_CASE_NO_ENDPOINT 7:9 no endpoint is called "replicas.2"; did you mean "replicas.0"?',
    )
  })
})

test('a background step that fails as its join expects has passed', async () => {
  const { steps } = await run([
    '- fail: { message: no room left, class: disk_full }',
    '  background: writer',
    '- join: writer',
    '  fails: { class: disk_full }',
  ])
  expect(steps.map(({ state, background, note, error }) => [state, background, note, error])).toEqual([
    ['passed', 'writer', 'in the background as "writer"; failed as its join expects: no room left', undefined],
    ['passed', undefined, undefined, undefined],
  ])
})

test('a step whose if does not hold is skipped, and saves nothing', async () => {
  const { steps, said } = await run([
    '- say: 1',
    '  save: n',
    '- say: never',
    '  if: $(n) == 2',
    '- say: always',
    '  if: $(n) == 1',
  ])
  expect(said).toEqual(['1', 'always'])
  expect(steps[1]).toMatchObject({ state: 'skipped', note: 'if $(n) == 2 does not hold' })
})
