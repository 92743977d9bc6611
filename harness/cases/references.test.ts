import { describe, expect, test } from 'vitest'
import { problemsForTest } from './testing.ts'

const caseOf = (...lines: string[]) =>
  ['suite: s', 'cases:', '  - id: A', '    name: a', ...lines.map(line => `    ${line}`)].join('\n')

describe('names that exist by then', () => {
  test.each([
    ['of every case', caseOf('steps:', '  - log: $(case.id) $(run.seed) $(target.version)')],
    ['of vars, from the top', caseOf('vars: { a: 1, b: $(a) }', 'steps:', '  - log: $(a) $(b)')],
    ['of the matrix', caseOf('matrix: { m: [1] }', 'vars: { a: $(m) }', 'steps:', '  - log: $(m)')],
    [
      'of earlier steps, set-up included',
      caseOf(
        'setup:',
        '  - log: x',
        '    save: s1',
        'steps:',
        '  - log: $(s1)',
        '    save: { s2: text }',
        'teardown:',
        '  - log: $(s1) $(s2)',
      ),
    ],
    [
      'of the file and its set-up',
      `suite: s\nvars: { f: 1 }\nsetup:\n  - log: x\n    save: g\ncases:\n  - { id: A, name: a, steps: [log: $(f) $(g)] }`,
    ],
    ['of steps side by side', caseOf('steps:', '  - parallel:', '      - log: x', '        save: p', '  - log: $(p)')],
    ['of a turn', caseOf('steps:', '  - log: $(turn)', '    repeat: { times: 2, as: turn }')],
    ['escaped', caseOf('steps:', '  - log: $$(nothing)')],
  ])('%s', (_, text) => {
    expect(problemsForTest(text)).toEqual([])
  })
})

describe('names that do not', () => {
  test.each([
    [
      'mistyped',
      caseOf('vars: { table: t }', 'steps:', '  - log: x $(tabel)'),
      '7:16 $(tabel) names nothing: there is no "tabel" here; did you mean "table"?',
    ],
    [
      'of a later step',
      caseOf('steps:', '  - log: $(late)', '  - log: x', '    save: late'),
      '6:14 $(late) names nothing: there is no "late" here',
    ],
    [
      'of a later var',
      caseOf('vars: { a: $(b), b: 1 }', 'steps: [log: x]'),
      '5:16 $(b) names nothing: there is no "b" here',
    ],
    [
      'of another case',
      'suite: s\ncases:\n  - { id: A, name: a, steps: [{ log: x, save: v }] }\n  - { id: B, name: b, steps: [log: $(v)] }',
      '4:36 $(v) names nothing: there is no "v" here',
    ],
    [
      'inside a block',
      caseOf('steps:', '  - sql: |', '      select 1', '        from $(nope)'),
      '8:18 $(nope) names nothing: there is no "nope" here',
    ],
    [
      'in expect',
      caseOf('steps:', '  - log: x', '    expect: { text: [{ not: $(nope) }] }'),
      '7:33 $(nope) names nothing: there is no "nope" here',
    ],
    [
      'in an if',
      caseOf('steps:', '  - log: x', '    if: $(nope) == 1'),
      '7:13 $(nope) names nothing: there is no "nope" here',
    ],
    [
      'after its turns',
      caseOf('steps:', '  - log: $(t)', '    repeat: { times: 2, as: t }', '  - log: $(t)'),
      '8:14 $(t) names nothing: there is no "t" here',
    ],
    [
      'in give_up_on',
      caseOf('steps:', '  - log: x', '    eventually: { within: 1s, give_up_on: $(nope) }'),
      '7:47 $(nope) names nothing: there is no "nope" here',
    ],
    [
      'a second time in one text',
      caseOf('vars: { a: 1 }', 'steps:', '  - log: $(a) $(b)'),
      '7:19 $(b) names nothing: there is no "b" here',
    ],
    [
      'in limits: none, since a metric is told at the end',
      caseOf('limits: [{ metric: x.y, at_most: 1 }]', 'steps: [log: x]'),
    ],
  ])('%s', (_, text, ...problems) => {
    expect(problemsForTest(text)).toEqual(problems.map(problem => `ASSAY_CASE_REFERENCE ${problem}`))
  })

  test('a name of a case can hold what is known before the run only', () => {
    expect(
      problemsForTest(
        'suite: s\nvars: { v: $(target.version) }\ncases:\n  - { id: A, name: on $(v), steps: [log: x] }',
      ),
    ).toEqual(['ASSAY_CASE_REFERENCE 4:20 $(v) names nothing: the case has no "v" (it has case)'])
    expect(problemsForTest('suite: s\ncases:\n  - { id: A, name: on $(run.id), steps: [log: x] }')).toEqual([
      'ASSAY_CASE_REFERENCE 3:23 $(run.id) names nothing: there is no "run" here',
    ])
    expect(
      problemsForTest(
        'suite: s\ncases:\n  - { id: A, name: $(m.title), matrix: { m: [{ name: x }] }, steps: [log: x] }',
      ),
    ).toEqual(['ASSAY_CASE_REFERENCE 3:20 $(m.title) names nothing: $(m) has no "title" (it has name)'])
  })
})

describe('background steps', () => {
  test.each([
    ['joined', caseOf('steps:', '  - log: x', '    background: b', '  - join: b')],
    [
      'joined twice over, one after the other',
      caseOf(
        'steps:',
        '  - log: x',
        '    background: b',
        '  - join: b',
        '  - log: x',
        '    background: b',
        '  - join: b',
      ),
    ],
    ['never joined', caseOf('steps:', '  - log: x', '    background: b'), '7:9 no later step joins "b"'],
    [
      'joined before it began',
      caseOf('steps:', '  - join: b', '  - log: x', '    background: b', '  - join: b'),
      '6:15 no background step "b" waits to be joined',
    ],
    [
      'mistyped',
      caseOf('steps:', '  - log: x', '    background: load', '  - join: laod', '  - join: load'),
      '8:15 no background step "laod" waits to be joined; did you mean "load"?',
    ],
    [
      'begun twice',
      caseOf('steps:', '  - log: x', '    background: b', '  - log: x', '    background: b', '  - join: b'),
      '9:21 "b" is running already',
    ],
    [
      'joined in the teardown',
      caseOf('steps:', '  - log: x', '    background: b', 'teardown:', '  - join: b'),
      '7:9 no later step joins "b"',
      '9:15 no background step "b" waits to be joined',
    ],
  ])('%s', (_, text, ...problems) => {
    expect(problemsForTest(text)).toEqual(problems.map(problem => `ASSAY_CASE_JOIN ${problem}`))
  })
})
