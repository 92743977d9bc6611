import { z } from 'zod'
import { asLongAsTheStep, awaitWork } from '../await-work.ts'
import { APP_TYPES } from '../types.ts'
import { callOptions, id, key, listing } from './fields.ts'
import { openstoreAction } from './openstore-action.ts'

export const setActions = [
  openstoreAction({
    name: 'sets',
    about: 'Endpoint 5. Gives { sets, next }.',
    input: z.strictObject({ ...listing, filter: z.string().optional().describe('An app_type, or a part of a name') }),
    run: (client, query, { signal }) => client.sets(query, { signal }),
  }),
  openstoreAction({
    name: 'set',
    about: 'Endpoint 6. Gives the set, with the ids of its blocks.',
    input: z.strictObject({ id }),
    run: async (client, input, { signal }) => (await client.set(input.id, { signal })).set,
  }),
  openstoreAction({
    name: 'create_set',
    about: 'Endpoint 7. Gives { id }.',
    input: z.strictObject({
      name: z.string(),
      app_type: z.enum(APP_TYPES).optional(),
      source: z.record(z.string(), z.unknown()).optional(),
      ...key,
    }),
    examples: ['- openstore.create_set: { name: orders, app_type: mysql }\n  save: { set: id }'],
    async run(client, { idempotency_key, ...set }, { signal }) {
      const answer = await client.createSet(set, callOptions({ idempotency_key }, signal))
      return { id: answer['set-id'] }
    },
  }),
  openstoreAction({
    name: 'delete_set',
    about: 'Endpoint 8.',
    input: z.strictObject({ id, recursive: z.boolean().optional().describe('Its blocks too') }),
    async run(client, input, { signal, clock }) {
      const begun = await client.deleteSet(input.id, { recursive: input.recursive, signal })
      await awaitWork(client, begun, asLongAsTheStep({ clock, signal }))
      return {}
    },
  }),
]
