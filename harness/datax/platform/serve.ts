import { chmodSync, mkdirSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { AssayError } from '../../errors.ts'
import type { Secret } from '../../log/secret.ts'
import type { Engine } from '../engine/engine.ts'
import { appOf } from './app.ts'
import { Cipher } from './cipher.ts'
import { Configs } from './configs.ts'
import { Datasources } from './datasources.ts'
import { Executions } from './executions.ts'
import { isLoopback } from './guard.ts'
import { routesOf } from './routes.ts'
import { Store } from './store.ts'
import { WorkerEngine } from './worker-engine.ts'

export type ServeOptions = {
  /** Holds the database, the key, configs/ and logs/. Made when it is missing. */
  readonly folder: string
  /** Default 127.0.0.1. Any other address than loopback needs a token. */
  readonly host?: string
  /** Default: a free one. */
  readonly port?: number
  readonly token?: Secret
  /** Default: the in-process engine, in threads of its own. */
  readonly engine?: Engine
  /** How many jobs run at once. Default 2. */
  readonly atOnce?: number
  /** How many may wait. Default 500. */
  readonly mayWait?: number
}

export type Platform = AsyncDisposable & { readonly url: string; readonly host: string; readonly port: number }

/** Starts the data-sync platform. Disposing it stops its runs. */
export async function servePlatform(options: ServeOptions): Promise<Platform> {
  const { folder, host = '127.0.0.1', port = 0, token, atOnce = 2, mayWait = 500 } = options
  if (!isLoopback(host) && !token)
    throw new AssayError('ASSAY_USAGE', `the platform would be open to everyone who reaches ${host}`, {
      hint: 'Set a token, or bind it to 127.0.0.1.',
    })
  await using stack = new AsyncDisposableStack()
  for (const one of [folder, join(folder, 'configs'), join(folder, 'logs')])
    mkdirSync(one, { recursive: true, mode: 0o700 })
  const file = join(folder, 'platform.db')
  const store = stack.use(new Store(file))
  chmodSync(file, 0o600)
  const configs = new Configs(store, join(folder, 'configs'))
  const sources = new Datasources(store, Cipher.open(join(folder, 'key')), source => configs.using(source))
  const engine = options.engine ?? stack.use(new WorkerEngine())
  const executions = stack.use(
    new Executions({ store, configs, engine, folder: join(folder, 'logs'), atOnce, mayWait }),
  )
  const app = appOf(routesOf({ sources, configs, executions }), { token, loopback: isLoopback(host) })
  stack.defer(() => app.close())
  try {
    await app.listen({ host, port })
  } catch (error) {
    const message = `the platform cannot listen on ${host}:${port}: ${(error as Error).message}`
    throw new AssayError('ASSAY_SERVER_PORT', message, { cause: error })
  }
  const address = app.server.address() as AddressInfo
  const running = stack.move()
  return {
    host,
    port: address.port,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}
