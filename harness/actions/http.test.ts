import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import type { ActionContext } from './define-action.ts'
import { http } from './http.ts'

const context = {
  signal: new AbortController().signal,
  clock: { now: () => 0, sleep: async () => {} },
  endpointIfAny: undefined,
  record: () => {},
} as unknown as ActionContext

async function serve(listener: RequestListener) {
  const server = createServer(listener)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const stop = () => new Promise<void>(resolve => server.close(() => resolve()).closeAllConnections())
  return { url, stop, [Symbol.asyncDispose]: stop }
}

test('a JSON body is posted, and a JSON answer read', async () => {
  await using server = await serve(async (request, response) => {
    const chunks = await request.toArray()
    response.setHeader('content-type', 'application/json')
    response.setHeader('set-cookie', 'session=1234')
    response.end(JSON.stringify({ method: request.method, url: request.url, sent: Buffer.concat(chunks).toString() }))
  })
  const answer = await http.run({ url: `${server.url}/jobs`, query: { limit: 2 }, json: { name: 'nightly' } }, context)
  expect(answer).toMatchObject({
    status: 200,
    json: { method: 'POST', url: '/jobs?limit=2', sent: '{"name":"nightly"}' },
    headers: { 'set-cookie': '***' },
  })
})

test('a status of 400 or more fails with it, unless the step names it', async () => {
  await using server = await serve((_, response) => response.writeHead(404).end('no such job'))
  await expect(http.run(server.url, context)).rejects.toMatchObject({
    code: 'ASSAY_HTTP',
    systemCode: 404,
    class: 'http_status',
    message: `GET ${server.url}/ answered 404: no such job`,
  })
  expect(await http.run({ url: server.url, status: 404 }, context)).toMatchObject({ body: 'no such job' })
})

test('a port that nobody listens on is a refused connection, as it is in SQL', async () => {
  const server = await serve(() => {})
  await server.stop()
  await expect(http.run(server.url, context)).rejects.toMatchObject({
    code: 'ASSAY_HTTP',
    systemCode: 'ECONNREFUSED',
    class: 'connection_refused',
  })
})

test('a server that leaves in the middle of its answer is a lost connection, not an error of the harness', async () => {
  await using server = await serve((_, response) => {
    response.writeHead(200, { 'content-length': '1000' })
    response.write('half of', () => response.destroy())
  })
  await expect(http.run(server.url, context)).rejects.toMatchObject({ code: 'ASSAY_HTTP', class: 'connection_lost' })
})

test('an address that is none says what to do', async () => {
  await expect(http.run('/jobs', context)).rejects.toMatchObject({
    message: '"/jobs" is not an http address',
    hint: 'Write it in full, or give the step an `on` endpoint.',
  })
})
