import { z } from 'zod'
import { type ActionContext, defineAction } from '../../actions/define-action.ts'
import { parseDuration } from '../../cases/duration.ts'
import { durationSchema } from '../../cases/schema.ts'
import { ActionError } from '../../errors.ts'
import { caseClient, clusterOf } from '../actions/case-client.ts'
import { asShape, pathSchema, sizeOf, sizeSchema } from '../actions/input.ts'
import type { CurveClient } from '../client.ts'
import { clientOf, hostOf, settingsOf, userOf } from '../endpoint.ts'
import type { Ledger } from './ledger.ts'
import { MISMATCH_ABOUT, type MismatchKind, PATTERNS } from './plan.ts'
import type { IoResult, Mismatch } from './result.ts'
import { runIo } from './run.ts'

const KINDS = Object.keys(MISMATCH_ABOUT) as [MismatchKind, ...MismatchKind[]]
const SHOWN = 20

const input = z.strictObject({
  path: pathSchema,
  ...asShape,
  pattern: z
    .enum(PATTERNS)
    .optional()
    .describe('Where I/O goes. Default random; edges: around every border of chunk and segment'),
  block_size: sizeSchema.optional().describe('Bytes of one I/O, a multiple of 4096. Default 4096'),
  depth: z.int().min(1).max(64).optional().describe('Sidecars, each with one call at a time. Default 1'),
  overlap: z
    .boolean()
    .optional()
    .describe('Every sidecar goes everywhere; otherwise each has a part of the working set'),
  read_share: z.number().min(0).max(100).optional().describe('Percent of the I/Os that read. Default 50'),
  rate: z
    .number()
    .positive()
    .optional()
    .describe('I/Os per second over all sidecars. Default: as many as there can be'),
  offset: sizeSchema.optional().describe('Where the working set starts. Default 0'),
  working_set: sizeSchema.optional().describe('Its bytes. Default: the whole volume'),
  duration: durationSchema.optional().describe('How long the loop runs'),
  count: z.int().min(1).optional().describe('How many I/Os the loop makes, over all sidecars'),
  ramp: durationSchema.optional().describe('Time before the duration that is not measured'),
  precondition: z.boolean().optional().describe('Write the whole working set first'),
  verify: z
    .enum(['off', 'inline', 'end', 'both'])
    .optional()
    .describe('inline: what the loop reads; end: everything that was written, on fresh openings. Default both'),
  unwritten: z.enum(['zeros', 'any']).optional().describe('What a block that was never written holds. Default zeros'),
  seed: z.string().optional().describe('Default: the case’s'),
  grow: z
    .strictObject({ to: sizeSchema, after: durationSchema })
    .optional()
    .describe('Extend the volume while the loop runs, and the working set with it'),
  deadline: durationSchema
    .optional()
    .describe('Silence after which a sidecar counts as hung, is killed and replaced. Default 30s'),
  reconnects: z.int().min(0).optional().describe('How often that may happen before the step fails. Default 3'),
  mismatches: z
    .union([z.literal('any'), z.array(z.enum(KINDS))])
    .optional()
    .describe('Kinds of mismatch that do not fail the step: any, or a list'),
  errors: z.literal('any').optional().describe('Calls that give a code below zero do not fail the step'),
})

type Input = z.infer<typeof input>

/** `curve.io`: a loop of I/O whose every block is verified. */
export const io = defineAction({
  name: 'curve.io',
  about:
    'Runs a loop of I/O in sidecars and verifies every block: { iops, mb_per_s, reads, writes (each with count, iops, mb_per_s, mean_ms, p50_ms … max_ms), errors by code, hangs, longest_stall_ms, verified, mismatches, stale_zeros, kinds, failures }. What earlier steps of the case wrote to the volume is remembered. A mismatch fails the step; its class is the kind: stale, lost, zero, torn, corrupt, misplaced, foreign.',
  input,
  on: 'optional',
  timeout: '10m',
  examples: [
    '- curve.io: { path: /vol, working_set: 64MiB, precondition: true, duration: 2s, depth: 2 }\n  expect: { mismatches: 0, iops: { at_least: 1000 } }',
    '- curve.io: { path: /vol, pattern: edges, block_size: 8KiB, count: 500 }',
  ],
  async run(given, context) {
    const endpoint = clusterOf(context)
    const ledgers = await context.keep(`curve ledgers ${endpoint.name}`, async () => new Ledgers(clientOf(endpoint)))
    const { id } = await (await (await caseClient(context)).ready()).statFile(given.path, {
      as: userOf(endpoint, given.as),
    })
    const result = await runIo({
      ...optionsOf(given, context),
      settings: settingsOf(endpoint),
      host: hostOf(endpoint),
      signal: context.signal,
      ledger: ledgers.of(id),
      keepLedger: ledger => ledgers.keep(id, ledger),
      live: figures =>
        context.log(
          Object.entries(figures)
            .map(([name, value]) => `${name} ${value}`)
            .join('  '),
        ),
    })
    context.record({ kind: 'text', title: `curve.io ${given.path}`, text: describe(result) })
    fail(given, result)
    return result
  },
})

