/** Case files against plain vitest files of the same tests, and whether many files cost more each than few. */
import { performance } from 'node:perf_hooks'
import { pathToFileURL } from 'node:url'
import { CHECKOUT, Project } from '../harness/vitest/testing/project.ts'
import { type Bench, median, ratioAtMost } from './measurement.ts'

const FILES = 1_000
const FEW_FILES = 100
const CASES_PER_FILE = 10
const WORKERS = 2
/** Rounds that are measured; before them one that fills the caches. */
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5)

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)

function caseFile(file: number): string {
  const cases = numbers(CASES_PER_FILE).map(
    one => `  - id: BENCH-${file}-${one}\n    name: logs a line\n    steps:\n      - log: line ${one} of ${file}\n`,
  )
  return `suite: bench/file-${file}\ncases:\n${cases.join('')}`
}

function plainFile(file: number): string {
  const tests = numbers(CASES_PER_FILE).map(
    one => `  test('BENCH-${file}-${one} logs a line', async () => {\n    lines.push('line ${one} of ${file}')\n  })\n`,
  )
  return `import { describe, test } from 'vitest'\nconst lines: string[] = []\ndescribe('bench/file-${file}', () => {\n${tests.join('')}})\n`
}

const CASES_CONFIG = `import { defineConfig } from 'vitest/config'
import { assayVitest } from '${CHECKOUT}/harness/vitest/index.ts'
const assay = await assayVitest({ maxWorkers: ${WORKERS} })
export default defineConfig({
  cacheDir: '.cache',
  plugins: [assay.plugin],
  test: {
    fsModuleCachePath: '.cache/modules',
    includeTaskLocation: assay.includeTaskLocation,
    reporters: [assay.reporter],
    projects: assay.projects,
  },
})
`

const PLAIN_CONFIG = `import { defineConfig } from 'vitest/config'
export default defineConfig({
  cacheDir: '.cache',
  test: {
    fsModuleCache: true,
    fsModuleCachePath: '.cache/modules',
    include: ['tests/*.test.ts'],
    isolate: false,
    pool: 'threads',
    maxWorkers: ${WORKERS},
  },
})
`

function caseProject(files: number): Project {
  const all = numbers(files).map(file => [`cases/f${file}.case.yaml`, caseFile(file)] as const)
  return new Project({ 'vitest.config.ts': CASES_CONFIG, ...Object.fromEntries(all) })
}

function plainProject(files: number): Project {
  const all = numbers(files).map(file => [`tests/f${file}.test.ts`, plainFile(file)] as const)
  return new Project({ 'vitest.config.ts': PLAIN_CONFIG, ...Object.fromEntries(all) })
}

/** Seconds of one run; throws where it was not what was to be measured. */
async function seconds(project: Project, files: number): Promise<number> {
  const started = performance.now()
  const { exitCode, output } = await project.run()
  const elapsed = (performance.now() - started) / 1_000
  if (exitCode !== 0 || !output.includes(`${files * CASES_PER_FILE} passed`))
    throw new Error(`a run of ${files} files ended with ${exitCode}:\n${output.slice(-2_000)}`)
  return elapsed
}

const bench: Bench = {
  name: 'cases',
  async run(report) {
    using many = caseProject(FILES)
    using few = caseProject(FEW_FILES)
    using plain = plainProject(FILES)
    const sides = [
      { project: many, files: FILES, times: [] as number[] },
      { project: plain, files: FILES, times: [] as number[] },
      { project: few, files: FEW_FILES, times: [] as number[] },
    ]
    for (const { project, files } of sides) await seconds(project, files)
    for (let round = 0; round < ROUNDS; round++) {
      // rotated, so that no side always runs after the same other
      for (const index of sides.keys()) {
        const side = sides[(index + round) % sides.length]
        if (side) side.times.push(await seconds(side.project, side.files))
      }
    }
    const [value = 0, against = 0, ofFew = 0] = sides.map(({ times }) => median(times))
    report.note(
      `${FILES} files of ${CASES_PER_FILE} tests, ${WORKERS} workers, medians of ${ROUNDS} after one that fills the caches`,
    )
    report.measured(ratioAtMost('wall time against plain vitest files', { value, against, unit: 's', atMost: 2 }))
    const perCase = (time: number, files: number) => (time * 1_000) / (files * CASES_PER_FILE)
    report.measured(
      ratioAtMost(`time per case at ${FILES} files against ${FEW_FILES}`, {
        value: perCase(value, FILES),
        against: perCase(ofFew, FEW_FILES),
        unit: 'ms',
        atMost: 1.1,
      }),
    )
  },
}

export default bench

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await bench.run({
    measured: one => process.stdout.write(`${JSON.stringify(one)}\n`),
    missing: (peer, why) => process.stdout.write(`peer missing: ${peer} (${why})\n`),
    note: text => process.stdout.write(`${text}\n`),
  })
}
