import { must, type Rule } from './rule.ts'

const refusals: readonly (readonly [rule: string, change: object, status: number, code: string, field: string])[] = [
  ['set_id is needed', { set_id: undefined }, 400, 'missing_field', 'set_id'],
  ['pool_id is needed', { pool_id: undefined }, 400, 'missing_field', 'pool_id'],
  ['name is needed', { name: undefined }, 400, 'missing_field', 'name'],
  ['size is needed', { size: undefined }, 400, 'missing_field', 'size'],
  ['a negative size is refused', { size: -1 }, 400, 'invalid_field', 'size'],
  ['a size above 64 TiB is refused', { size: 64 * 1024 ** 4 + 1 }, 400, 'invalid_field', 'size'],
  ['half a byte is refused', { size: 0.5 }, 400, 'invalid_field', 'size'],
  ['an unknown set is 404', { set_id: 'set-0' }, 404, 'not_found', 'set_id'],
  ['an unknown pool is 404', { pool_id: 'pool-0' }, 404, 'not_found', 'pool_id'],
]

export const blockRules: readonly Rule[] = [
  {
    ...{ endpoint: 9, rule: 'set_id, pool_id and status filter' },
    async run(world) {
      const [set, pool] = [await world.set(), await world.pool()]
      const empty = await world.block(undefined, { set, pool, size: 3 })
      const full = await world.block('abc', { set })
      const ids = async (query: object) =>
        (await world.works(world.client.blocks(query))).blocks.map(one => one.id).join()
      must((await ids({ set_id: set })) === `${empty},${full}`, 'set_id does not list the two blocks, oldest first')
      must((await ids({ pool_id: pool })) === empty, 'pool_id does not list the one block')
      must((await ids({ set_id: set, status: 'available' })) === full, 'status does not list the one block')
    },
  },
  {
    ...{ endpoint: 9, rule: 'a cursor goes through all, each once, oldest first' },
    async run(world) {
      const [set, pool] = [await world.set(), await world.pool()]
      const made: string[] = []
      for (let count = 0; count < 7; count++) made.push(await world.block(undefined, { set, pool, size: 1 }))
      for (const limit of [1, 2, 3, 7]) {
        const seen: string[] = []
        let next: string | undefined
        do {
          const page = await world.works(world.client.blocks({ set_id: set, limit, ...(next ? { next } : {}) }))
          must(page.blocks.length <= limit, `a page of ${limit} has ${page.blocks.length}`)
          seen.push(...page.blocks.map(block => block.id))
          next = page.next ?? undefined
        } while (next !== undefined && seen.length < 20)
        must(seen.join() === made.join(), `${limit} at a time: ${seen.length} of 7 were listed`)
      }
    },
  },
  {
    ...{ endpoint: 9, rule: 'a limit of 0 or above 1000 is refused' },
    async run(world) {
      await world.refused({ path: '/blocks?limit=0' }, 400, 'invalid_field')
      await world.refused({ path: '/blocks?limit=1001' }, 400, 'invalid_field')
    },
  },
  {
    ...{ endpoint: 10, rule: 'a block is shown' },
    async run(world) {
      const [set, pool] = [await world.set(), await world.pool()]
      const id = await world.block(undefined, { set, pool, size: 9 })
      const { block } = await world.works(world.client.block(id))
      const right = block?.id === id && block.set_id === set && block.pool_id === pool && block.size === 9
      must(right && block.status === 'empty', `got ${JSON.stringify(block)}`)
    },
  },
  {
    ...{ endpoint: 10, rule: 'an unknown id is 404 not_found' },
    run: world => world.refused({ path: '/blocks/block-0' }, 404, 'not_found'),
  },
  {
    ...{ endpoint: 11, rule: 'a block of 64 TiB is thin: it needs no space' },
    async run(world) {
      const id = await world.block(undefined, { size: 64 * 1024 ** 4 })
      const { block } = await world.client.block(id)
      must(block.status === 'empty' && (block.used ?? 0) === 0, `got ${JSON.stringify(block)}`)
    },
  },
  ...refusals.map(
    ([rule, change, status, code, field]): Rule => ({
      ...{ endpoint: 11, rule },
      async run(world) {
        const json = { set_id: await world.set(), pool_id: await world.pool(), name: 'check', size: 1, ...change }
        await world.refused({ method: 'PUT', path: '/blocks', json }, status, code, field)
      },
    }),
  ),
  {
    ...{ endpoint: 12, rule: 'a block is deleted once; then it is 404' },
    async run(world) {
      const id = await world.block('abc')
      await world.done(await world.works(world.client.deleteBlock(id)))
      await world.refused({ method: 'DELETE', path: `/blocks/${id}` }, 404, 'not_found')
    },
  },
  {
    ...{ endpoint: 12, rule: 'what another block refers to stays' },
    async run(world) {
      const pool = await world.pool('dedup')
      const bytes = 'shared '.repeat(100_000)
      const first = await world.block(bytes, { pool })
      const second = await world.block(bytes, { pool })
      await world.done(await world.works(world.client.deleteBlock(first)))
      // The data go a little later than the block.
      for (let looks = 0; looks < 5; looks++) {
        const content = await world.content(second).catch(() => Buffer.alloc(0))
        must(content === undefined || content.equals(Buffer.from(bytes)), 'the second block cannot be read any more')
        await world.pause(60)
      }
    },
  },
]
