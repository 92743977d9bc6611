import { setup as startStarter } from '../targets/keeper/vitest-setup.ts'

/** One starter for all projects of a vitest process: the first that leases a target starts the one keeper of the run. */
const STATE = Symbol.for('assay.starter')
type Shared = { users: number; stop: Promise<() => Promise<void>> }

export async function setup(): Promise<() => Promise<void>> {
  const holder = globalThis as { [STATE]?: Shared }
  holder[STATE] ??= { users: 0, stop: startStarter() }
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
