import { describe, expect, test } from 'vitest'
import { loadForTest, problemsForTest } from './testing.ts'

const using = (steps: string, uses = 'a.steps.yaml') =>
  `suite: s\nuse: [${uses}]\ncases:\n  - id: A\n    name: a\n    steps:\n${steps}`
const shared = (...lines: string[]) => ['actions:', ...lines.map(line => `  ${line}`)].join('\n')
const fill = shared(
  'demo.fill:',
  '  about: Fills a table.',
  '  parameters:',
  '    table:',
  '    rows: { default: 10 }',
  '  steps:',
  '    - sql: insert into $(table) select $(rows)',
  '      save: done',
  '  result: { affected: $(done.affected) }',
)

test('a shared action is read with its parameters, places and result', () => {
  const file = loadForTest(using('      - demo.fill: { table: t }'), { 'a.steps.yaml': fill })
  expect(file.uses).toEqual(['a.steps.yaml'])
  expect(file.composites['demo.fill']).toMatchObject({
    about: 'Fills a table.',
    place: { file: 'a.steps.yaml', line: 2, column: 3 },
    parameters: { table: {}, rows: { default: 10 } },
    steps: [{ action: 'sql', place: { file: 'a.steps.yaml', line: 8, column: 9 } }],
    result: { affected: '$(done.affected)' },
  })
})

test('shared actions of several files use each other', () => {
  const outer = shared('demo.outer:', '  about: x', '  steps:', '    - demo.fill: { table: t }')
  const file = loadForTest(using('      - demo.outer:', 'outer.yaml, a.steps.yaml'), {
    'a.steps.yaml': fill,
    'outer.yaml': outer,
  })
  expect(Object.keys(file.composites)).toEqual(['demo.outer', 'demo.fill'])
})

