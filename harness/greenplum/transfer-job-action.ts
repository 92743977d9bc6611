import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { defineAction } from '../actions/define-action.ts'
import { parseDuration } from '../cases/duration.ts'
import { cleanSchema } from '../transfer/job/clean-schema.ts'
import { openStore, STORES } from '../transfer/job/open-store.ts'
import { runJob } from '../transfer/job/run-job.ts'
import { FORMATS, PHASES, VERIFICATIONS, VIAS } from '../transfer/model.ts'
import { parseMoment } from '../transfer/moment.ts'
import { EPOCHS } from '../transfer/window.ts'

const input = z.strictObject({
  job: z.string(),
  from: z.unknown().optional().describe('Endpoint to move from. Default: source'),
  to: z.unknown().optional().describe('Endpoint to move to. Default: destination'),
  control: z.unknown().optional().describe('Endpoint with the control tables. Default: that of `to`'),
  store: z
    .enum(STORES)
    .optional()
    .describe(
      'clean (default): the schema of transfer.init. seed: transferstatetable and transfertable. earliest: etl_conf_d and sor.schemaName',
    ),
  schema: z.string().optional().describe('Schema of the control tables'),
  windows: z.unknown().optional().describe('earliest: endpoint with etl_conf_d'),
  window_column: z.string().optional().describe('earliest: the column of every window'),
  epoch: z.enum(Object.keys(EPOCHS) as [keyof typeof EPOCHS]).optional(),
  until: z.string().describe('Only windows that end by then'),
  at_most: z.int().min(1).optional().describe('Windows'),
  owner: z.string().optional().describe('Who holds the lease. Default: a name of its own'),
  lease: z
    .string()
    .optional()
    .describe('Time without a sign of life after which another may take the job. Default 60s'),
  tables_at_once: z.int().min(1).optional(),
  streams: z.int().optional(),
  via: z.enum(VIAS).optional(),
  format: z.enum(FORMATS).optional(),
  verify: z.enum(VERIFICATIONS).optional(),
  meanwhile: z
    .strictObject({ phase: z.enum(PHASES), on: z.unknown(), sql: z.string() })
    .optional()
    .describe('SQL that another session runs when a transfer first reaches the phase, while it waits'),
})

/** Runs a transfer job as `assay transfer job` does. */
export const transferJobAction = defineAction({
  name: 'transfer.job',
  about:
    'Moves the windows of a transfer job that are due, under its lease, and keeps its watermarks and history. Gives { job, status: moved | idle | done, windows, entries: [{ table, window, slice, rows }] }.',
  input,
  timeout: '10m',
  examples: ['- transfer.job: { job: copy_gzip, store: seed, until: "2026-11-02" }\n  expect: { status: done }'],
  async run(given, context) {
    const destination = context.resolveEndpoint(given.to ?? 'destination')
    const column = given.window_column
    await using opened = await openStore({
      kind: given.store ?? 'clean',
      control: given.control === undefined ? destination : context.resolveEndpoint(given.control),
      schema: given.schema,
      ...(given.windows === undefined ? {} : { windows: context.resolveEndpoint(given.windows) }),
      ...(column === undefined ? {} : { windowColumn: { column, epoch: given.epoch } }),
      signal: context.signal,
    })
    let done = false
    return await runJob({
      store: opened.store,
      job: given.job,
      source: context.resolveEndpoint(given.from ?? 'source'),
      destination,
      terms: {
        owner: given.owner ?? `case:${randomBytes(4).toString('hex')}`,
        expiresAfter: parseDuration(given.lease ?? '60s'),
      },
      until: parseMoment(given.until),
      windows: given.at_most,
      tablesAtOnce: given.tables_at_once,
      transfer: { streams: given.streams, via: given.via, format: given.format, verify: given.verify },
      signal: context.signal,
      async onPhase(phase) {
        if (done || phase !== given.meanwhile?.phase) return
        done = true
        const session = await context.session(context.resolveEndpoint(given.meanwhile.on), { name: 'meanwhile' })
        await session.queryAll(given.meanwhile.sql, { signal: context.signal })
      },
    })
  },
})

/** Makes the control tables as `assay transfer init` does. */
export const transferInitAction = defineAction({
  name: 'transfer.init',
  about: 'Makes the control tables of transfer jobs: job, job_table and history. Gives { schema }.',
  input: z.strictObject({ schema: z.string().optional() }),
  on: 'required',
  examples: ['- transfer.init: {}\n  on: destination'],
  async run({ schema = 'assay_transfer' }, context) {
    const session = await context.session(context.endpoint)
    await session.queryAll(`begin; ${cleanSchema(schema)}; commit`, { signal: context.signal })
    return { schema }
  },
})
