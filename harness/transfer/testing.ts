import { once } from 'node:events'
import { type AddressInfo, connect as connectSocket, createServer, type Socket } from 'node:net'
import { connect } from '../sql/connect.ts'
import type { SqlSession } from '../sql/session.ts'
import type { Lease } from '../targets/lease.ts'
import type { Endpoint } from '../targets/target.ts'
import { leaseForTest } from '../targets/testing.ts'

/** Two PostgreSQL servers with a database of the test's own on each, and a session on it. */
export interface TestPair extends AsyncDisposable {
  readonly lease: Lease
  readonly ends: { readonly source: Endpoint; readonly destination: Endpoint }
  readonly source: SqlSession
  readonly destination: SqlSession
}

/** For unit tests: `pair = await openTestPair()` before all, `await pair?.[Symbol.asyncDispose]()` after all. */
export async function openTestPair(): Promise<TestPair> {
  await using stack = new AsyncDisposableStack()
  const lease = stack.use(await leaseForTest('postgres.pair'))
  const ends = { source: lease.endpoints.source as Endpoint, destination: lease.endpoints.destination as Endpoint }
  const source = stack.use(await connect(ends.source))
  const destination = stack.use(await connect(ends.destination))
  const opened = stack.move()
  return { lease, ends, source, destination, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}

/** A way to an endpoint over this machine that counts the connections, and that can stop passing bytes as a frozen server does. */
export interface CountingProxy extends AsyncDisposable {
  readonly endpoint: Endpoint
  /** How many were ever made. */
  readonly connections: number
  /** Those that there are pass nothing more; later ones do. */
  freeze(): void
}

/** Listens on loopback, on a free port. */
export async function startCountingProxy(endpoint: Endpoint): Promise<CountingProxy> {
  const pairs = new Set<readonly [Socket, Socket]>()
  let connections = 0
  const server = createServer(near => {
    connections++
    const far = connectSocket(endpoint.port, endpoint.host)
    const pair = [near, far] as const
    pairs.add(pair)
    for (const [from, to] of [pair, [far, near]] as const) {
      from.setNoDelay(true)
      from.on('error', () => {})
      from.on('close', () => {
        pairs.delete(pair)
        to.destroy()
      })
      from.pipe(to)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    endpoint: { ...endpoint, host: '127.0.0.1', port },
    get connections() {
      return connections
    },
    freeze() {
      for (const pair of pairs)
        for (const socket of pair) {
          socket.unpipe()
          socket.pause()
        }
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      for (const pair of pairs) for (const socket of pair) socket.destroy()
      await closed
    },
  }
}
