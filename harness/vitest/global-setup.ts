import { join, resolve } from 'node:path'
import type { TestProject } from 'vitest/node'
import { openRunLog } from '../log/run-log.ts'
import { type KeeperStarterOptions, startKeeperStarter } from '../targets/keeper/starter.ts'
import './case-meta.ts'
import type { RunContext } from './run-context.ts'

/** One starter for all projects of a vitest process: the first that leases a target starts the one keeper of the run. */
const STATE = Symbol.for('assay.starter')
type Shared = { users: number; stop: Promise<() => Promise<void>> }

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const holder = globalThis as { [STATE]?: Shared }
  holder[STATE] ??= { users: 0, stop: startKeeperStarter(starterOptions(project)) }
  const shared = holder[STATE]
  shared.users++
  await shared.stop
  return async () => {
    shared.users--
    if (shared.users > 0) return
    holder[STATE] = undefined
    await (await shared.stop)()
  }
}

/** What the keeper says goes to the run log: the terminal shows steps and cases. */
function starterOptions({ vitest }: TestProject): KeeperStarterOptions {
  const run = vitest.projects.map(({ config }) => (config.provide as { assay?: RunContext }).assay).find(Boolean)
  if (!run) return { config: resolve('assay.config.ts'), log: text => console.log(`keeper: ${text}`) }
  const log = openRunLog({ file: join(run.folder, 'run.log') })
  return { config: run.config, log: text => log.write('keeper', text) }
}
