import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type RunningKeeper, startKeeper } from './start.ts'

/** Where a test worker asks for a keeper: the answer is the path of its socket. */
export const KEEPER_STARTER = 'ASSAY_KEEPER_STARTER'

/** vitest's globalSetup of the unit tests: a keeper that is started by the first test that leases something. */
export async function setup(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-'))
  const path = join(folder, 'starter')
  let keeper: Promise<RunningKeeper> | undefined
  const starter = createServer(socket => {
    socket.on('error', () => {})
    keeper ??= startKeeper({ config: resolve('assay.config.ts'), log: text => console.log(`keeper: ${text}`) })
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
