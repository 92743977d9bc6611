import { expect, test } from 'vitest'
import { Project } from './testing/project.ts'

const SOON = { timeout: 60_000, interval: 100 }
const shared = (message: string) =>
  `actions:\n  demo.shared:\n    about: says so\n    steps: [demo.fail: { message: ${message} }]\n`
const using = (id: string, use: string) =>
  `suite: demo/${id}\nuse: [${use}]\ncases: [{ id: ${id}, name: n, steps: [demo.shared: {}] }]\n`

test('in watch mode a change of a file under `use` runs the cases of the files that name it, and no others', {
  timeout: 150_000,
}, async () => {
  using project = new Project({
    'cases/a.case.yaml': using('A', './shared/one.steps.yaml'),
    'cases/b.case.yaml': using('B', 'shared/two.steps.yaml'),
    'cases/shared/one.steps.yaml': shared('one before'),
    'cases/shared/two.steps.yaml': shared('two before'),
  })
  // what is watched must not hang on the transforms of this run: a second run takes them from the cache
  await project.run()
  using watching = project.watch()
  await expect.poll(watching.output, SOON).toMatch(/one before.*two before.*ing for file changes/is)
  const before = watching.output().length
  project.write('cases/shared/one.steps.yaml', shared('one after'))
  await expect.poll(() => watching.output().slice(before), SOON).toMatch(/one after.*ing for file changes/is)
  expect(watching.output().slice(before)).not.toContain('two before')
})
