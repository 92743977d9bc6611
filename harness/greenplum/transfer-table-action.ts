import { z } from 'zod'
import { defineAction } from '../actions/define-action.ts'
import { parseDuration } from '../cases/duration.ts'
import { parseTableName } from '../compare/table-name.ts'
import type { Endpoint } from '../targets/target.ts'
import {
  FORMATS,
  MODES,
  type Slice,
  type TransferResult,
  type TransferSpec,
  VERIFICATIONS,
  VIAS,
} from '../transfer/model.ts'
import { parseMoment } from '../transfer/moment.ts'
import { planTransfer, transferTable } from '../transfer/transfer-table.ts'
import { EPOCHS, windowSlice } from '../transfer/window.ts'
import { type Interruption, interruption, interruptionInput } from './interruption.ts'

const tableName = z.union([z.string(), z.strictObject({ schema: z.string().optional(), name: z.string() })])
const names = z.union([z.string(), z.array(z.string())])

const input = z.strictObject({
  from: z.unknown().optional().describe('Endpoint to move from. Default: source'),
  to: z.unknown().optional().describe('Endpoint to move to. Default: destination'),
  from_database: z.string().optional().describe('Another database of the source'),
  to_database: z.string().optional().describe('Another database of the destination'),
  table: tableName.describe('orders, schema.orders or { schema, name }'),
  into: tableName.optional().describe('Its name on the destination. Default: the same'),
  columns: z.array(z.string()).optional().describe('Only these columns'),
  rename: z.record(z.string(), z.string()).optional().describe('Name on the source to name on the destination'),
  mode: z.enum(MODES).optional().describe('replace (default), append, truncate or merge'),
  key: names.optional().describe('Columns that merge goes by. Default: the primary key of the destination'),
  window: z
    .strictObject({
      column: z.string(),
      from: z.string(),
      to: z.string(),
      epoch: z.enum(Object.keys(EPOCHS) as [keyof typeof EPOCHS]).optional(),
      nulls: z.enum(['refuse', 'ignore']).optional(),
    })
    .optional()
    .describe('Only rows with from <= column < to'),
  where: z.string().optional().describe('SQL condition, the same on both ends: only these rows'),
  streams: z.int().optional().describe('Default: by the size of the table'),
  via: z.enum(VIAS).optional(),
  format: z.enum(FORMATS).optional().describe('auto (default): binary where every column has one built-in type'),
  verify: z.enum(VERIFICATIONS).optional().describe('digest (default), count or none'),
  indexes_after: z.boolean().optional(),
  lock_within: z.string().optional().describe('Longest wait for the lock of the destination table. Default 30s'),
  silence: z.string().optional().describe('Time without a byte before a server must show that it lives. Default 30s'),
  dry_run: z.boolean().optional().describe('Gives the plan and moves nothing'),
  interrupt: interruptionInput.optional(),
})

/** Moves one table, or a window of it, from one endpoint to another. */
export const transferTableAction = defineAction({
  name: 'transfer.table',
  about:
    'Moves a table, or a window of it, whole or not at all, and verifies it before the commit. Gives { table, into, mode, format, streams, split, rows: { exported, transferred, loaded, verified }, deleted, bytes, digest, seconds, warnings, rows_per_second }.',
  input,
  timeout: '10m',
  examples: [
    '- transfer.table: { table: orders }\n  expect: { rows: { verified: 1000 } }',
    '- transfer.table:\n    table: eda.glass\n    window: { column: evt_timestamp, from: "2026-11-01", to: "2026-11-02" }\n    mode: replace',
  ],
  async run(given, context) {
    const source = inDatabase(context.resolveEndpoint(given.from ?? 'source'), given.from_database)
    const destination = inDatabase(context.resolveEndpoint(given.to ?? 'destination'), given.to_database)
    const spec: TransferSpec = {
      ...{ source, destination, table: parseTableName(given.table), columns: given.columns, rename: given.rename },
      ...(given.into === undefined ? {} : { into: parseTableName(given.into) }),
      ...{ mode: given.mode, streams: given.streams, via: given.via, format: given.format, verify: given.verify },
      ...(given.key === undefined ? {} : { key: [given.key].flat() }),
      slice: sliceOf(given),
      indexesAfter: given.indexes_after,
      ...(given.lock_within === undefined ? {} : { lockWithin: parseDuration(given.lock_within) }),
      ...(given.silence === undefined ? {} : { silence: parseDuration(given.silence) }),
      signal: context.signal,
    }
    if (given.dry_run === true) return planTransfer(spec)
    if (given.interrupt === undefined) return withRate(await transferTable(spec))
    await using fault: Interruption = await interruption(given.interrupt, spec, context)
    return withRate(await transferTable(fault.spec))
  },
})

function sliceOf({ window, where }: z.infer<typeof input>): Slice | undefined {
  if (!window) return where === undefined ? undefined : { where }
  const slice = windowSlice(window, { from: parseMoment(window.from), to: parseMoment(window.to) })
  return where === undefined ? slice : { ...slice, where: `${slice.where} and (${where})` }
}

const inDatabase = (endpoint: Endpoint, database: string | undefined): Endpoint =>
  database === undefined ? endpoint : { ...endpoint, database }

const withRate = (result: TransferResult) => ({
  ...result,
  rows_per_second: Math.round(result.rows.loaded / Math.max(result.seconds.total ?? 0, 0.001)),
})
