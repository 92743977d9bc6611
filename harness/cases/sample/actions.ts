import { z } from 'zod'
import { defineAction } from '../../actions/define-action.ts'
import { durationSchema } from '../schema.ts'

const anything = z.unknown()

/** An action of a system that has no room yet: its input is as the sample case files write it, and it does nothing. */
function action(name: string, input: z.ZodRawShape) {
  return defineAction({
    name,
    about: `${name}, for the sample case files.`,
    input: z.strictObject(input),
    on: 'optional',
    async run() {
      return {}
    },
  })
}

/** What the sample case files of this folder use besides the built-in actions. */
export const sampleActions = [
  action('klustron.create_cluster', { shards: z.int(), replicas: z.int(), compute_nodes: z.int() }),
  action('klustron.add_shards', { cluster: z.int(), shards: z.int(), replicas: z.int() }),
  action('klustron.shard_status', { shard: z.int() }),
  action('workload.start', {
    id: z.string(),
    profile: z.string(),
    table: z.string(),
    clients: z.int(),
    rate: z.string(),
  }),
  action('workload.stop', { id: z.string() }),
  action('fault.process', {
    target: anything,
    signal: z.enum(['SIGKILL', 'SIGSTOP']),
    hold: durationSchema,
    felt_within: durationSchema,
    healed_within: durationSchema,
  }),
  action('check.acknowledged', { workload: z.string(), table: z.string() }),
  action('compare.rows', {
    left: anything,
    right: anything,
    table: z.string(),
    key: z.string(),
    chunks: z.int().optional(),
  }),
  action('compare.schema', { left: anything, right: anything, table: z.string() }),
  action('gp.make_table', { name: z.string(), rows: z.int(), seed: z.string() }),
  action('transfer.run', {
    from: anything,
    to: anything,
    table: z.string(),
    mode: z.enum(['full', 'incremental']),
    streams: z.int(),
  }),
]
