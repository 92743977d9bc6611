import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { defineAction } from '../actions/define-action.ts'
import { loadForTest, problemsForTest, testRegistry } from './testing.ts'

/** A case file around some steps; the first of them stands on line 5. */
const steps = (...lines: string[]) =>
  [
    'suite: s',
    'cases:',
    '  - { id: A, name: a, steps: [log: hi] }',
    '  - id: B',
    '    name: b',
    '    steps:',
    ...lines,
  ].join('\n')
/** A case file around what one case says besides; the first line is line 5. */
const inCase = (...lines: string[]) =>
  ['suite: s', 'cases:', '  - id: A', '    name: a', ...lines.map(line => `    ${line}`), '    steps: [log: hi]'].join(
    '\n',
  )
/** A case file around what the file says besides; the first line is line 2. */
const inFile = (...lines: string[]) =>
  ['suite: s', ...lines, 'cases:', '  - { id: A, name: a, steps: [log: hi] }'].join('\n')

const good = inFile()

test('the frame of these tests is in order', () => {
  expect(problemsForTest(good)).toEqual([])
  expect(problemsForTest(inCase('about: x'))).toEqual([])
  expect(problemsForTest(steps('      - log: hi'))).toEqual([])
})

const table: readonly (readonly [what: string, text: string, ...problems: string[]])[] = [
  ['an empty file', '', 'ASSAY_CASE_EMPTY 1:1 the file is empty'],
  ['only comments', '# nothing yet\n', 'ASSAY_CASE_EMPTY 1:1 the file is empty'],
  [
    'broken YAML',
    'suite: [s\ncases: 1',
    'ASSAY_CASE_YAML 2:1 not valid YAML: flow sequence in block collection must be sufficiently indented and end with a ]',
  ],
  ['a list', '- suite: s', 'ASSAY_CASE_TYPE 1:1 must be a map, not a list'],
  [
    'no suite and no cases',
    'about: x',
    'ASSAY_CASE_MISSING_KEY 1:1 "suite" is missing',
    'ASSAY_CASE_MISSING_KEY 1:1 "cases" is missing',
  ],
  [
    'endpoints that no target offers',
    steps(
      '      - { log: x, on: [primary, replica] }',
      '      - { log: x, on: $(which) }',
      '      - { log: x, on: east }',
    ).replace('cases:', 'targets: [mariadb.replication]\nvars: { which: primary }\ncases:'),
    'ASSAY_CASE_NO_ENDPOINT 9:33 no endpoint is called "replica"; did you mean "replicas"?',
    'ASSAY_CASE_NO_ENDPOINT 11:23 no endpoint is called "east"; there are primary, replicas',
  ],
  [
    'an endpoint without a target',
    steps('      - { log: x, on: primary }'),
    'ASSAY_CASE_NO_ENDPOINT 7:23 no endpoint is called "primary"; the file has no targets',
  ],
  ['cases without a case', 'suite: s\ncases: []', 'ASSAY_CASE_TYPE 2:8 a suite needs at least one case'],
  [
    'a case without id',
    'suite: s\ncases:\n  - name: a\n    steps: [log: x]',
    'ASSAY_CASE_MISSING_KEY 3:5 "id" is missing',
  ],
  [
    'a case without steps',
    'suite: s\ncases:\n  - { id: A, name: a, steps: [] }',
    'ASSAY_CASE_TYPE 3:30 a case needs at least one step',
  ],
  ['a case that is a text', 'suite: s\ncases:\n  - A', 'ASSAY_CASE_TYPE 3:5 "cases.0" must be a map, not a text ("A")'],

  [
    'an unknown key of the file',
    inFile('abuot: x'),
    'ASSAY_CASE_UNKNOWN_KEY 2:1 unknown key "abuot"; did you mean "about"?',
  ],
  [
    'an unknown key of a case',
    inCase('taggs: [slow]'),
    'ASSAY_CASE_UNKNOWN_KEY 5:5 unknown key "taggs"; did you mean "tags"?',
  ],
  [
    'an unknown key of a retry',
    inCase('retry: { attempt: 1, only_on: infrastructure }'),
    'ASSAY_CASE_MISSING_KEY 5:12 "attempts" is missing',
    'ASSAY_CASE_UNKNOWN_KEY 5:14 unknown key "attempt"; did you mean "attempts"?',
  ],
  [
    'an unknown key of a step',
    steps('      - log: hi', '        expct: { text: hi }'),
    'ASSAY_CASE_UNKNOWN_KEY 8:9 unknown key "expct"; did you mean "expect"?',
  ],
  [
    'a history that does not say which way is worse',
    inCase('limits:', '  - { metric: a.b, history: { worse_by: 10% } }'),
    'ASSAY_CASE_TYPE 6:33 nothing says which way a.b is worse',
  ],
  [
    'a history with a number for a share',
    inCase('limits:', '  - { metric: a.b, at_most: 5, history: { worse_by: 10 } }'),
    'ASSAY_CASE_TYPE 6:57 "worse_by" must be a text, not a number (10)',
  ],
  [
    'an unknown key of an action',
    steps('      - demo.move: { table: t, rowz: 1 }'),
    'ASSAY_CASE_UNKNOWN_KEY 7:32 unknown key "rowz"; did you mean "rows"?',
  ],
  [
    'an unknown key inside a union',
    steps('      - demo.move: { table: t, from: { host: h, prt: 1 } }'),
    'ASSAY_CASE_UNKNOWN_KEY 7:49 unknown key "prt"; did you mean "port"?',
  ],
  [
    'a word of every object',
    steps('      - log: hi', '        constructor: 1'),
    'ASSAY_CASE_UNKNOWN_KEY 8:9 unknown key "constructor"',
  ],

  [
    'an unknown action',
    steps('      - slq: select 1'),
    'ASSAY_CASE_UNKNOWN_ACTION 7:9 unknown action "slq"; did you mean "sql"?',
  ],
  [
    'a word of every object as an action',
    steps('      - toString: 1'),
    'ASSAY_CASE_UNKNOWN_ACTION 7:9 unknown action "toString"',
  ],
  ['no action', steps('      - name: nothing to do'), 'ASSAY_CASE_NO_ACTION 7:9 the step has no action'],
  [
    'two actions',
    steps('      - log: a', '        wait: 1s'),
    'ASSAY_CASE_NO_ACTION 8:9 a step has one action; this one has "log" and "wait"',
  ],
  [
    'a step that is a text',
    steps('      - log'),
    'ASSAY_CASE_TYPE 7:9 a step is a map of its action and what is expected',
  ],
  [
    'steps that are a map',
    steps('      log: hi'),
    'ASSAY_CASE_TYPE 7:7 "steps" must be a list, not a map',
    'ASSAY_CASE_TYPE 7:7 steps are a list',
  ],

  [
    'a wrong type',
    steps('      - demo.move: { table: 5 }'),
    'ASSAY_CASE_TYPE 7:29 "table" must be a text, not a number (5)',
  ],
  [
    'a number outside its range',
    steps('      - demo.move: { table: t, rows: 0 }'),
    'ASSAY_CASE_TYPE 7:38 "rows" is too small: expected number to be >=1',
  ],
  [
    'no whole number',
    steps('      - demo.move: { table: t, rows: 1.5 }'),
    'ASSAY_CASE_TYPE 7:38 "rows" must be a whole number, not a number (1.5)',
  ],
  [
    'none of the choices',
    steps('      - demo.move: { table: t, mode: ful }'),
    'ASSAY_CASE_TYPE 7:38 "mode" must be one of full, incremental, not "ful"; did you mean "full"?',
  ],
  [
    'a truth in quotes',
    steps('      - demo.move: { table: t, verify: "yes" }'),
    'ASSAY_CASE_TYPE 7:40 "verify" must be true or false, not a text ("yes")',
  ],
  [
    'an element of a list',
    steps('      - demo.move: { table: t, keys: [a, 1] }'),
    'ASSAY_CASE_TYPE 7:42 "keys.1" must be a text, not a number (1)',
  ],
  [
    'no branch of a union',
    steps('      - demo.move: { table: t, from: [h] }'),
    'ASSAY_CASE_TYPE 7:38 "from" cannot be a list',
  ],
  [
    'inside a branch of a union',
    steps('      - demo.move: { table: t, from: { host: h, port: x } }'),
    'ASSAY_CASE_TYPE 7:55 "port" must be a number, not a text ("x")',
  ],
  ['an action without its input', steps('      - demo.move:'), 'ASSAY_CASE_MISSING_KEY 7:19 "table" is missing'],
  [
    'an id with a space',
    'suite: s\ncases:\n  - { id: "A 1", name: a, steps: [log: x] }',
    'ASSAY_CASE_TYPE 3:11 an id starts with a letter and has letters, digits, dots, dashes and underscores',
  ],
  [
    'a pattern that is none',
    steps('      - log: hi', '        expect: { text: { match: "(" } }'),
    'ASSAY_CASE_TYPE 8:34 "match" is not a regular expression: Unterminated group',
  ],
  [
    'a recording inside not',
    steps('      - log: hi', '        expect: { not: { recorded: x } }'),
    'ASSAY_CASE_TYPE 8:36 "recorded" cannot stand inside "not", "one_of", "contains"',
  ],
  [
    'an order that is none',
    steps('      - log: hi', '        expect: { recorded: x, order: sorted }'),
    'ASSAY_CASE_TYPE 8:39 "order" must be any or same, not "sorted"',
  ],
  [
    'retries of product errors',
    inCase('retry: { attempts: 2, only_on: everything }'),
    'ASSAY_CASE_TYPE 5:36 "only_on" must be infrastructure, not "everything"',
  ],
  [
    'a repeat without an end',
    steps('      - log: hi', '        repeat: { every: 1s }'),
    'ASSAY_CASE_TYPE 8:17 repeat needs "times" or "until"',
  ],
  [
    'a reserved name in vars',
    inCase('vars: { target: 1 }'),
    'ASSAY_CASE_TYPE 5:13 "target" is a name that every case has; take another',
  ],
  [
    'a reserved name in a matrix',
    inCase('matrix: { run: [1] }'),
    'ASSAY_CASE_TYPE 5:15 "run" is a name that every case has; take another',
  ],
  [
    'a reserved name in save',
    steps('      - log: hi', '        save: { case: text }'),
    'ASSAY_CASE_TYPE 8:17 "case" is a name that every case has; take another',
  ],
  [
    'a reserved name as save',
    steps('      - log: hi', '        save: run'),
    'ASSAY_CASE_TYPE 8:15 "run" is a name that every case has; take another',
  ],

  ['a duration without unit', inCase('timeout: 30'), 'ASSAY_CASE_DURATION 5:14 30 is not a duration'],
  [
    'a duration of two units',
    steps('      - log: hi', '        timeout: 1m30s'),
    'ASSAY_CASE_DURATION 8:18 "1m30s" is not a duration',
  ],
  [
    'a duration of eventually',
    steps('      - log: hi', '        eventually: soon'),
    'ASSAY_CASE_DURATION 8:21 "soon" is not a duration',
  ],
  [
    'a duration inside eventually',
    steps('      - log: hi', '        eventually: { within: 1m, every: 1 }'),
    'ASSAY_CASE_DURATION 8:42 1 is not a duration',
  ],
  ['a duration of an action', steps('      - wait: 5'), 'ASSAY_CASE_DURATION 7:15 5 is not a duration'],
  [
    'a duration inside an action',
    steps('      - demo.move: { table: t, within: 5 }'),
    'ASSAY_CASE_DURATION 7:40 5 is not a duration',
  ],

  [
    'one id twice',
    'suite: s\ncases:\n  - { id: A, name: a, steps: [log: x] }\n  - { id: A, name: b, steps: [log: x] }',
    'ASSAY_CASE_DUPLICATE_ID 4:11 the id "A" was given before, on line 3',
  ],
  [
    'two cells of one name',
    inCase('matrix: { t: [{ name: x, n: 1 }, { name: x, n: 2 }] }'),
    'ASSAY_CASE_DUPLICATE_ID 5:5 two cells of the matrix are both called "t=x"',
  ],
  [
    'a matrix without axes',
    inCase('matrix: {}'),
    'ASSAY_CASE_MATRIX_EMPTY 5:5 the matrix expands to nothing, so the case would never run',
  ],
  [
    'a matrix without values',
    inCase('matrix: { a: [1], b: [] }'),
    'ASSAY_CASE_MATRIX_EMPTY 5:5 the matrix expands to nothing, so the case would never run',
  ],
  [
    'a matrix that leaves everything out',
    inCase('matrix: { a: [1, 2], without: [a: 1, a: 2] }'),
    'ASSAY_CASE_MATRIX_EMPTY 5:5 the matrix expands to nothing, so the case would never run',
  ],
  [
    'matrix values that are no list',
    inCase('matrix: { a: [1], b: x }'),
    'ASSAY_CASE_TYPE 5:26 the matrix values of "b" must be a list',
  ],
  [
    'a without of an unknown axis',
    inCase('matrix: { mode: [1, 2] }', 'without: [{ mod: 1 }]'),
    'ASSAY_CASE_UNKNOWN_KEY 6:17 "without" names "mod", which the matrix does not have; did you mean "mode"?',
  ],

  [
    'an if of two comparisons',
    steps('      - log: hi', '        if: 1 == 1 and 2 == 2'),
    'ASSAY_CASE_CONDITION 8:13 "1 == 1 and 2 == 2" is more than one comparison',
  ],
  [
    'requires in words',
    inCase('requires: [three replicas]'),
    'ASSAY_CASE_CONDITION 5:16 "three replicas" is not a comparison',
  ],
  [
    'an unknown tag',
    inFile('tags: [slow, nightli]'),
    'ASSAY_CASE_UNKNOWN_TAG 2:14 unknown tag "nightli"; did you mean "nightly"?',
  ],
  [
    'an unknown owner',
    inCase('owner: stroage'),
    'ASSAY_CASE_UNKNOWN_OWNER 5:12 unknown owner "stroage"; did you mean "storage"?',
  ],
  [
    'an unknown target',
    inFile('targets: [mariadb.replicaton]'),
    'ASSAY_CASE_UNKNOWN_TARGET 2:11 unknown target "mariadb.replicaton"; did you mean "mariadb.replication"?',
  ],
  [
    'an unknown target in a map',
    inFile('targets: [{ name: oracle, exclusive: true }]'),
    'ASSAY_CASE_UNKNOWN_TARGET 2:11 unknown target "oracle"',
  ],
  [
    'a file that is not there',
    inFile('use: [nowhere.steps.yaml]'),
    'ASSAY_CASE_UNREADABLE 2:7 "nowhere.steps.yaml" cannot be read: there is no such file',
  ],
]

