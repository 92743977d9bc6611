import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Openstore, startOpenstore } from '../../fixtures/openstore/start.ts'
import { freePort } from '../../fixtures/servers/free-port.ts'
import { SupervisedProcess } from '../../fixtures/servers/supervised-process.ts'
import { waitUntil } from '../../fixtures/servers/wait-until.ts'
import { OpenstoreClient } from '../../harness/openstore/client.ts'

export type BenchWorld = AsyncDisposable & {
  readonly service: Openstore
  readonly client: OpenstoreClient
  /** On the disk of the service too. */
  readonly folder: string
  readonly pool: string
  readonly set: string
}

export async function openWorld(): Promise<BenchWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-bench-openstore-'))
  // The database may run under another account.
  await chmod(folder, 0o711)
  let addresses = 1
  const service = await startOpenstore({ folder, address: () => `127.41.0.${++addresses}` })
  const client = new OpenstoreClient({ url: service.url, token: service.token })
  const { 'pool-id': pool } = await client.createPool({ type: 'local' })
  const { 'set-id': set } = await client.createSet({ name: 'bench' })
  return {
    ...{ service, client, folder, pool, set },
    async [Symbol.asyncDispose]() {
      await service[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export type Peer = AsyncDisposable & { readonly url: string }

/** Starts a program of this folder that listens on the host and port it is given. */
export async function startPeer(name: string, folder: string, ...args: readonly string[]): Promise<Peer> {
  const host = '127.41.0.200'
  const port = await freePort(host)
  const peer = await SupervisedProcess.spawn({
    ...{ command: process.execPath, cwd: folder, logFile: join(folder, `${name}.log`) },
    args: [join(import.meta.dirname, `${name}.ts`), host, String(port), ...args],
  })
  const url = `http://${host}:${port}`
  const up = () =>
    fetch(`${url}/none`, { method: 'HEAD' }).then(
      () => true,
      () => false,
    )
  if (!(await waitUntil(up, { within: 10_000 }))) throw new Error(`${name} does not answer`)
  return { url, [Symbol.asyncDispose]: () => peer.kill() }
}
