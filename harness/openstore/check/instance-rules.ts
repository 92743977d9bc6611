import { NbdClient } from '../nbd-client.ts'
import type { CdmInstance } from '../types.ts'
import { must, NotImplemented, type Rule } from './rule.ts'
import type { World } from './world.ts'

async function loaded(world: World, block: string): Promise<CdmInstance> {
  const begun = await world.works(world.client.load({ block_ids: [block] }))
  const id = begun['ins-id']
  must(typeof id === 'string', 'the answer has no ins-id')
  world.after(`instance ${id}`, () => world.client.unload(id))
  await world.done(begun)
  return (await world.client.instance(id)).cdm_instance
}

export const instanceRules: readonly Rule[] = [
  {
    ...{ endpoint: 17, rule: 'an instance is listed' },
    async run(world) {
      const { id } = await loaded(world, await world.block('abc'))
      const { cdm_instances } = await world.works(world.client.instances({ limit: 1000 }))
      must(Array.isArray(cdm_instances) && cdm_instances.some(one => one.id === id), 'the instance is not in the list')
    },
  },
  {
    ...{ endpoint: 18, rule: 'an instance is shown with an endpoint for each block' },
    async run(world) {
      const block = await world.block('abc')
      const { status, endpoints } = await loaded(world, block)
      must(status === 'loaded', `its status is ${status}`)
      must(
        endpoints?.length === 1 && endpoints[0]?.block_id === block && endpoints[0].size === 3,
        `endpoints: ${JSON.stringify(endpoints)}`,
      )
    },
  },
  {
    ...{ endpoint: 18, rule: 'an unknown id is 404 not_found' },
    run: world => world.refused({ path: '/cdm_instances/ins-0' }, 404, 'not_found'),
  },
  {
    ...{ endpoint: 19, rule: 'blocks that are not available are 409' },
    async run(world) {
      const block = await world.block(undefined, { size: 3 })
      await world.refused({ method: 'PUT', path: '/cdm_instances', json: { block_ids: [block] } }, 409, 'wrong_state')
    },
  },
  {
    ...{ endpoint: 19, rule: 'a set or blocks are needed' },
    run: world => world.refused({ method: 'PUT', path: '/cdm_instances', json: {} }, 400, 'missing_field'),
  },
  {
    ...{ endpoint: 19, rule: 'what is written to an instance is in no block' },
    async run(world) {
      const block = await world.block('unchanged')
      const before = await world.checksum(block)
      const { endpoints } = await loaded(world, block)
      const [endpoint] = endpoints ?? []
      if (!endpoint) throw new NotImplemented('the instance has no endpoint')
      await using nbd = await NbdClient.open(endpoint)
      must((await nbd.read(0, 9)).toString() === 'unchanged', 'the instance does not show the block')
      await nbd.write(0, Buffer.from('CHANGED'))
      await nbd.flush()
      must((await nbd.read(0, 9)).toString() === 'CHANGEDed', 'the instance does not show what was written')
      const content = await world.content(block).catch(() => Buffer.from('unreadable'))
      must(content === undefined || content.toString() === 'unchanged', 'the block has changed')
      must((await world.checksum(block)) === before, 'the checksum of the block has changed')
    },
  },
  {
    ...{ endpoint: 20, rule: 'an instance is unloaded once; then it is 404' },
    async run(world) {
      const { id } = await loaded(world, await world.block('abc'))
      await world.gone(await world.works(world.client.unload(id)), `/cdm_instances/${id}`)
      await world.refused({ method: 'DELETE', path: `/cdm_instances/${id}` }, 404, 'not_found')
    },
  },
  {
    ...{ endpoint: 12, rule: 'a block that an instance uses is 409 in_use' },
    async run(world) {
      const block = await world.block('abc')
      await loaded(world, block)
      await world.refused({ method: 'DELETE', path: `/blocks/${block}` }, 409, 'in_use')
    },
  },
  {
    ...{ endpoint: 0, rule: 'a body that is not JSON is 400 invalid_json' },
    run: world => world.refused({ method: 'PUT', path: '/sets', body: '{"name": ' }, 400, 'invalid_json'),
  },
  {
    ...{ endpoint: 0, rule: 'a method that is not for a path is 405 with Allow' },
    async run(world) {
      const { status, headers } = await world.ask({ method: 'PATCH', path: '/sets' })
      must(status === 405 && /GET/.test(headers.get('allow') ?? ''), `got ${status}, Allow: ${headers.get('allow')}`)
    },
  },
]
