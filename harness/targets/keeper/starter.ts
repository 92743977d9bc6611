import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunningKeeper, startKeeper } from './start.ts'

/** Where a worker of a run asks for the keeper: the answer is the path of its socket. */
export const KEEPER_STARTER = 'ASSAY_KEEPER_STARTER'

export type KeeperStarterOptions = {
  /** Absolute path of assay.config.ts. */
  readonly config: string
  readonly log: (text: string) => void
}

/** Answers workers that ask for a keeper with its socket; the first that asks starts it. Returns what stops both. */
export async function startKeeperStarter({ config, log }: KeeperStarterOptions): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-'))
  const path = join(folder, 'starter')
  let keeper: Promise<RunningKeeper> | undefined
  const starter = createServer(socket => {
    socket.on('error', () => {})
    keeper ??= startKeeper({ config, log })
    keeper.then(
      ({ socket: answer }) => socket.end(answer),
      error => socket.end(`! ${error.message}`),
    )
  })
  await new Promise<void>(listening => starter.listen(path, listening))
  process.env[KEEPER_STARTER] = path
  return async () => {
    starter.close()
    await (await keeper?.catch(() => undefined))?.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
