import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../run/clock.ts'
import { OpenstoreClient } from '../client.ts'
import type { Found } from './run-check.ts'
import { checkTable } from './table.ts'
import { World } from './world.ts'

/** A service that makes pools and deletes them as `status` says, by id. */
async function worldOf(status: Readonly<Record<string, number>>): Promise<{ world: World; deleted: string[] }> {
  const deleted: string[] = []
  let made = 0
  const server = createServer((request, response) => {
    const id = request.method === 'PUT' ? `pool-${++made}` : (request.url?.split('/').at(-1) ?? '')
    if (request.method === 'DELETE') deleted.push(id)
    const code = request.method === 'PUT' ? 201 : (status[id] ?? 200)
    const error = { error: { code: code === 404 ? 'not_found' : 'in_use', message: `pool ${id} stays` } }
    response.writeHead(code, { 'content-type': 'application/json' })
    response.end(JSON.stringify(code < 300 ? { 'pool-id': id } : error))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const signal = AbortSignal.timeout(30_000)
  const client = new OpenstoreClient({ url, within: 10_000 })
  return { world: new World({ url, token: undefined, client, clock: systemClock, signal }), deleted }
}

test('what could not be removed is told, with the reason; what is gone already is not', async () => {
  const { world, deleted } = await worldOf({ 'pool-1': 409, 'pool-2': 404 })
  for (let count = 0; count < 3; count++) await world.pool()
  const left = await world.remove()
  expect(left).toEqual([expect.stringMatching(/^pool pool-1: DELETE .*\/pools\/pool-1 answered 409 in_use: .*stays/)])
  // the last first, and once more what was refused
  expect(deleted).toEqual(['pool-3', 'pool-2', 'pool-1', 'pool-1'])
  expect(await world.remove()).toEqual([])
})

test('the table names it below the rules', () => {
  const rule: Found = { endpoint: 3, rule: 'answers pool-id', verdict: 'holds' }
  expect(checkTable([{ ...rule, left: ['pool pool-1: it stays'] }])).toMatch(
    /\n1 of 1 rules hold, .*\nwarning: 1 object of the check could not be removed:\n {2}pool pool-1: it stays$/,
  )
  expect(checkTable([rule])).not.toContain('warning')
})
