import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Finished, Project } from './testing/project.ts'

const VERDICTS = `suite: demo/verdicts
owner: storage
use: [shared/a.steps.yaml]
cases:
  - id: GREEN
    name: passes for $(mode)
    tags: [quick]
    matrix: { mode: [full, part] }
    steps:
      - name: look at $(mode)
        demo.give: { mode: $(mode), rows: 3 }
        expect: { mode: $(mode), rows: { at_least: 3 } }
  - id: RED
    name: differs in two places
    tags: [slow]
    steps:
      - name: read
        demo.give: { rows: [{ id: 1, name: a }, { id: 2, name: b }] }
        expect:
          rows:
            - { id: 1, name: a }
            - { id: 3, name: c }
    teardown:
      - log: tidied
  - id: SQL
    name: points into its text
    vars: { table: orders }
    steps:
      - name: ask
        demo.query: |
          select id,
                 nope
          from $(table)
  - id: FAILS
    name: does not fail as it must
    steps:
      - demo.fail: { message: no room left, class: disk_full }
        fails: { class: read_only }
  - id: SHARED
    name: breaks inside a shared action
    steps:
      - name: call it
        demo.check: { value: 1 }
  - id: KNOWN
    name: fails as its ticket says
    known: [{ ticket: T-1, error: disk_full }]
    steps:
      - demo.fail: { message: no room left, class: disk_full }
  - id: MENDED
    name: passes although it is known to fail
    known: [{ ticket: T-2, error: disk_full }]
    steps: [log: fine]
  - id: LIMIT
    name: is too slow
    steps:
      - demo.give: { ms: 40 }
        save: took
    limits: [{ metric: took.ms, at_most: 30 }]
  - id: UNDECIDED
    name: cannot tell
    steps: [demo.fail: { message: budget is used up, kind: undecided }]
  - id: ERRORED
    name: has lost its connection
    steps: [demo.fail: { message: connection lost, kind: harness }]
  - id: FLAKY
    name: passes the second time
    retry: { attempts: 2, only_on: infrastructure }
    steps: [demo.count: { file: count.txt, until: 2 }]
  - id: STUBBORN
    name: is tried again in vain, since the product differs
    retry: { attempts: 2, only_on: infrastructure }
    steps:
      - demo.count: { file: stubborn.txt }
        expect: { n: 0 }
  - id: SKIPPED
    name: needs what is not there
    requires: [fault.disk]
    steps: [log: never]
`

const SHARED = `actions:
  demo.check:
    about: Looks at a value.
    parameters: { value: }
    steps:
      - name: look inside
        demo.give: $(value)
        expect: 2
`

const TARGETS = `suite: demo/targets
targets: [demo.server]
cases:
  - id: LEASED
    name: runs on a target
    requires: [demo.speed>=2]
    steps:
      - demo.give: $(target.version)
        on: server
        expect: "1.4.2"
      - log: the password is $(case.id)
  - id: SLOWER
    name: needs a faster one
    requires: [demo.speed>=4]
    steps: [log: never]
`

const ABSENT = `suite: demo/absent
targets: [demo.absent]
cases:
  - id: ABSENT
    name: runs nowhere
    steps: [log: never]
`

describe('a run of every verdict', () => {
  let project: Project
  let finished: Finished

  beforeAll(async () => {
    project = new Project({
      'cases/a-verdicts.case.yaml': VERDICTS,
      'cases/b-targets.case.yaml': TARGETS,
      'cases/c-absent.case.yaml': ABSENT,
      'cases/shared/a.steps.yaml': SHARED,
    })
    finished = await project.run(['--sequence.shuffle=false'])
  }, 60_000)
  afterAll(() => project[Symbol.dispose]())

  test('prints this', () => {
    expect(finished.output).toMatchSnapshot()
  })

  test('ends with 1, since a case failed', () => {
    expect(finished.exitCode).toBe(1)
    expect(project.result).toMatchObject({ exitCode: 1, seed: '7', strict: false, interrupted: false })
    expect(project.result.filter).toBeUndefined()
  })

  test('has these verdicts', () => {
    expect(project.verdicts).toMatchSnapshot()
  })

  test('keeps each attempt', () => {
    const attempts = (id: string) =>
      project.result.cases.find(one => one.id === id)?.attempts.map(({ verdict }) => verdict)
    expect(attempts('FLAKY')).toEqual(['errored', 'passed'])
    expect(attempts('STUBBORN')).toEqual(['failed'])
  })

  test('the keeper speaks to the run log', () => {
    expect(project.read('reports/latest/run.log')).toContain('demo.server has started')
    expect(finished.output).not.toContain('demo.server has started')
  })

  test.each([
    ['LIMIT', 4],
    ['UNDECIDED', 2],
    ['SKIPPED', 5],
  ])(
    '%s alone ends with %d',
    async (id, code) => {
      const { exitCode } = await project.run(['-t', id])
      expect(exitCode).toBe(code)
      expect(project.result.cases.map(one => one.id)).toEqual([id])
      expect(project.result.filter).toBe(`-t "${id}"`)
    },
    30_000,
  )

  test('what is known to fail and passes is a failure when strict', async () => {
    const { exitCode, output } = await project.run(['cases/a-verdicts.case.yaml:49', 'cases/a-verdicts.case.yaml:44'], {
      env: { ASSAY_STRICT: '1' },
    })
    expect(project.verdicts).toEqual([
      'KNOWN known failure: T-1: disk_full',
      'MENDED unexpected pass: T-2 is marked as known, but the case passed',
    ])
    expect(exitCode).toBe(1)
    expect(output).toContain('ASSAY_CHECK: T-2 is marked as known, but the case passed')
  }, 30_000)

  test('tags choose cases; what was not chosen is not there', async () => {
    const { exitCode, output } = await project.run(['--tags-filter', 'quick'])
    expect(exitCode).toBe(0)
    expect(project.verdicts).toEqual(['GREEN[mode=full] passed', 'GREEN[mode=part] passed'])
    expect(output).not.toContain('RED')
    expect(output).toContain('\n 2 passed\n')
  }, 30_000)

  test('in CI a target that cannot be had is an error', async () => {
    const { exitCode } = await project.run(['-t', 'ABSENT'], { env: { CI: '1' } })
    expect(exitCode).toBe(3)
    expect(project.verdicts).toEqual([
      'ABSENT errored: demo.absent is not available in the tier embedded: there is no demo program',
    ])
  }, 30_000)

  test('a line at which no case starts is told', async () => {
    const { exitCode, output } = await project.run(['cases/a-verdicts.case.yaml:50'])
    expect(exitCode).toBe(3)
    expect(output).toContain(' × cases/a-verdicts.case.yaml  not run  No test found in')
    expect(project.result.cases).toEqual([])
  }, 30_000)

  test('no case at all is 5', async () => {
    expect((await project.run(['no-such-file'])).exitCode).toBe(5)
  }, 30_000)
})
