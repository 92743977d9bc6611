import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { Secret } from '../log/secret.ts'
import { OpenstoreClient } from './client.ts'
import { OpenstoreError } from './errors.ts'

const opened: (() => void)[] = []
afterEach(() => {
  for (const close of opened.splice(0)) close()
})

type Reply = (request: IncomingMessage, response: ServerResponse, count: number) => void

async function serve(reply: Reply, within = 5_000): Promise<{ client: OpenstoreClient; asked: IncomingMessage[] }> {
  const asked: IncomingMessage[] = []
  const server = createServer((request, response) => {
    asked.push(request)
    request.resume()
    request.on('end', () => reply(request, response, asked.length))
    request.on('error', () => {})
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  opened.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { client: new OpenstoreClient({ url, token: new Secret('tok-VISIBLE'), within, pause: 1 }), asked }
}

const busyTwice: Reply = (_request, response, count) => {
  response.writeHead(count < 3 ? 503 : 200, { 'content-type': 'application/json', 'retry-after': '0' })
  response.end(
    count < 3
      ? '{"error": {"code": "node_down", "message": "node-1 is away"}}'
      : '{"set-id": "set-1", "set": {"id": "set-1"}}',
  )
}

test('a read is tried again while the service is busy', async () => {
  const { client, asked } = await serve(busyTwice)
  expect(await client.set('set-1')).toMatchObject({ set: { id: 'set-1' } })
  expect(asked.length).toBe(3)
})

test('making something is not tried again', async () => {
  const { client, asked } = await serve(busyTwice)
  await expect(client.createSet({ name: 'a' })).rejects.toMatchObject({
    status: 503,
    class: 'node_down',
    retryAfter: 0,
  })
  expect(asked.length).toBe(1)
})

test('with an idempotency key it is, under the same key', async () => {
  const { client, asked } = await serve(busyTwice)
  await client.createSet({ name: 'a' }, { idempotencyKey: 'k1' })
  expect(asked.map(one => one.headers['idempotency-key'])).toEqual(['k1', 'k1', 'k1'])
})

test('neither a delete nor an action nor an upload is tried again', async () => {
  const { client, asked } = await serve(busyTwice)
  await expect(client.deleteSet('set-1')).rejects.toThrow('503')
  await expect(client.move('block-1', { pool_id: 'pool-1' })).rejects.toThrow('503')
  expect(asked.length).toBe(2)
  const third = await serve(busyTwice)
  await expect(third.client.upload('block-1', { content: [Buffer.from('a')], length: 1 })).rejects.toThrow('503')
  expect(third.asked.length).toBe(1)
})

test('a refusal keeps status, code and field', async () => {
  const { client } = await serve((_request, response) => {
    response.writeHead(400, { 'content-type': 'application/json' })
    response.end('{"error": {"code": "missing_field", "message": "name is missing", "field": "name"}}')
  })
  const error = await client.createSet({ name: '' }).catch(one => one)
  expect(error).toBeInstanceOf(OpenstoreError)
  expect(error).toMatchObject({
    code: 'ASSAY_OPENSTORE',
    status: 400,
    systemCode: 400,
    class: 'missing_field',
    field: 'name',
  })
  expect(error.message).toBe('PUT /openstore_v1/sets answered 400 missing_field: name is missing')
})

test('a service that does not answer is left at the deadline', async () => {
  const { client } = await serve(() => {}, 50)
  await expect(client.createSet({ name: 'a' })).rejects.toMatchObject({ class: 'timeout' })
})

test('an answer that stops half way is told, also for a download', async () => {
  const { client } = await serve((_request, response) => {
    response.writeHead(200, { 'content-length': 10 })
    response.write('half')
    setImmediate(() => response.destroy())
  })
  await expect(client.download('block-1')).rejects.toMatchObject({ class: 'connection_lost' })
})

test('an answer of JSON that stops half way, or does not go on, is told like any that is lost', async () => {
  const begin: Reply = (_request, response) => response.writeHead(200, { 'content-length': 100 }).write('{"half":')
  const cut = await serve((request, response, count) => {
    begin(request, response, count)
    setImmediate(() => response.destroy())
  })
  await expect(cut.client.pools()).rejects.toMatchObject({ code: 'ASSAY_OPENSTORE', class: 'connection_lost' })
  const slow = await serve(begin, 200)
  await expect(slow.client.pools()).rejects.toMatchObject({ code: 'ASSAY_OPENSTORE', class: 'timeout' })
})

test('a service that wants to be asked tomorrow is not waited for', async () => {
  const { client, asked } = await serve((_request, response) =>
    response.writeHead(503, { 'retry-after': '86400' }).end('{}'),
  )
  await expect(client.pools()).rejects.toMatchObject({ status: 503, retryAfter: 86_400 })
  expect(asked.length).toBe(1)
})

test('a download whose checksum is not that of its bytes is refused', async () => {
  const { client } = await serve((_request, response) => {
    response.writeHead(200, { 'content-length': 3, 'x-checksum-sha256': '0'.repeat(64) })
    response.end('abc')
  })
  await expect(client.download('block-1')).rejects.toMatchObject({ class: 'checksum_mismatch' })
})

test('something that is not JSON is no answer', async () => {
  const { client } = await serve((_request, response) => response.end('<html>'))
  await expect(client.pools()).rejects.toMatchObject({ class: 'bad_answer' })
})

test('token and keys are in no error', async () => {
  const { client } = await serve((_request, response) => response.writeHead(500).end('no'))
  const pool = { type: 's3', access_key: 'A-VISIBLE', secret_key: 'S-VISIBLE' } as const
  const error = await client.createPool(pool).catch(one => one)
  expect(inspect(error, { depth: 9 })).not.toContain('VISIBLE')
  expect(JSON.stringify({ ...error, message: error.message })).not.toContain('VISIBLE')
})
