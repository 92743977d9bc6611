import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'
import type { Endpoint } from '../targets/target.ts'

/** A way to an endpoint over this machine that can be cut as a broken network cuts it. */
export interface CuttableProxy extends AsyncDisposable {
  readonly endpoint: Endpoint
  /** Resets every connection, on both sides; later ones are let through. */
  cut(): void
}

/** Listens on loopback, on a free port. */
export async function startCuttableProxy(endpoint: Endpoint): Promise<CuttableProxy> {
  const sockets = new Set<Socket>()
  const server = createServer(near => {
    const far = connect(endpoint.port, endpoint.host)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.setNoDelay(true)
      from.on('error', () => {})
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
      from.pipe(to)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  return {
    endpoint: { ...endpoint, host: '127.0.0.1', port },
    cut,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      cut()
      await closed
    },
  }
}
