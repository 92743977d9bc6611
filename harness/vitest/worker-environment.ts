import { join } from 'node:path'
import { registryOf } from '../cases/registry.ts'
import { systemClock } from '../run/clock.ts'
import type { RunEnvironment } from '../run/environment.ts'
import { connectRunKeeper } from '../targets/keeper/connect-run.ts'
import type { Keeper, TargetStatus } from '../targets/lease.ts'
import type { Tier } from '../targets/target.ts'
import { openLineLog } from './line-log.ts'
import { loadConfig } from './load-config.ts'
import type { RunContext } from './run-context.ts'

/** The environment of this worker: one keeper connection, one registry, however many files it runs. */
const STATE = Symbol.for('assay.worker')
type WorkerState = { keeper?: Promise<Keeper>; environments: Map<Tier, Promise<RunEnvironment>> }

export function workerEnvironment(run: RunContext, tier: Tier): Promise<RunEnvironment> {
  const holder = globalThis as { [STATE]?: WorkerState }
  holder[STATE] ??= { environments: new Map() }
  const state = holder[STATE]
  let environment = state.environments.get(tier)
  if (!environment) {
    environment = makeEnvironment(run, tier, (): Promise<Keeper> => {
      state.keeper ??= connectRunKeeper()
      return state.keeper
    })
    state.environments.set(tier, environment)
  }
  return environment
}

async function makeEnvironment(run: RunContext, tier: Tier, keeper: () => Promise<Keeper>): Promise<RunEnvironment> {
  const registry = registryOf(await loadConfig(run.config))
  const statuses = new Map<string, Promise<TargetStatus>>()
  return {
    runId: run.id,
    seed: run.seed,
    tier,
    root: run.root,
    runFolder: run.folder,
    registry,
    clock: systemClock,
    strictTargets: run.strictTargets,
    lease: async request => (await keeper()).lease(request),
    status(target) {
      let status = statuses.get(target)
      if (!status) {
        status = keeper().then(connection => connection.status(target, tier))
        statuses.set(target, status)
      }
      return status
    },
    log: openLineLog(join(run.folder, 'run.log'), 'case'),
  }
}