describe('mistakes', () => {
  const use = '      - demo.fill: { table: t }'
  const one = (...steps: string[]) => shared('demo.x:', '  about: x', '  steps:', ...steps.map(step => `    ${step}`))
  test.each<[what: string, steps: string, file: string, ...problems: string[]]>([
    [
      'an unknown parameter',
      '      - demo.fill: { table: t, rowz: 1 }',
      fill,
      'ASSAY_CASE_UNKNOWN_KEY 7:32 unknown parameter "rowz"; did you mean "rows"?',
    ],
    [
      'a missing parameter',
      '      - demo.fill: { rows: 1 }',
      fill,
      'ASSAY_CASE_MISSING_KEY 7:9 the parameter "table" is missing',
    ],
    [
      'a text for parameters',
      '      - demo.fill: t',
      fill,
      'ASSAY_CASE_TYPE 7:20 a shared action takes a map of its parameters',
    ],
    [
      'a mistyped shared action',
      '      - demo.fil: { table: t }',
      fill,
      'ASSAY_CASE_UNKNOWN_ACTION 7:9 unknown action "demo.fil"; did you mean "demo.fill"?',
    ],
    [
      'the name of an action that exists',
      use,
      `${fill}\n  sql: { about: x, steps: [log: x] }`,
      'ASSAY_CASE_COMPOSITE a.steps.yaml:11:3 assay has an action "sql" of its own',
    ],
    [
      'a word of the language',
      use,
      `${fill}\n  parallel: { about: x, steps: [log: x] }`,
      'ASSAY_CASE_COMPOSITE a.steps.yaml:11:3 assay has an action "parallel" of its own',
    ],
    [
      'a word of every step',
      use,
      `${fill}\n  save: { about: x, steps: [log: x] }`,
      'ASSAY_CASE_COMPOSITE a.steps.yaml:11:3 "save" is a word that every step may say, so no action',
    ],
    [
      'a circle',
      '      - demo.x:',
      one('- demo.x:'),
      'ASSAY_CASE_COMPOSITE a.steps.yaml:2:3 "demo.x" calls itself: demo.x → demo.x',
    ],
    [
      'a mistake inside',
      '      - demo.x:',
      one('- slq: 1'),
      'ASSAY_CASE_UNKNOWN_ACTION a.steps.yaml:5:9 unknown action "slq"; did you mean "sql"?',
    ],
    [
      'a name of the case that uses it',
      '      - demo.x:',
      one('- log: $(outside)'),
      'ASSAY_CASE_REFERENCE a.steps.yaml:5:14 $(outside) names nothing: there is no "outside" here',
    ],
    [
      'a result that names nothing',
      '      - demo.x:',
      `${one('- log: x')}\n    result: $(nope)`,
      'ASSAY_CASE_REFERENCE a.steps.yaml:6:13 $(nope) names nothing: there is no "nope" here',
    ],
    [
      'a background step that is not joined',
      '      - demo.x:',
      one('- log: x', '  background: b'),
      'ASSAY_CASE_JOIN a.steps.yaml:6:9 no later step joins "b"',
    ],
    [
      'a reserved parameter',
      '      - demo.x: { run: 1 }',
      shared('demo.x: { about: x, parameters: { run: }, steps: [log: x] }'),
      'ASSAY_CASE_TYPE a.steps.yaml:2:37 "run" is a name that every case has; take another',
    ],
    [
      'no about',
      '      - log: x',
      shared('demo.x: { steps: [log: x] }'),
      'ASSAY_CASE_MISSING_KEY a.steps.yaml:2:11 "about" is missing',
    ],
    [
      'an unknown key',
      '      - log: x',
      shared('demo.x: { about: x, step: [log: x] }'),
      'ASSAY_CASE_MISSING_KEY a.steps.yaml:2:11 "steps" is missing',
      'ASSAY_CASE_UNKNOWN_KEY a.steps.yaml:2:23 unknown key "step"; did you mean "steps"?',
    ],
    ['an empty file', '      - log: x', '', 'ASSAY_CASE_MISSING_KEY a.steps.yaml:1:1 "actions" is missing'],
    [
      'broken YAML',
      '      - log: x',
      'actions: [',
      'ASSAY_CASE_YAML a.steps.yaml:1:11 not valid YAML: flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
  ])('%s', (_, steps, file, ...problems) => {
    expect(problemsForTest(using(steps), { 'a.steps.yaml': file })).toEqual(problems)
  })

  test('a circle through several', () => {
    const file = shared(
      'demo.a: { about: x, steps: [demo.b: ] }',
      'demo.b: { about: x, steps: [parallel: [demo.c: ]] }',
      'demo.c: { about: x, steps: [demo.b: ] }',
    )
    expect(problemsForTest(using('      - demo.a:'), { 'a.steps.yaml': file })).toEqual([
      'ASSAY_CASE_COMPOSITE a.steps.yaml:3:3 "demo.b" calls itself: demo.b → demo.c → demo.b',
      'ASSAY_CASE_COMPOSITE a.steps.yaml:4:3 "demo.c" calls itself: demo.c → demo.b → demo.c',
    ])
  })

  test('one name in two files', () => {
    expect(
      problemsForTest(using(use, 'a.steps.yaml, b.steps.yaml'), { 'a.steps.yaml': fill, 'b.steps.yaml': fill }),
    ).toEqual(['ASSAY_CASE_COMPOSITE b.steps.yaml:2:3 the action "demo.fill" exists already, in a.steps.yaml'])
  })

  test('the mistakes of the case file come first', () => {
    expect(problemsForTest(`${using('      - slq: 1')}\n`, { 'a.steps.yaml': one('- slq: 1') })).toEqual([
      'ASSAY_CASE_UNKNOWN_ACTION 7:9 unknown action "slq"; did you mean "sql"?',
      'ASSAY_CASE_UNKNOWN_ACTION a.steps.yaml:5:9 unknown action "slq"; did you mean "sql"?',
    ])
  })
})
