import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Endpoint } from './target.ts'

/** A way to an endpoint over this machine that fails as networks and servers do, and that counts who comes. */
export interface LoopbackProxy extends AsyncDisposable {
  readonly endpoint: Endpoint
  /** How many connections were ever made. */
  readonly connections: number
  /** Resets every connection, on both sides, as a broken network does; later ones are let through. */
  cut(): void
  /** Every connection passes nothing more, as that of a frozen server; later ones do. */
  freeze(): void
}

/** Listens on loopback, on a free port. */
export async function startLoopbackProxy(endpoint: Endpoint): Promise<LoopbackProxy> {
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer(near => {
    connections++
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
    get connections() {
      return connections
    },
    cut,
    freeze() {
      for (const socket of sockets) socket.unpipe().pause()
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      cut()
      await closed
    },
  }
}
