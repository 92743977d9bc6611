import { z } from 'zod'
import { asLongAsTheStep, awaitWork } from '../await-work.ts'
import { listAll } from '../list-all.ts'
import { id, revealed } from './fields.ts'
import { openstoreAction } from './openstore-action.ts'

export const workActions = [
  openstoreAction({
    name: 'job',
    about: 'Gives a job of the reference service: { state, result, error }.',
    input: z.strictObject({ id }),
    run: async (client, input, { signal }) => (await client.job(input.id, { signal })).job,
  }),
  openstoreAction({
    name: 'await',
    about: 'Waits for a job, and gives its result. Fails with the job’s error when it failed.',
    input: z.strictObject({ job: id }),
    run: (client, input, { clock, signal }) =>
      awaitWork(client, { 'job-id': input.job }, asLongAsTheStep({ clock, signal })),
  }),
  openstoreAction({
    name: 'list_all',
    about:
      'Goes through a list by its cursor, `limit` objects at a time. Gives { count, pages, ids, repeated, oldest_first }; `repeated` are ids that came more than once.',
    input: z.strictObject({
      of: z.enum(['pools', 'sets', 'blocks', 'cdm_instances']),
      limit: z.int().optional().describe('Default 100'),
      set_id: z.string().optional(),
      filter: z.string().optional(),
    }),
    async run(client, { of, limit = 100, set_id, filter }, { signal }) {
      let pages = 0
      const list = {
        pools: client.pools.bind(client),
        sets: client.sets.bind(client),
        blocks: client.blocks.bind(client),
        cdm_instances: client.instances.bind(client),
      }[of] as unknown as (
        query: object,
        options: object,
      ) => Promise<Record<string, { id: string; created_at: string }[]>>
      const ids: string[] = []
      const times: string[] = []
      const all = listAll(
        of,
        query => {
          pages++
          return list({ ...query, set_id, filter }, { signal }) as never
        },
        limit,
      )
      for await (const one of all as AsyncIterable<{ id: string; created_at: string }>) {
        ids.push(one.id)
        times.push(one.created_at)
      }
      return {
        count: ids.length,
        pages,
        ids,
        repeated: ids.filter((one, index) => ids.indexOf(one) !== index),
        oldest_first: times.every((time, index) => index === 0 || time >= (times[index - 1] ?? '')),
      }
    },
  }),
  openstoreAction({
    name: 'plugins',
    about: 'Gives { plugins: [{ kind, available, reason }] }. An addition of the reference service.',
    input: z.strictObject({}),
    run: (client, _, { signal }) => client.plugins({ signal }),
  }),
  openstoreAction({
    name: 'backup',
    about:
      'A plugin collects a source into a set of blocks; gives what the job gave: { blocks, … }. An addition of the reference service.',
    input: z.strictObject({ set: id, pool: id.optional(), source: z.looseObject({ kind: z.string() }) }),
    timeout: '120s',
    async run(client, { set, pool, source }, { signal, clock }) {
      return await awaitWork(
        client,
        await client.backup(set, { source: revealed(source), pool_id: pool }, { signal }),
        asLongAsTheStep({ clock, signal }),
      )
    },
  }),
]
