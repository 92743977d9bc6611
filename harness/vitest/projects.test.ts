import { expect, test } from 'vitest'
import type { RunResult } from '../report/model.ts'
import { Project } from './testing/project.ts'

const TIMEOUT = 60_000
const one = (id: string, ...steps: string[]) =>
  [
    `suite: demo/${id.toLowerCase()}`,
    'cases:',
    `  - id: ${id}`,
    `    name: case ${id}`,
    '    steps:',
    ...steps.map(step => `      ${step}`),
  ].join('\n')

test(
  'every kind of bad input has its code, its place and a caret',
  async () => {
    using project = new Project({
      'cases/a-syntax.case.yaml': 'suite: [broken\ncases: []\n',
      'cases/b-key.case.yaml': one('B', '- log: x', '  expct: y'),
      'cases/c-action.case.yaml': one('C', '- demo.giv: x'),
      'cases/d-type.case.yaml': one('D', '- demo.fail: { message: 5 }'),
      'cases/e-reference.case.yaml': one('E', '- log: |', '    hello', '      $(nobody)'),
      'cases/f-matrix.case.yaml': one('F', '- log: x').replace('    steps', '    matrix: { a: [] }\n    steps'),
      'cases/g-duration.case.yaml': one('G', '- wait: 5', '- log: x', '  timeout: soon'),
      'cases/h-first.case.yaml': one('TWICE', '- log: x'),
      'cases/h-second.case.yaml': one('TWICE', '- log: x'),
      'cases/i-tag.case.yaml': one('I', '- log: x').replace('cases:', 'tags: [slwo]\ncases:'),
      'cases/j-use.case.yaml': one('J', '- demo.shared:').replace('cases:', 'use: [j.steps.yaml]\ncases:'),
      'cases/j.steps.yaml': 'actions:\n  demo.shared:\n    about: x\n    steps: [slepp: 1]\n',
      'cases/k-good.case.yaml': one('K', '- log: x'),
    })
    const { exitCode, output } = await project.run()
    expect(exitCode).toBe(3)
    expect(output).toMatchSnapshot()
    expect(project.verdicts).toEqual(['TWICE passed', 'K passed'])
    expect(
      project.result.problems.map(({ file, error }) => `${file} ${error.code} ${error.line}:${error.column}`),
    ).toEqual([
      'cases/a-syntax.case.yaml ASSAY_CASE_YAML 2:1',
      'cases/b-key.case.yaml ASSAY_CASE_UNKNOWN_KEY 7:9',
      'cases/c-action.case.yaml ASSAY_CASE_UNKNOWN_ACTION 6:9',
      'cases/d-type.case.yaml ASSAY_CASE_TYPE 6:31',
      'cases/e-reference.case.yaml ASSAY_CASE_REFERENCE 8:13',
      'cases/f-matrix.case.yaml ASSAY_CASE_MATRIX_EMPTY 5:5',
      'cases/g-duration.case.yaml ASSAY_CASE_DURATION 6:15',
      'cases/h-second.case.yaml ASSAY_CASE_DUPLICATE_ID 3:9',
      'cases/i-tag.case.yaml ASSAY_CASE_UNKNOWN_TAG 2:8',
      'cases/j-use.case.yaml ASSAY_CASE_UNKNOWN_ACTION 4:13',
    ])
  },
  TIMEOUT,
)

test(
  'a set-up that fails blocks the cases of its file, and a teardown that fails is told',
  async () => {
    using project = new Project({
      'cases/a-blocked.case.yaml': `${one('A', '- log: x').replace('cases:', 'setup: [demo.fail: { message: no room }]\ncases:')}\n  - { id: A2, name: a, steps: [log: x] }`,
      'cases/b-teardown.case.yaml': one('B', '- log: x').replace(
        'cases:',
        'teardown: [demo.fail: { message: cannot drop }, demo.note: { file: b.txt, text: done }]\ncases:',
      ),
      'cases/c-skipped.case.yaml': one('C', '- log: x').replace(
        'cases:',
        'requires: [fault.disk]\nsetup: [log: x]\ncases:',
      ),
    })
    const { exitCode, output } = await project.run()
    expect(exitCode).toBe(3)
    expect(output).toMatchSnapshot()
    expect(project.verdicts).toEqual([
      'A blocked: the set-up of its file failed: no room',
      'A2 blocked: the set-up of its file failed: no room',
      'B passed',
      'C skipped: requires fault.disk, and the case has no target',
    ])
    expect(project.read('cases/b.txt')).toBe('done')
    expect(project.result.problems.map(({ file, error }) => `${file} ${error.line} ${error.message}`)).toEqual([
      'cases/b-teardown.case.yaml 2 the teardown of the file failed: cannot drop',
    ])
  },
  TIMEOUT,
)

