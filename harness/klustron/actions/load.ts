import { z } from 'zod'
import { defineAction } from '../../actions/define-action.ts'
import { parseDuration } from '../../cases/duration.ts'
import { durationSchema } from '../../cases/schema.ts'
import { ActionError } from '../../errors.ts'
import { readBack as read } from '../load/read-back.ts'
import { writeLoad as write } from '../load/write-load.ts'
import { openFor } from './open.ts'

const table = z.string().regex(/^\w+$/)
const ids = z.array(z.int())

export const writeLoad = defineAction({
  name: 'klustron.write_load',
  about:
    'Writers insert one row for each transaction into `table` (column id, its key) through the compute node of `on`, and go on whatever happens; start it with `background`. Gives { acknowledged, refused, unknown, through, reasons }: ids, whether it went through a fault, and why rows were not acknowledged.',
  input: z.strictObject({
    table,
    writers: z.int().min(1).max(64).default(4),
    for: durationSchema.default('3s'),
    through: z
      .int()
      .min(1)
      .optional()
      .describe('Ends sooner: when a row was not acknowledged, and so many were after it. Give `for` room'),
    from: z.int().default(1).describe('The first id'),
  }),
  on: 'required',
  timeout: '2m',
  examples: ['- klustron.write_load: { table: ledger, for: 4s }\n  on: $(cluster.computes.0)\n  background: load'],
  async run({ table: name, writers, for: duration, through, from }, context) {
    const { endpoint: compute, signal } = context
    return await write({ compute, table: name, writers, duration: parseDuration(duration), through, from, signal })
  },
})

export const readBack = defineAction({
  name: 'klustron.read_back',
  about:
    'Reads the rows of a `klustron.write_load` back, through the compute node of `on` and from storage; gives { rows, missing, ghosts, apart }: acknowledged rows that are not there, refused ones that are, and those that only one side holds.',
  input: z.strictObject({
    table,
    cluster: z.int(),
    load: z.object({ acknowledged: ids, refused: ids }).describe('Result of the load'),
  }),
  on: 'required',
  async run({ table: name, cluster: id, load }, context) {
    await using klustron = openFor(context, { ignoreOn: true })
    const cluster = await klustron.info.cluster(id)
    if (!cluster)
      throw new ActionError('ASSAY_ACTION', `no cluster with id ${id} is in use`, { class: 'unknown_cluster' })
    if (load.acknowledged.length === 0)
      throw new ActionError('ASSAY_UNDECIDED', 'no row of the load was acknowledged, so there is nothing to read back')
    return await read({ compute: context.endpoint, cluster, table: name, load, signal: context.signal })
  },
})
