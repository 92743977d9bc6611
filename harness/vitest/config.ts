import { existsSync, globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ViteUserConfig } from 'vitest/config'
import { registryOf } from '../cases/registry.ts'
import { containersIni } from '../targets/containers-ini.ts'
import { realIni } from '../targets/real/section.ts'
import { TIERS, type Tier } from '../targets/target.ts'
import { CaseFiles } from './case-files.ts'
import { findConfig, loadConfig } from './load-config.ts'
import { caseFilePlugin } from './plugin.ts'
import { AssayReporter } from './reporter.ts'
import { currentRun } from './run-context.ts'

export type AssayVitestOptions = {
  /** Folder of the project. Default: that of the nearest assay.config.ts. */
  readonly root?: string
  /** Where case files are, relative to the root. Default `cases/**\/*.case.yaml`. */
  readonly include?: readonly string[]
  readonly exclude?: readonly string[]
  /** Default `reports`. */
  readonly reports?: string
  /** Default: `embedded`, `containers` and `real` where their files in conf/ exist, and those that the command line names. */
  readonly tiers?: readonly Tier[]
  /** Files that run side by side. Suites mostly wait for servers, so this is more than there are cores. */
  readonly maxWorkers?: number
}

type Project = Extract<
  NonNullable<NonNullable<ViteUserConfig['test']>['projects']>[number],
  { readonly extends?: unknown }
>

export type AssayVitest = {
  /** Pass to `plugins`. */
  readonly plugin: ReturnType<typeof caseFilePlugin>
  /** One vitest project for each tier: pass to `test.projects`, beside those of your own tests. */
  readonly projects: Project[]
  /** Pass to `test.reporters`. */
  readonly reporter: AssayReporter
  /** Pass to `test.tags`. */
  readonly tags: { readonly name: string; readonly description: string }[]
  /**
   * Pass to `test.includeTaskLocation`. vitest finds the line of a test by a stack trace for each, which many hundred
   * files feel; there it is only asked for where the command line names a line. assay's own reports have lines anyway.
   */
  readonly includeTaskLocation: boolean
  /** Pass to `globalSetup` of projects whose own tests lease targets. */
  readonly globalSetup: string
}

const MANY_FILES = 300

const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
const GLOBAL_SETUP = fileURLToPath(new URL(`./global-setup.${EXTENSION}`, import.meta.url))

/**
 * A Docker engine that happens to be here does not make the containers join by itself: every run would be twice as long, and
 * pull images. `assay run --tier containers` (by ASSAY_TIERS) and `vitest --project containers` name the tier as well.
 */
function tiersOf(root: string): readonly Tier[] {
  const asked = [...(process.env.ASSAY_TIERS ?? '').split(','), ...projectsOf(process.argv)]
  const files: Readonly<Partial<Record<Tier, string>>> = { containers: containersIni(), real: realIni() }
  return TIERS.filter(tier => {
    const file = files[tier]
    return file === undefined || asked.includes(tier) || existsSync(resolve(root, file))
  })
}

/** `--project a --project=b` gives a and b. */
const projectsOf = (argv: readonly string[]): readonly string[] =>
  argv.flatMap((argument, at) => {
    if (argument === '--project') return argv.slice(at + 1, at + 2)
    return argument.startsWith('--project=') ? [argument.slice('--project='.length)] : []
  })

/** What a vitest.config.ts needs to run case files. */
export async function assayVitest(options: AssayVitestOptions = {}): Promise<AssayVitest> {
  const config = findConfig(options.root ?? process.cwd())
  const root = options.root === undefined ? resolve(config, '..') : resolve(options.root)
  const assay = await loadConfig(config)
  const include = options.include ?? ['cases/**/*.case.yaml']
  const list = () =>
    globSync([...include], { cwd: root, exclude: ['**/node_modules/**'] }).map(path => join(root, path))
  const files = new CaseFiles(root, registryOf(assay), list)
  const namesLine = process.argv.some(argument => /\.yaml:\d+/.test(argument))
  const run = currentRun({ root, config, reports: options.reports })
  const tiers = options.tiers ?? tiersOf(root)
  const projects = tiers.map(
    (tier): Project => ({
      extends: true,
      test: {
        name: tier,
        root,
        include: [...include],
        exclude: ['**/node_modules/**', ...(options.exclude ?? [])],
        environment: 'node',
        // generated modules hold no state, and a worker for each file would cost more than most cases
        isolate: false,
        fsModuleCache: true,
        pool: 'threads',
        maxWorkers: options.maxWorkers ?? Math.max(4, availableParallelism()),
        globalSetup: [GLOBAL_SETUP],
        provide: { assay: run, assayTier: tier },
      },
    }),
  )
  return {
    plugin: caseFilePlugin(files),
    projects,
    reporter: new AssayReporter({ run, files }),
    tags: Object.entries(assay.tags).map(([name, description]) => ({ name, description })),
    includeTaskLocation: namesLine || list().length <= MANY_FILES,
    globalSetup: GLOBAL_SETUP,
  }
}