test(
  'results are recorded by -u, and compared without it',
  async () => {
    const recorded = (value: number) =>
      one(
        'R',
        `- demo.give: { columns: [n], values: [[${value}]] }`,
        '  expect: { recorded: numbers }',
        '  eventually: { within: 300ms, every: 100ms }',
      )
    using project = new Project({ 'cases/r.case.yaml': recorded(1) })
    expect((await project.run([], { env: { CI: '1' } })).exitCode).toBe(1)
    expect(project.result.cases[0]?.attempts[0]?.error?.code).toBe('ASSAY_STEP_NOT_RECORDED')
    expect((await project.run(['-u'])).exitCode).toBe(0)
    expect(project.read('cases/out/R.numbers.txt')).toBe('n\n-\n1\n')
    project.write('cases/r.case.yaml', recorded(2))
    expect((await project.run()).exitCode).toBe(1)
    expect(project.verdicts[0]).toContain('rows.0.n was recorded as 1, is 2')
    expect((await project.run(['cases/r', '-u'])).exitCode).toBe(0)
    expect(project.read('cases/out/R.numbers.txt')).toBe('n\n-\n2\n')
  },
  TIMEOUT,
)

test(
  'shards that are merged report the same as one run',
  async () => {
    using project = new Project({
      'cases/a.case.yaml': one('A', '- demo.give: 1', '  expect: 2'),
      'cases/b.case.yaml': one('B', '- demo.give: 1', '- log: x').replace('cases:', 'targets: [demo.server]\ncases:'),
      'cases/c.case.yaml': one('C', '- demo.fail: { message: m, kind: undecided }').replace(
        '    steps',
        '    evidence: [{ file: e.txt }]\n    steps',
      ),
      'cases/e.txt': 'kept',
      'cases/d.case.yaml': `${one('D', '- log: x').replace('cases:', 'requires: [fault.disk]\ncases:')}`,
    })
    const whole = await project.run()
    const alone = comparable(project.result)
    for (const shard of ['1/2', '2/2'])
      await project.run(['--shard', shard, '--reporter', 'blob', '--outputFile', `blobs/${shard[0]}.json`])
    const merged = await project.run(['--merge-reports', 'blobs'])
    expect([whole.exitCode, merged.exitCode]).toEqual([1, 1])
    expect(comparable(project.result)).toEqual(alone)
    expect(project.list('reports/latest/cases')).toEqual(['embedded/C/e.txt'])
  },
  TIMEOUT,
)

test(
  'a file of shared actions that changes is seen, though the case file does not',
  async () => {
    const steps = (value: number) =>
      `actions:\n  demo.shared:\n    about: x\n    steps: [{ demo.give: 1, expect: ${value} }]\n`
    using project = new Project({
      'cases/a.case.yaml': one('A', '- demo.shared:').replace('cases:', 'use: [a.steps.yaml]\ncases:'),
      'cases/a.steps.yaml': steps(1),
    })
    expect((await project.run()).exitCode).toBe(0)
    project.write('cases/a.steps.yaml', steps(2))
    expect((await project.run()).exitCode).toBe(1)
    // and a new file that takes an id is seen by the file that has it
    project.write('cases/a.steps.yaml', steps(1))
    project.write('cases/0.case.yaml', one('A', '- log: x'))
    expect((await project.run()).exitCode).toBe(3)
    expect(project.result.problems.map(({ file, error }) => `${file} ${error.code}`)).toEqual([
      'cases/a.case.yaml ASSAY_CASE_DUPLICATE_ID',
    ])
  },
  TIMEOUT,
)

test(
  'Ctrl-C cancels: clean-up runs, the report says what is known, and the run ends with 130',
  async () => {
    using project = new Project({
      'cases/a.case.yaml': `${one('A', '- name: quick', '  log: x', '- wait: 1h').replace('    steps', '    teardown: [demo.note: { file: a.txt, text: tidied }]\n    steps')}
  - { id: B, name: never, steps: [log: x] }`,
    })
    const { exitCode, output } = await project.run([], { interruptAt: 'quick' })
    expect(exitCode).toBe(130)
    expect(project.read('cases/a.txt')).toBe('tidied')
    expect(output).toMatchSnapshot()
    expect(project.verdicts).toEqual([
      'A errored: the run was interrupted here',
      'B skipped: The test run was aborted by the user.',
    ])
    expect(project.result).toMatchObject({ interrupted: true, exitCode: 130 })
  },
  TIMEOUT,
)

/** Of a result what must be the same however it came about. */
function comparable({ seed, exitCode, versions, cases, problems }: RunResult) {
  const sorted = [...cases].sort((a, b) => (a.key < b.key ? -1 : 1))
  const text = JSON.stringify({ seed, exitCode, versions, problems, cases: sorted }, (key, value) =>
    ['startedAt', 'duration'].includes(key) ? 0 : value,
  )
  return JSON.parse(text)
}
