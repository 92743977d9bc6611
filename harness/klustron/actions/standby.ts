import { z } from 'zod'
import { defineAction } from '../../actions/define-action.ts'
import { parseDuration } from '../../cases/duration.ts'
import { durationSchema } from '../../cases/schema.ts'
import { AssayError } from '../../errors.ts'
import { compareStandby as compare } from '../standby/compare-standby.ts'
import { openFor } from './open.ts'

export const compareStandby = defineAction({
  name: 'klustron.compare_standby',
  about:
    'Compares every replica with the primary of its shard, in schema and rows, in all clusters or one; gives { verdict, differing, tables, rows, shards, summary }. A replica that is down or behind, and nothing to compare, make the step undecided.',
  input: z.strictObject({
    cluster: z.int().optional(),
    databases: z
      .array(z.string())
      .optional()
      .describe('PostgreSQL databases or storage databases; * stands for any characters. Default: all'),
    tables: z.array(z.string()).optional(),
    allow_undecided: z.boolean().default(false).describe('Gives the verdict `undecided` instead of making the case so'),
    within: durationSchema.default('30s').describe('Time in which each replica must reach its primary'),
  }),
  on: 'optional',
  timeout: '5m',
  examples: ['- klustron.compare_standby: {}\n  expect: { verdict: equal }'],
  async run({ cluster, databases, tables, within, allow_undecided }, context) {
    await using klustron = openFor(context)
    const result = await compare({
      ...{ info: klustron.info, cluster, databases, tables, signal: context.signal },
      within: parseDuration(within),
      log: text => context.log(text),
    })
    for (const shard of result.shards)
      for (const replica of shard.result?.replicas ?? [])
        for (const table of replica.rows)
          if (table.differences.examples.length > 0) context.record({ kind: 'rows', rows: table.differences })
    if (result.verdict === 'undecided' && !allow_undecided) throw new AssayError('ASSAY_UNDECIDED', result.summary)
    const { verdict, differing, rows, summary } = result
    return {
      ...{ verdict, differing, tables: result.tables, rows, summary },
      shards: result.shards.map(({ cluster: of, shard, verdict: one, summary: text }) => ({
        cluster: of,
        shard,
        verdict: one,
        summary: text,
      })),
    }
  },
})
