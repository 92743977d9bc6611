import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { ViteUserConfig } from 'vitest/config'
import { AssayError } from '../errors.ts'
import { TIERS } from '../targets/target.ts'
import type { AssayVitest } from '../vitest/config.ts'
import { checkTags } from './check-tags.ts'
import type { Command } from './command.ts'
import { parseOptions, usageError } from './options.ts'
import { openProject, type Project, parseFilter, roundToCase, selectFiles } from './project.ts'

const USAGE = `assay run [file | folder | file:line …]

Runs cases, prints a line for every step, and writes reports/<run>/.

  --tags EXPR       cases whose tags fit: tour, "postgres and not faults"
  --name TEXT       cases whose name, with its id, contains this
  --tier TIER       embedded, containers or real; default: embedded, and those whose file in conf/ exists
  --seed N          repeat the random choices of an earlier run
  --strict          an unexpected pass fails the run
  -u, --update      write recorded results
  --shard I/N       run one part of N; \`assay report\` merges them
  --steps HOW       all, none; default: all, unless there are very many case files
  --workers N       case files side by side
  --bail            stop after the first failure
  --watch           run again when a file changes
  --reports DIR     default: reports
  --history DIR     default: reports/history`

const OPTIONS = {
  tags: { type: 'string' },
  name: { type: 'string' },
  tier: { type: 'string', multiple: true },
  seed: { type: 'string' },
  strict: { type: 'boolean' },
  update: { type: 'boolean', short: 'u' },
  shard: { type: 'string' },
  steps: { type: 'string' },
  workers: { type: 'string' },
  bail: { type: 'boolean' },
  watch: { type: 'boolean' },
  reports: { type: 'string' },
  history: { type: 'string' },
} as const

export const run: Command = {
  name: 'run',
  about: 'run cases and write the report',
  usage: USAGE,
  async run(args) {
    const { values, positionals } = parseOptions('run', args, OPTIONS)
    const tiers = values.tier ?? []
    const unknown = tiers.find(tier => !(TIERS as readonly string[]).includes(tier))
    if (unknown !== undefined)
      throw new AssayError('ASSAY_USAGE', `"${unknown}" is not a tier`, { hint: `Tiers are ${TIERS.join(', ')}.` })
    const project = await openProject()
    if (values.tags !== undefined) checkTags(values.tags, Object.keys(project.assay.tags))
    const filters = filtersOf(project, positionals)
    setEnvironment(values)
    const { startVitest } = await import('vitest/node')
    const { assayVitest } = await import('../vitest/config.ts')
    const own = ['vitest.config.ts', 'vitest.config.js', 'vite.config.ts', 'vite.config.js'].some(name =>
      existsSync(join(project.root, name)),
    )
    const assay = own ? undefined : await assayVitest({ root: project.root })
    const vitest = await startVitest(
      'test',
      filters,
      {
        root: project.root,
        ...(own ? {} : { config: false }),
        watch: values.watch === true,
        project: tiers.length > 0 ? tiers : own ? [...TIERS] : undefined,
        ...(values.tags === undefined ? {} : { tagsFilter: [values.tags] }),
        ...(values.name === undefined ? {} : { testNamePattern: escapeRegExp(values.name) }),
        ...(values.shard === undefined ? {} : { shard: values.shard }),
        ...(values.update === true ? { update: true } : {}),
        ...(values.workers === undefined ? {} : { maxWorkers: workersOf(values.workers) }),
        ...(values.bail === true ? { bail: 1 } : {}),
      },
      assay === undefined ? {} : settingsOf(assay),
    )
    if (values.watch === true) await new Promise<void>(resolve => vitest.onClose(async () => resolve()))
    return Number(process.exitCode ?? 0)
  },
}

/** The settings of a project without a file of its own, which its vitest projects could extend. */
function settingsOf({ plugin, projects, reporter, tags, includeTaskLocation }: AssayVitest): ViteUserConfig {
  const common = { includeTaskLocation, strictTags: true, tags }
  return {
    test: {
      ...common,
      reporters: [reporter],
      projects: projects.map(({ test }) => ({ plugins: [plugin], test: { ...test, ...common } })),
    },
  }
}

type Values = ReturnType<typeof parseOptions<typeof OPTIONS>>['values']

/** What the plugin, the workers and the reporter read: see openRun. */
function setEnvironment({ seed, strict, reports, history, steps, tier }: Values): void {
  if (steps !== undefined && !['all', 'none'].includes(steps))
    throw new AssayError('ASSAY_USAGE', `--steps takes all or none, not "${steps}"`)
  const given = {
    ASSAY_SEED: seed,
    ASSAY_STRICT: strict === true ? '1' : undefined,
    ASSAY_REPORTS: reports,
    ASSAY_HISTORY: history,
    ASSAY_STEPS: steps,
    ASSAY_TIERS: tier?.join(','),
  }
  for (const [name, value] of Object.entries(given)) if (value !== undefined) process.env[name] = value
}

function filtersOf(project: Project, positionals: readonly string[]): string[] {
  const filters = positionals.map(parseFilter)
  if (project.paths.length === 0)
    throw new AssayError('ASSAY_NO_CASES', `there is no case file below ${join(project.root, 'cases')}`)
  return filters.flatMap(filter =>
    selectFiles(project, [filter]).map(
      path => `${relative(project.root, path)}${filter.line === undefined ? '' : `:${roundToCase(path, filter.line)}`}`,
    ),
  )
}

function workersOf(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw usageError('run', `--workers takes a number from 1, not "${text}"`)
}

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
