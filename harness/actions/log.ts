import { z } from 'zod'
import { defineAction } from './define-action.ts'

/** Writes a line. */
export const log = defineAction({
  name: 'log',
  about: 'Writes a line to the run log and under the step in the report; gives { text }.',
  input: z.union([z.string(), z.number(), z.boolean()]),
  examples: ['- log: the cluster has $(cluster.shards) shards'],
  async run(input, context) {
    const text = String(input)
    context.log(text)
    return { text }
  },
})
