import { z } from 'zod'
import type { ActionContext } from '../../actions/define-action.ts'
import { asLongAsTheStep, awaitWork } from '../await-work.ts'
import { type CreatePool, POOL_TYPES, S3_SCHEMES } from '../types.ts'
import { callOptions, id, key, listing } from './fields.ts'
import { openstoreAction } from './openstore-action.ts'

export const poolActions = [
  openstoreAction({
    name: 'pools',
    about: 'Endpoint 1. Gives { pools, next }.',
    input: z.strictObject(listing),
    examples: ['- openstore.pools: {}\n  expect: { pools: { each: { status: online } } }'],
    run: (client, query, { signal }) => client.pools(query, { signal }),
  }),
  openstoreAction({
    name: 'pool',
    about: 'Endpoint 2. Gives the pool.',
    input: z.strictObject({ id }),
    run: async (client, input, { signal }) => (await client.pool(input.id, { signal })).pool,
  }),
  openstoreAction({
    name: 'create_pool',
    about: 'Endpoint 3. Gives { id }.',
    input: z.strictObject({
      type: z.enum(POOL_TYPES),
      host: z.string().optional(),
      port: z.int().optional(),
      s3_scheme: z.enum(S3_SCHEMES).optional(),
      bucket: z.string().optional(),
      region: z.string().optional(),
      access_key: z.string().optional(),
      secret_key: z.string().optional(),
      https: z.boolean().optional(),
      ...key,
    }),
    examples: ['- openstore.create_pool: { type: dedup }\n  save: { pool: id }'],
    async run(client, { idempotency_key, ...pool }, { signal }) {
      const answer = await client.createPool(pool, callOptions({ idempotency_key }, signal))
      return { id: answer['pool-id'] }
    },
  }),
  openstoreAction({
    name: 'test_pool',
    about:
      'Makes a pool of any type out of what the target offers: local and dedup as they are, remote on its second node, s3 in its bucket for tests. Gives { id }.',
    input: z.strictObject({ type: z.enum(POOL_TYPES) }),
    async run(client, { type }, context) {
      const answer = await client.createPool({ type, ...placeOf(type, context) }, { signal: context.signal })
      return { id: answer['pool-id'] }
    },
  }),
  openstoreAction({
    name: 'delete_pool',
    about: 'Endpoint 4. Waits where the service says that it takes longer.',
    input: z.strictObject({ id }),
    async run(client, input, { signal, clock }) {
      await awaitWork(client, await client.deletePool(input.id, { signal }), asLongAsTheStep({ clock, signal }))
      return {}
    },
  }),
  openstoreAction({
    name: 'scrub',
    about:
      'Reads all of a pool and compares checksums; gives { versions, bytes, damaged: [{ block_id, chunks }] }. An addition of the reference service.',
    input: z.strictObject({ id }),
    async run(client, input, { signal, clock }) {
      return await awaitWork(client, await client.scrub(input.id, { signal }), asLongAsTheStep({ clock, signal }))
    },
  }),
]

function placeOf(type: CreatePool['type'], context: ActionContext): Partial<CreatePool> {
  if (type === 'local' || type === 'dedup') return {}
  const { host, port, user, password, options } = context.resolveEndpoint(
    type === 's3' ? 'openstore.s3' : 'openstore.nodes.1',
  )
  if (type === 'remote') return { host, port }
  const bucket = String(options?.bucket)
  return { s3_scheme: 'other', host, port, https: false, bucket, access_key: user, secret_key: password.reveal() }
}
