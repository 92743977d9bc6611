import type { SerializedError } from 'vitest'
import type { TestModule, Vitest } from 'vitest/node'
import type { RunResult } from '../report/model.ts'
import { type Replay, replayCommand } from '../report/replay.ts'
import { exitCodeOf, isFailing } from '../report/verdicts.ts'
import { VERSION } from '../version.ts'
import { casesOf, outcomesOf } from './case-test.ts'
import { collectResult } from './collect-result.ts'
import { machineFacts, revision } from './machine.ts'
import type { RunContext } from './run-context.ts'
import { askedFiles, askedName, runFilter } from './run-filter.ts'

export type RunResultOptions = {
  readonly vitest: Vitest
  readonly run: RunContext
  readonly modules: readonly TestModule[]
  readonly errors: readonly SerializedError[]
  readonly interrupted: boolean
  /** Milliseconds since 1970. */
  readonly startedAt: number
  /** A path as reports name it. */
  readonly name: (path: string) => string
}

/** The result of a run, or of the shards that are merged. */
export function runResult({ vitest, run, modules, errors, startedAt, name, ...options }: RunResultOptions): RunResult {
  const { cases, problems } = collectResult(modules, errors, name)
  // of a shard that was interrupted only its cases can tell
  const interrupted =
    options.interrupted || cases.some(({ attempts }) => attempts.at(-1)?.error?.code === 'ASSAY_INTERRUPTED')
  const seeds = new Set(modules.flatMap(module => casesOf(module).flatMap(outcomesOf)).map(({ seed }) => seed))
  const seed = [...seeds].join(', ') || run.seed
  const versions = Object.assign({}, ...cases.flatMap(one => one.targets.map(target => target.versions)))
  const filter = runFilter(vitest)
  const { strict } = run
  return {
    version: 1,
    id: run.id,
    startedAt: new Date(startedAt).toISOString(),
    duration: Date.now() - startedAt,
    seed,
    strict,
    interrupted,
    exitCode: exitCodeOf({ cases, problems, strict, interrupted }),
    ...(filter === undefined ? {} : { filter }),
    replay: replayCommand({ seed: [...seeds][0] ?? run.seed, ...replayFilter(cases, vitest) }),
    ...revision(run.root),
    machine: machineFacts(),
    versions: { assay: VERSION, node: process.versions.node, vitest: vitest.version, ...versions },
    problems,
    cases,
  }
}

/** More would make a command that nobody reads. */
const MOST_PLACES = 8

/** The cases that went wrong, else what was asked for, so that the same command shows them again; the tier, where all ran in one. */
function replayFilter(cases: RunResult['cases'], vitest: Vitest): Omit<Replay, 'seed'> {
  const bad = cases.filter(({ verdict }) => isFailing(verdict))
  const places = [...new Set(bad.map(({ file, line }) => `${file}:${line}`))]
  const some = places.length > 0 && places.length <= MOST_PLACES
  const tiers = new Set((some ? bad : cases).map(({ tier }) => tier))
  const tier = tiers.size === 1 ? [...tiers][0] : undefined
  if (some) return { places, tier }
  const [tags, ...more] = vitest.config.tagsFilter ?? []
  const asked = askedFiles(vitest)
  return {
    ...{ places: asked.length <= MOST_PLACES ? asked : [], tier, tags: more.length === 0 ? tags : undefined },
    name: askedName(vitest),
  }
}
