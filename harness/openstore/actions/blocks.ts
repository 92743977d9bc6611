import { z } from 'zod'
import type { ActionContext } from '../../actions/define-action.ts'
import { asLongAsTheStep, awaitWork } from '../await-work.ts'
import type { OpenstoreClient } from '../client.ts'
import { bytesOf, size } from '../content.ts'
import type { Begun } from '../types.ts'
import { callOptions, id, key, listing, revealed, waiting } from './fields.ts'
import { openstoreAction } from './openstore-action.ts'

export const blockActions = [
  openstoreAction({
    name: 'blocks',
    about: 'Endpoint 9. Gives { blocks, next }.',
    input: z.strictObject({
      ...listing,
      set_id: z.string().optional(),
      pool_id: z.string().optional(),
      status: z.string().optional(),
    }),
    run: (client, query, { signal }) => client.blocks(query, { signal }),
  }),
  openstoreAction({
    name: 'block',
    about: 'Endpoint 10. Gives the block.',
    input: z.strictObject({ id }),
    run: async (client, input, { signal }) => (await client.block(input.id, { signal })).block,
  }),
  openstoreAction({
    name: 'create_block',
    about: 'Endpoint 11. Gives { id }.',
    input: z.strictObject({ set: id, pool: id, name: z.string(), size, ...key }),
    examples: [
      '- openstore.create_block: { set: $(set), pool: $(pool), name: disk, size: 4MiB }\n  save: { block: id }',
    ],
    async run(client, { set, pool, name, size: given, idempotency_key }, { signal }) {
      const block = { set_id: set, pool_id: pool, name, size: bytesOf(given) }
      const answer = await client.createBlock(block, callOptions({ idempotency_key }, signal))
      return { id: answer['block-id'] }
    },
  }),
  openstoreAction({
    name: 'delete_block',
    about: 'Endpoint 12.',
    input: z.strictObject({ id }),
    async run(client, input, { signal, clock }) {
      await awaitWork(client, await client.deleteBlock(input.id, { signal }), asLongAsTheStep({ clock, signal }))
      return {}
    },
  }),
  openstoreAction({
    name: 'copy',
    about:
      'Endpoint 14. Gives the new block, once its content is there; with `wait: false` what was answered, as { id, job }.',
    input: z.strictObject({
      id,
      pool: id.optional(),
      set: id.optional(),
      name: z.string().optional(),
      ...waiting,
      ...key,
    }),
    async run(client, input, context) {
      const to = { pool_id: input.pool, set_id: input.set, name: input.name }
      return await after(client, await client.copy(input.id, to, callOptions(input, context.signal)), input, context)
    },
  }),
  openstoreAction({
    name: 'move',
    about:
      'Endpoint 15. Gives the block, once it is in the other pool; with `wait: false` what was answered, as { id, job }.',
    input: z.strictObject({ id, pool: id, ...waiting }),
    async run(client, input, context) {
      const begun = await client.move(input.id, { pool_id: input.pool }, { signal: context.signal })
      return await after(client, { 'block-id': input.id, ...begun }, input, context)
    },
  }),
  openstoreAction({
    name: 'restore',
    about:
      'Endpoint 16: the content goes to `target`, to the source’s parent, or with `to` out through a plugin. Gives the block that was written; with `wait: false` { id, job }.',
    input: z.strictObject({
      id,
      target: id.optional(),
      to: z.looseObject({ kind: z.string() }).optional(),
      ...waiting,
    }),
    timeout: '120s',
    async run(client, input, context) {
      const begun = await client.restore(
        input.id,
        { target_block_id: input.target, to: input.to && revealed(input.to) },
        { signal: context.signal },
      )
      return await after(client, begun, input, context)
    },
  }),
]

/** The block after the work; for work on no block, what the job gave. */
async function after(
  client: OpenstoreClient,
  begun: Begun,
  { wait = true }: { readonly wait?: boolean },
  { clock, signal }: ActionContext,
): Promise<Readonly<Record<string, unknown>>> {
  const block = begun['block-id']
  if (!wait) return { id: block, job: begun['job-id'] }
  const result = await awaitWork(client, begun, asLongAsTheStep({ clock, signal }))
  return block === undefined ? result : { ...(await client.block(block, { signal })).block }
}