describe('each mistake has its code, its place and one sentence', () => {
  test.each(table)('%s', (_, text, ...problems) => {
    expect(problemsForTest(text)).toEqual(problems)
  })
})

test('all mistakes are told at once, in the order of their lines', () => {
  expect(
    problemsForTest(
      [
        'suite: s',
        'tags: [x]',
        'cases:',
        '  - id: A',
        '    nme: a',
        '    steps:',
        '      - slq: 1',
        '      - wait: 5',
      ].join('\n'),
    ),
  ).toEqual([
    'ASSAY_CASE_UNKNOWN_TAG 2:8 unknown tag "x"',
    'ASSAY_CASE_MISSING_KEY 4:5 "name" is missing',
    'ASSAY_CASE_UNKNOWN_KEY 5:5 unknown key "nme"; did you mean "name"?',
    'ASSAY_CASE_UNKNOWN_ACTION 7:9 unknown action "slq"; did you mean "sql"?',
    'ASSAY_CASE_DURATION 8:15 5 is not a duration',
  ])
})

test('a key that nothing resembles is told the keys there are, and a missing union is missing', () => {
  const send = defineAction({
    name: 'demo.send',
    about: 'Sends.',
    input: z.strictObject({ id: z.string(), content: z.union([z.string(), z.strictObject({ text: z.string() })]) }),
    run: async () => ({}),
  })
  const load = () => loadForTest(steps('      - demo.send: { block: b }'), {}, testRegistry([send]))
  expect(load).toThrow(
    expect.objectContaining({
      problems: [
        expect.objectContaining({ message: '"id" is missing' }),
        expect.objectContaining({ code: 'ASSAY_CASE_MISSING_KEY', message: '"content" is missing' }),
        expect.objectContaining({ message: 'unknown key "block"', hint: 'The keys are id, content.' }),
      ],
    }),
  )
})

test('a value that is filled in later is left to the run', () => {
  const text = steps(
    '      - log: hi',
    '        save: n',
    '      - demo.move: { table: t, rows: $(n), verify: $(n), from: $(n), keys: $(n), mode: $(n) }',
  )
  expect(problemsForTest(text)).toEqual([])
})

test('CRLF and tabs do not move the place', () => {
  expect(
    problemsForTest('suite: s\r\ncases:\r\n  - id:\tA\r\n    name: a\r\n    steps:\r\n      - slq: 1\r\n'),
  ).toEqual(['ASSAY_CASE_UNKNOWN_ACTION 6:9 unknown action "slq"; did you mean "sql"?'])
})
