import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'assay-package-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const env = {
  ...process.env,
  PATH: `${join(root, 'node_modules/.bin')}${delimiter}${process.env.PATH}`,
  NODE_OPTIONS: '',
  VITEST: '',
  CI: '',
  ASSAY_KEEPER_STARTER: '',
  NO_COLOR: '1',
  ASSAY_REPORTS: '',
}
const run = (command: string, args: readonly string[], cwd = folder) =>
  execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 240_000 })

test('an installed package runs a case and a test that imports it', { timeout: 300_000 }, () => {
  const [tarball] = run('npm', ['pack', '--silent', '--pack-destination', folder], root).trim().split('\n').slice(-1)
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>
  }
  const project = join(folder, 'project')
  mkdirSync(join(project, 'cases'), { recursive: true })
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'mine', private: true, type: 'module' }))
  run(
    'npm',
    [
      'install',
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
      join(folder, tarball as string),
      `vitest@${devDependencies.vitest}`,
    ],
    project,
  )

  writeFileSync(
    join(project, 'assay.config.ts'),
    `import { builtin, defineAction, defineAssay } from 'assay'
import { postgresPair } from 'assay/fixtures'
import { z } from 'zod'
const add = defineAction({ name: 'sum.add', about: 'Adds.', input: z.strictObject({ a: z.number(), b: z.number() }), run: async ({ a, b }) => ({ sum: a + b }) })
export default defineAssay({ systems: [builtin, { name: 'sum', about: 'Sums.', actions: [add] }], targets: [postgresPair], tags: {}, owners: {} })
`,
  )
  writeFileSync(
    join(project, 'vitest.config.ts'),
    `import { assayVitest } from 'assay/vitest'
const assay = await assayVitest()
export default { plugins: [assay.plugin], test: { includeTaskLocation: true, tags: assay.tags, reporters: [assay.reporter], projects: [{ test: { name: 'unit', include: ['*.test.ts'] } }, ...assay.projects] } }
`,
  )
  writeFileSync(
    join(project, 'cases/sum.case.yaml'),
    `suite: sum
cases:
  - id: SUM-1
    name: two and three make five
    steps:
      - sum.add: { a: 2, b: 3 }
        expect: { sum: 5 }
  - id: SUM-2
    name: a wrong sum is seen
    steps:
      - sum.add: { a: 2, b: 2 }
        expect: { sum: 5 }
`,
  )
  writeFileSync(
    join(project, 'mine.test.ts'),
    `import { CurveClient, curve, datax, greenplum, klustron, OpenstoreClient, openstore, parseDuration, Secret } from 'assay'
import { curveCluster, dataxHome, greenplumPair, klustronTarget, mariadbReplication, openstoreTarget } from 'assay/fixtures'
import { expect, test } from 'vitest'
test('the library can be imported', () => {
  expect(parseDuration('2s')).toBe(2000)
  expect(String(new Secret('x'))).toBe('***')
  expect([CurveClient.name, OpenstoreClient.name]).toEqual(['CurveClient', 'OpenstoreClient'])
})
test('every system and its targets too', () => {
  expect([curve, datax, greenplum, klustron, openstore].map(one => one.name)).toEqual(['curve', 'datax', 'greenplum', 'klustron', 'openstore'])
  const targets = [curveCluster, dataxHome, greenplumPair, klustronTarget, mariadbReplication, openstoreTarget]
  expect(targets.map(one => one.name)).toEqual(['curve.cluster', 'datax.home', 'greenplum.pair', 'klustron', 'mariadb.replication', 'openstore'])
})
`,
  )
  const { status, stdout, stderr } = spawnSync('npx', ['vitest', 'run'], {
    cwd: project,
    env,
    encoding: 'utf8',
    timeout: 120_000,
  })
  expect(stdout, stderr).toContain('SUM-1 two and three make five')
  expect(stdout).toContain('sum expected 5, got 4')
  expect(stdout).toMatch(/mine\.test\.ts.*\(2 tests\)/)
  expect(stdout).toContain('1 failed, 1 passed')
  expect(status).toBe(1)
  const results = JSON.parse(readFileSync(join(project, 'reports/latest/results.json'), 'utf8')) as {
    cases: { id: string; verdict: string }[]
  }
  expect(results.cases.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual(['SUM-1 passed', 'SUM-2 failed'])
  expect(readFileSync(join(project, 'reports/latest/report.html'), 'utf8')).toContain('SUM-2')
  expect(run('npx', ['assay', 'list'], project)).toContain('2 cases')

  // with nothing but an assay.config.ts, as the README has it; the service is processes of the package
  rmSync(join(project, 'vitest.config.ts'))
  writeFileSync(
    join(project, 'assay.config.ts'),
    `import { builtin, defineAssay, openstore } from 'assay'
import { openstoreTarget } from 'assay/fixtures'
export default defineAssay({ systems: [builtin, openstore], targets: [openstoreTarget], tags: {}, owners: {} })
`,
  )
  rmSync(join(project, 'cases/sum.case.yaml'))
  writeFileSync(
    join(project, 'cases/pool.case.yaml'),
    `suite: pool
targets: [openstore]
cases:
  - id: POOL-1
    name: a pool is made
    steps:
      - openstore.create_pool: { type: local }
`,
  )
  expect(run('npx', ['assay', 'run', 'cases/pool.case.yaml:4'], project)).toMatch(/ 1 passed\n/)
  expect(run('npx', ['assay', 'schema'], project)).toContain('"openstore.create_pool"')
})
