import { createHash } from 'node:crypto'
import { request } from 'node:http'
import { must, type Rule } from './rule.ts'
import type { World } from './world.ts'

const sum = (content: string | Buffer): string => `sha256:${createHash('sha256').update(content).digest('hex')}`

async function shows(world: World, block: string, content: string | Buffer, what: string): Promise<void> {
  must((await world.checksum(block)) === sum(content), `${what}: the checksum is another`)
  const got = await world.content(block)
  must(got === undefined || got.equals(Buffer.from(content)), `${what}: the content is another`)
}

const act = (id: string, action: string, json: object) => ({
  method: 'POST',
  path: `/blocks/${id}?action=${action}`,
  json,
})

export const actionRules: readonly Rule[] = [
  {
    ...{ endpoint: 13, rule: 'the whole: available, with its checksum' },
    async run(world) {
      const id = await world.block('hello world')
      must((await world.client.block(id)).block.status === 'available', 'the block is not available')
      await shows(world, id, 'hello world', 'after the upload')
    },
  },
  {
    ...{ endpoint: 13, rule: 'parts in any order make the whole' },
    async run(world) {
      const id = await world.block(undefined, { size: 10 })
      const part = async (text: string, from: number) => {
        const content = [Buffer.from(text)]
        return await world.works(world.client.upload(id, { content, length: text.length, part: { from, size: 10 } }))
      }
      await part('56789', 5)
      must((await world.client.block(id)).block.status === 'uploading', 'after a part the block is not uploading')
      await world.done(await part('01234', 0))
      await shows(world, id, '0123456789', 'after the last part')
    },
  },
  {
    ...{ endpoint: 13, rule: 'a wrong length is 400' },
    async run(world) {
      const id = await world.block(undefined, { size: 3 })
      const headers = { 'content-type': 'application/octet-stream' }
      const ask = { method: 'POST', path: `/blocks/${id}?action=upload`, body: 'ab', headers }
      await world.refused(ask, 400, 'invalid_field')
    },
  },
  {
    ...{ endpoint: 13, rule: 'a wrong checksum is 422 and changes nothing' },
    async run(world) {
      const id = await world.block('old')
      const headers = { 'content-type': 'application/octet-stream', 'x-checksum-sha256': '0'.repeat(64) }
      const ask = { method: 'POST', path: `/blocks/${id}?action=upload`, body: 'new', headers }
      await world.refused(ask, 422, 'checksum_mismatch')
      await shows(world, id, 'old', 'after the refusal')
    },
  },
  {
    ...{ endpoint: 13, rule: 'a dropped connection changes nothing' },
    async run(world) {
      const old = Buffer.alloc(1 << 20, 1)
      const id = await world.block(undefined, { size: old.length })
      await world.fill(id, old)
      const before = (await world.client.block(id)).block
      await dropped(world, id, old.length)
      // Until the service has seen it begin and end; where updated_at does not tell, for a while.
      for (let looks = 0; looks < 60; looks++) {
        await world.pause(50)
        const { block } = await world.client.block(id)
        if (block.status === 'uploading') continue
        must(block.checksum === before.checksum, 'the checksum has changed')
        if (block.updated_at !== before.updated_at) break
      }
      must((await world.checksum(id)) === sum(old), 'the checksum has changed')
    },
  },
  {
    ...{ endpoint: 14, rule: 'a copy holds the same bytes and names its parent' },
    async run(world) {
      const id = await world.block('to be copied')
      const begun = await world.works(world.client.copy(id))
      const copy = begun['block-id'] ?? ''
      must(copy !== '' && copy !== id, 'the answer has no block-id of its own')
      await world.done(begun)
      await shows(world, copy, 'to be copied', 'the copy')
      const { block } = await world.client.block(copy)
      must(block.parent === id, `parent is ${block.parent}`)
      await shows(world, id, 'to be copied', 'the source')
    },
  },
  {
    ...{ endpoint: 14, rule: 'to an unknown pool or set it is 404' },
    async run(world) {
      const id = await world.block('abc')
      await world.refused(act(id, 'copy', { pool_id: 'pool-0' }), 404, 'not_found', 'pool_id')
      await world.refused(act(id, 'copy', { set_id: 'set-0' }), 404, 'not_found', 'set_id')
    },
  },
  {
    ...{ endpoint: 15, rule: 'a move keeps id and bytes' },
    async run(world) {
      const pool = await world.pool('dedup')
      const id = await world.block('to be moved')
      await world.done({ 'block-id': id, ...(await world.works(world.client.move(id, { pool_id: pool }))) })
      must((await world.client.block(id)).block.pool_id === pool, 'the block is in another pool')
      await shows(world, id, 'to be moved', 'the block')
    },
  },
  {
    ...{ endpoint: 15, rule: 'to its own pool it is 200, and nothing is done' },
    async run(world) {
      const pool = await world.pool()
      const id = await world.block('stays', { pool })
      const { status } = await world.ask(act(id, 'move', { pool_id: pool }))
      must(status === 200, `expected 200, got ${status}`)
      await shows(world, id, 'stays', 'the block')
    },
  },
  {
    ...{ endpoint: 15, rule: 'pool_id is needed' },
    async run(world) {
      await world.refused(act(await world.block('abc'), 'move', {}), 400, 'missing_field', 'pool_id')
    },
  },
  {
    ...{ endpoint: 16, rule: 'without a target the content goes back to the parent' },
    async run(world) {
      const id = await world.block('before')
      const begun = await world.works(world.client.copy(id))
      await world.done(begun)
      await world.fill(id, Buffer.from('behind'))
      await world.done(await world.works(world.client.restore(begun['block-id'] ?? '')))
      await shows(world, id, 'before', 'the parent')
    },
  },
  {
    ...{ endpoint: 16, rule: 'to another block, which must be as large' },
    async run(world) {
      const id = await world.block('content')
      const [target, smaller] = [await world.block('replace', {}), await world.block(undefined, { size: 6 })]
      await world.done(await world.works(world.client.restore(id, { target_block_id: target })))
      await shows(world, target, 'content', 'the target')
      await world.refused(act(id, 'restore', { target_block_id: smaller }), 400, 'invalid_field')
    },
  },
  {
    ...{ endpoint: 16, rule: 'without a parent it is 409 wrong_state' },
    async run(world) {
      await world.refused(act(await world.block('abc'), 'restore', {}), 409, 'wrong_state')
    },
  },
  {
    ...{ endpoint: 0, rule: 'another or a missing action is 400 and names the four' },
    async run(world) {
      const id = await world.block('abc')
      for (const query of ['', '?action=erase']) {
        const answer = await world.ask({ method: 'POST', path: `/blocks/${id}${query}`, json: {} })
        must(answer.status === 400, `expected 400, got ${answer.status}`)
        const message = String(answer.json?.error?.message)
        must(
          ['upload', 'copy', 'move', 'restore'].every(name => message.includes(name)),
          `the message is "${message}"`,
        )
      }
    },
  },
]

/** Promises a whole content, sends half of it, and goes. */
async function dropped(world: World, id: string, size: number): Promise<void> {
  const outgoing = request(`${world.address}/blocks/${id}?action=upload`, {
    method: 'POST',
    headers: { ...world.authorization, 'content-type': 'application/octet-stream', 'content-length': size },
  })
  outgoing.on('error', () => {})
  await new Promise<void>(resolve => outgoing.write(Buffer.alloc(size / 2, 2), () => resolve()))
  await world.pause(100)
  outgoing.destroy()
}
