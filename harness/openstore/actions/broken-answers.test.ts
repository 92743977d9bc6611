import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import type { ActionContext } from '../../actions/define-action.ts'
import { Secret } from '../../log/secret.ts'
import { requestAction } from './request.ts'
import { transferActions } from './transfer.ts'

const open: Server[] = []
afterEach(() => {
  for (const server of open.splice(0)) server.close().closeAllConnections()
})

async function listening(server: Server): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  open.push(server)
  return (server.address() as AddressInfo).port
}

const contextOf = (port: number) =>
  ({
    endpointIfAny: { host: '127.0.0.1', port, password: new Secret('') },
    signal: new AbortController().signal,
    record: () => {},
  }) as unknown as ActionContext

test('a request whose answer stops half way has lost its connection', async () => {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-length': 100 }).write('half')
    setImmediate(() => response.destroy())
  })
  const sent = requestAction.run({ path: '/pools' }, contextOf(await listening(server)))
  await expect(sent).rejects.toMatchObject({ code: 'ASSAY_OPENSTORE', class: 'connection_lost' })
})

test('an upload that is to be dropped must have reached a service first', async () => {
  const broken = transferActions.find(({ name }) => name === 'openstore.broken_upload')
  const input = { id: 'block-1', content: { text: 'hello' }, send: 2, then: 'drop' } as never
  const server = createServer(() => {})
  const port = await listening(server)
  expect(await broken?.run(input, contextOf(port))).toEqual({ status: null, code: null })
  await new Promise<void>(resolve => server.close(() => resolve()).closeAllConnections())
  await expect(broken?.run(input, contextOf(port))).rejects.toMatchObject({ class: 'connection_lost' })
})
