import { expect, test } from 'vitest'
import { Project } from './testing/project.ts'

const TIMEOUT = 60_000
const FILES = {
  'cases/a.case.yaml': [
    'suite: demo/a',
    'targets: [demo.server]',
    'cases:',
    '  - id: A',
    '    name: a',
    '    steps: [log: x]',
  ].join('\n'),
}
const SKIPPED = 'A skipped: demo.server is not available in the tier containers: demo.server has no containers tier'

test(
  'containers join where their file is, and where the command line names them; else only what needs nothing runs',
  async () => {
    using project = new Project(FILES)
    await project.run()
    expect(project.verdicts).toEqual(['A passed'])
    await project.run(['--project', 'containers'])
    expect(project.verdicts).toEqual([SKIPPED])
    await project.run(['--project=containers'])
    expect(project.verdicts).toEqual([SKIPPED])
    await project.run([], { env: { ASSAY_TIERS: 'containers' } })
    expect(project.verdicts.toSorted()).toEqual(['A passed', SKIPPED])
    project.write('conf/containers.ini', '')
    await project.run()
    expect(project.verdicts.toSorted()).toEqual(['A passed', SKIPPED])
  },
  TIMEOUT,
)
