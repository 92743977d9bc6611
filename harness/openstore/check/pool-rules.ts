import { must, type Rule } from './rule.ts'

const SECRET = 'CHECK-SECRET-KEY-0123456789'

const refusals: readonly (readonly [rule: string, json: object, code: string, field: string])[] = [
  ['type is needed', {}, 'missing_field', 'type'],
  ['an unknown type is refused', { type: 'tape' }, 'invalid_field', 'type'],
  ['port 0 is refused', { type: 'remote', host: '127.0.0.1', port: 0 }, 'invalid_field', 'port'],
  ['port 65536 is refused', { type: 'remote', host: '127.0.0.1', port: 65536 }, 'invalid_field', 'port'],
  ['remote needs a host', { type: 'remote', port: 9527 }, 'missing_field', 'host'],
  ['remote needs a port', { type: 'remote', host: '127.0.0.1' }, 'missing_field', 'port'],
  [
    's3 needs s3_scheme',
    { type: 's3', bucket: 'b', access_key: 'a', secret_key: SECRET },
    'missing_field',
    's3_scheme',
  ],
  [
    's3 needs a bucket',
    { type: 's3', s3_scheme: 'aws', access_key: 'a', secret_key: SECRET },
    'missing_field',
    'bucket',
  ],
  [
    's3 needs an access_key',
    { type: 's3', s3_scheme: 'aws', bucket: 'b', secret_key: SECRET },
    'missing_field',
    'access_key',
  ],
  [
    's3 needs a secret_key',
    { type: 's3', s3_scheme: 'aws', bucket: 'b', access_key: 'a' },
    'missing_field',
    'secret_key',
  ],
]

export const poolRules: readonly Rule[] = [
  {
    ...{ endpoint: 1, rule: 'a pool that was made is listed' },
    async run(world) {
      const id = await world.pool()
      for await (const pool of each(query => world.works(world.client.pools(query)))) if (pool.id === id) return
      must(false, 'the pool is in no page of the list')
    },
  },
  {
    ...{ endpoint: 2, rule: 'a pool is shown with its type and status' },
    async run(world) {
      const id = await world.pool()
      const { pool } = await world.works(world.client.pool(id))
      must(pool?.id === id && pool.type === 'local' && pool.status === 'online', `got ${JSON.stringify(pool)}`)
    },
  },
  {
    ...{ endpoint: 2, rule: 'an unknown id is 404 not_found' },
    run: world => world.refused({ path: '/pools/pool-0' }, 404, 'not_found'),
  },
  {
    ...{ endpoint: 3, rule: 'answers pool-id' },
    async run(world) {
      await world.pool()
    },
  },
  {
    ...{ endpoint: 3, rule: 'keys are in no answer' },
    async run(world) {
      const made = await world.ask({
        method: 'PUT',
        path: '/pools',
        json: { type: 'local', access_key: `A-${SECRET}`, secret_key: SECRET },
      })
      const id = made.json?.['pool-id']
      if (typeof id !== 'string') return
      world.after(`pool ${id}`, () => world.client.deletePool(id))
      const shown = await world.ask({ path: `/pools/${id}` })
      const listed = await world.ask({ path: '/pools?limit=1000' })
      for (const answer of [made, shown, listed]) must(!answer.text.includes(SECRET), 'an answer shows the secret_key')
    },
  },
  ...refusals.map(
    ([rule, json, code, field]): Rule => ({
      ...{ endpoint: 3, rule },
      run: world => world.refused({ method: 'PUT', path: '/pools', json }, 400, code, field),
    }),
  ),
  {
    ...{ endpoint: 4, rule: 'a pool is deleted once; then it is 404' },
    async run(world) {
      const id = await world.pool()
      await world.done(await world.works(world.client.deletePool(id)))
      await world.refused({ method: 'DELETE', path: `/pools/${id}` }, 404, 'not_found')
    },
  },
  {
    ...{ endpoint: 4, rule: 'without an id it is 400' },
    run: world => world.refused({ method: 'DELETE', path: '/pools' }, 400, 'missing_field'),
  },
  {
    ...{ endpoint: 4, rule: 'a pool that holds blocks is 409 in_use' },
    async run(world) {
      const pool = await world.pool()
      await world.block(undefined, { pool, size: 1 })
      await world.refused({ method: 'DELETE', path: `/pools/${pool}` }, 409, 'in_use')
    },
  },
]

async function* each(
  list: (query: {
    limit: number
    next?: string
  }) => Promise<{ readonly pools: readonly { readonly id: string }[]; readonly next?: string | null }>,
): AsyncGenerator<{ readonly id: string }> {
  let next: string | undefined
  do {
    const page = await list(next === undefined ? { limit: 1000 } : { limit: 1000, next })
    must(Array.isArray(page.pools), 'the answer has no list "pools"')
    yield* page.pools
    next = page.next ?? undefined
  } while (next !== undefined)
}