function optionsOf(given: Input, context: ActionContext) {
  const bytes = (value: Input['offset']) => (value === undefined ? undefined : Number(sizeOf(value)))
  const time = (value: string | undefined) => (value === undefined ? undefined : parseDuration(value))
  const { grow } = given
  return {
    path: given.path,
    as: userOf(clusterOf(context), given.as),
    pattern: given.pattern,
    blockSize: bytes(given.block_size),
    depth: given.depth,
    overlap: given.overlap,
    readShare: given.read_share,
    rate: given.rate,
    offset: bytes(given.offset),
    workingSet: bytes(given.working_set),
    duration: time(given.duration),
    count: given.count,
    ramp: time(given.ramp),
    precondition: given.precondition,
    verify: given.verify,
    unwritten: given.unwritten,
    seed: given.seed ?? context.seed,
    ...(grow ? { grow: { to: Number(sizeOf(grow.to)), after: parseDuration(grow.after) } } : {}),
    deadline: time(given.deadline),
    reconnects: given.reconnects,
  }
}

function fail({ path, mismatches = [], errors }: Input, result: IoResult): void {
  const bad = result.failures.find(({ kind }) => mismatches !== 'any' && !mismatches.includes(kind))
  if (bad)
    throw new ActionError(
      'ASSAY_CURVE_VERIFY',
      `${path}: ${result.mismatches} of ${result.verified} blocks differ; ${showMismatch(bad)}`,
      {
        class: bad.kind,
        data: { ...result, failures: result.failures.slice(0, SHOWN) },
      },
    )
  const [code] = Object.keys(result.errors)
  if (code !== undefined && errors !== 'any')
    throw new ActionError('ASSAY_CURVE', `${path}: ${code} came ${result.errors[code]} times`, {
      systemCode: Number(code.split(' ')[1]),
      class: 'io_errors',
      data: { ...result, failures: [] },
    })
}

/** `block 17 (offset 69632) is stale: …; expected writer 0 write 5, found writer 0 write 3`. */
export function showMismatch({ kind, block, offset, expected, found }: Mismatch): string {
  const versions = expected.map(({ writer, sequence }) =>
    sequence === 0 ? 'zeros' : `writer ${writer} write ${sequence}`,
  )
  const said = Object.entries(found).map(([name, value]) => `${name} ${JSON.stringify(value)}`)
  return [
    `block ${block} (offset ${offset}) is ${kind}: ${MISMATCH_ABOUT[kind]}`,
    `expected ${versions.join(' or ')}`,
    ...(said.length > 0 ? [`found ${said.join(' ')}`] : []),
  ].join('; ')
}

function describe(result: IoResult): string {
  const line = (name: string, { count, iops, mb_per_s, p50_ms, p99_ms, p999_ms, max_ms }: IoResult['reads']) =>
    `${name}  ${count}  ${iops}/s  ${mb_per_s} MB/s  p50 ${p50_ms}  p99 ${p99_ms}  p99.9 ${p999_ms}  max ${max_ms} ms`
  return [
    line('reads ', result.reads),
    line('writes', result.writes),
    `${result.elapsed_s} s, ${result.verified} blocks verified, ${result.mismatches} differ, ${result.hangs} hangs, longest silence ${result.longest_stall_ms} ms`,
    ...Object.entries(result.errors).map(([code, count]) => `${code}: ${count}`),
    ...result.failures.slice(0, SHOWN).map(showMismatch),
  ].join('\n')
}

/** The ledgers of a case's volumes, by id. */
class Ledgers implements AsyncDisposable {
  readonly #client: CurveClient
  readonly #ledgers = new Map<number, Ledger>()

  constructor(client: CurveClient) {
    this.#client = client
  }

  of(volume: number): Ledger | undefined {
    return this.#ledgers.get(volume)
  }

  keep(volume: number, ledger: Ledger): void {
    this.#ledgers.set(volume, ledger)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const ledger of this.#ledgers.values()) await ledger.forget(this.#client).catch(() => {})
    await this.#client[Symbol.asyncDispose]()
  }
}
