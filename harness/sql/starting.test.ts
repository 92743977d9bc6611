import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { secret } from '../log/secret.ts'
import { connect } from './connect.ts'

/** A PostgreSQL ErrorResponse. */
function errorResponse(state: string, message: string): Buffer {
  const body = Buffer.from(`SFATAL\0VFATAL\0C${state}\0M${message}\0\0`)
  const head = Buffer.alloc(5)
  head.write('E')
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

const READY = Buffer.concat([
  Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0]), // AuthenticationOk
  Buffer.concat([Buffer.from([0x53, 0, 0, 0, 24]), Buffer.from('server_version\x0018.0\0')]),
  Buffer.from([0x5a, 0, 0, 0, 5, 0x49]), // ReadyForQuery, idle
])

/** A server that refuses its first connections with these errors, one after another, then lets everybody in. */
async function starting(refusals: readonly Buffer[]): Promise<AsyncDisposable & { port: number; met: () => number }> {
  let met = 0
  const server = createServer(socket => {
    socket.on('error', () => {})
    socket.once('data', () => {
      const refusal = refusals[met++]
      if (refusal) socket.end(refusal)
      else socket.write(READY)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as { port: number }).port,
    met: () => met,
    async [Symbol.asyncDispose]() {
      await new Promise(resolve => server.close(resolve))
    },
  }
}

const endpoint = (port: number) => ({
  role: 'source',
  name: 'source',
  protocol: 'postgres',
  host: '127.0.0.1',
  port,
  user: 'app',
  password: secret('x'),
})

test('tries again on every text of a server that starts, whatever their order', async () => {
  await using server = await starting([
    errorResponse('57P03', 'the database system is starting up'),
    errorResponse('XX000', 'Storage is not ready, please retry in a few seconds'),
    errorResponse('57P03', 'the database system is in recovery mode'),
    errorResponse('XX000', 'try restarting transaction'),
    errorResponse('57P03', 'the database system is starting up'),
  ])
  await using session = await connect(endpoint(server.port))
  expect(session.open).toBe(true)
  expect(server.met()).toBe(6)
})

test('gives up at its deadline, with what was said last', async () => {
  await using server = await starting(Array(100).fill(errorResponse('57P03', 'the database system is starting up')))
  await expect(connect(endpoint(server.port), { within: 500 })).rejects.toMatchObject({
    code: 'ASSAY_CONNECT',
    class: 'server_starting',
    systemCode: '57P03',
    message: expect.stringContaining('within 500 ms; the last try said: the database system is starting up'),
  })
  expect(server.met()).toBeGreaterThan(1)
})

test('does not try again on other errors', async () => {
  await using server = await starting([errorResponse('53300', 'sorry, too many clients already')])
  await expect(connect(endpoint(server.port))).rejects.toMatchObject({ class: 'too_many_connections' })
  expect(server.met()).toBe(1)
})
