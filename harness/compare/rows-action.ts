import { z } from 'zod'
import { type ActionContext, defineAction } from '../actions/define-action.ts'
import { parseDuration } from '../cases/duration.ts'
import type { SqlDialect } from '../sql/dialect.ts'
import type { Endpoint } from '../targets/target.ts'
import { compareRows } from './compare-rows.ts'
import type { CompareRowsResult } from './result.ts'
import { parseTableName } from './table-name.ts'
import { undecided } from './undecided.ts'
import { conditionOf } from './window.ts'

const tableName = z.union([z.string(), z.strictObject({ schema: z.string().optional(), name: z.string() })])
const perSide = <T extends z.ZodType>(one: T) => z.union([one, z.strictObject({ left: one, right: one })])
const names = z.union([z.string(), z.array(z.string())])

/** What compare.rows and the options of `assay compare` share. */
const rowsInput = z.strictObject({
  left: z.unknown().describe('Endpoint that holds what should be: a role, or an endpoint'),
  right: z.unknown().describe('Endpoint, or several, that are checked against it'),
  table: perSide(tableName).describe('orders, schema.orders, { schema, name }, or { left, right } where they differ'),
  database: perSide(z.string()).optional().describe('Another database than the endpoint’s'),
  mode: z.enum(['exact', 'by-value']).optional().describe('exact (default): bit for bit. by-value: 1.0 equals 1.00'),
  key: names.optional().describe('Columns that identify a row. Default: the primary key, else a unique key, else none'),
  columns: z.array(z.string()).optional().describe('Only these columns'),
  ignore: z.array(z.string()).optional().describe('Not these columns'),
  rename: z.record(z.string(), z.string()).optional().describe('Name on the left to name on the right'),
  where: perSide(z.string()).optional().describe('SQL condition: only these rows'),
  window: z
    .strictObject({
      column: z.string(),
      from: z.union([z.string(), z.number()]).optional(),
      to: z.union([z.string(), z.number()]).optional(),
    })
    .optional()
    .describe('Only rows with from <= column < to'),
  json: z.enum(['strict', 'semantic']).optional().describe('JSON by its text, or by what it means'),
  ulps: z.number().int().min(0).optional().describe('Representable numbers that floats of two engines may lie apart'),
  one_in: z.number().int().min(1).optional().describe('Compares one key in so many, chosen by hash'),
  second_hash: z.boolean().optional().describe('Sums a second, independent hash besides'),
  recheck: z
    .strictObject({ times: z.number().int().min(1).max(100).default(3), pause: z.string().default('1s') })
    .optional()
    .describe('Looks at differing keys again, to tell rows in flight from lasting differences'),
  chunks: z.number().int().min(1).max(262_144).optional().describe('Buckets; default: chosen by the number of rows'),
  connections: z
    .number()
    .int()
    .min(1)
    .max(64)
    .optional()
    .describe('Connections to each MySQL server that read a large table in ranges of its key; default 2'),
  examples: z.number().int().min(0).max(50).optional().describe('Differing rows shown; default 20'),
  empty_is_equal: z.boolean().optional().describe('No rows on either side are equal, even under a condition'),
})

export type RowsInput = z.infer<typeof rowsInput>

const rowsResult = z.object({
  verdict: z.enum(['equal', 'different']),
  differing: z.number().describe('changed, only_left and only_right together'),
  changed: z.number(),
  only_left: z.number(),
  only_right: z.number(),
  duplicates: z.number(),
  representation: z.number().describe('Of changed: equal by value, written differently'),
  settled: z.number(),
  estimated: z.boolean(),
  columns: z.array(z.string()).describe('Columns that differ'),
  rows_left: z.number(),
  rows_right: z
    .union([z.number(), z.array(z.number())])
    .describe('Rows of the right side; of several, a list in their order'),
  held_still: z
    .array(z.string())
    .describe(
      'How what was read of the left, then of each right side, was held still: transaction, exported snapshot, binlog position, table lock, statement',
    ),
  mode: z.string(),
  method: z.string(),
  coverage: z.string(),
  drift: z.array(z.string()).describe('Types that differ and were brought together'),
  rights: z
    .array(
      z.object({
        right: z.string(),
        verdict: z.string(),
        differing: z.number(),
        changed: z.number(),
        only_left: z.number(),
        only_right: z.number(),
        rows: z.number(),
      }),
    )
    .describe('Each right side by itself; the counts above are their sums'),
  summary: z.string(),
  connections: z.number().describe('That read, on all sides together'),
  duration_ms: z.number(),
})

export const compareRowsAction = defineAction({
  name: 'compare.rows',
  about:
    'Compares the rows of a table on two endpoints, or on one and several, by digests that the servers compute, and finds the rows and columns that differ. A comparison that could not be made is undecided, never equal.',
  input: rowsInput,
  result: rowsResult,
  timeout: '10m',
  examples: [
    '- compare.rows: { left: primary, right: replicas, table: account, key: id }\n  expect: { differing: 0 }',
    '- compare.rows:\n    left: source\n    right: destination\n    table: public.orders\n    window: { column: day, from: "2026-01-01", to: "2026-02-01" }\n  expect: { differing: 0, only_left: 0, only_right: 0 }',
  ],
  async run(input, context) {
    const left = context.resolveEndpoint(input.left)
    const results: CompareRowsResult[] = []
    const rights = context.resolveEndpoints(input.right)
    for (const right of rights) {
      const result = await compareRows(toSpec(input, left, right, context))
      context.log(result.summary)
      if (result.differences.examples.length > 0) context.record({ kind: 'rows', rows: result.differences })
      results.push(result)
    }
    if (results.length === 0) throw undecided('nothing was compared: there is no right side')
    const open = results.find(result => result.verdict === 'undecided')
    const different = results.some(result => result.verdict === 'different')
    if (open && !different) throw undecided(open.summary)
    return merged(
      results,
      rights.map(right => right.name),
    )
  },
})

function toSpec(input: RowsInput, left: Endpoint, right: Endpoint, context: ActionContext) {
  const { key, recheck } = input
  return {
    left: sideOf(input, 'left', left),
    right: sideOf(input, 'right', right),
    mode: input.mode,
    ...(key === undefined ? {} : { key: [key].flat() }),
    columns: input.columns,
    ignore: input.ignore,
    rename: input.rename,
    json: input.json,
    ulps: input.ulps,
    oneIn: input.one_in,
    secondHash: input.second_hash,
    buckets: input.chunks,
    ...(recheck ? { recheck: { times: recheck.times, pause: parseDuration(recheck.pause) } } : {}),
    examples: input.examples,
    connections: input.connections,
    emptyIsEqual: input.empty_is_equal,
    clock: context.clock,
    signal: context.signal,
  }
}

function sideOf(input: RowsInput, side: 'left' | 'right', endpoint: Endpoint) {
  const pick = <T>(given: T | { readonly left: T; readonly right: T } | undefined): T | undefined =>
    typeof given === 'object' && given !== null && 'left' in given ? given[side] : (given as T | undefined)
  const where = conditionOf(endpoint.protocol as SqlDialect, pick(input.where), input.window)
  const table = pick<z.infer<typeof tableName>>(input.table) as z.infer<typeof tableName>
  return { endpoint, table: parseTableName(table), where, database: pick(input.database) }
}

/** One result for all right sides: counts added up, and each side by itself. */
function merged(results: readonly CompareRowsResult[], names: readonly string[]): z.infer<typeof rowsResult> {
  const first = results[0] as CompareRowsResult
  const sum = (count: (result: CompareRowsResult) => number) => results.reduce((all, one) => all + count(one), 0)
  const different = results.filter(result => result.verdict === 'different')
  return {
    verdict: different.length > 0 ? 'different' : 'equal',
    differing: sum(one => one.differing),
    changed: sum(one => one.changed),
    only_left: sum(one => one.onlyLeft),
    only_right: sum(one => one.onlyRight),
    duplicates: sum(one => one.duplicates),
    representation: sum(one => one.representation),
    settled: sum(one => one.settled),
    estimated: results.some(one => one.estimated),
    columns: [...new Set(results.flatMap(one => one.columns.map(column => column.name)))],
    rows_left: first.rows.left,
    rows_right: results.length === 1 ? first.rows.right : results.map(one => one.rows.right),
    held_still: [first.heldStill.left, ...results.map(one => one.heldStill.right)],
    mode: first.mode,
    method: first.method,
    coverage: first.coverage,
    drift: [...new Set(results.flatMap(one => one.drift))],
    rights: results.map((one, at) => ({
      right: names[at] ?? '',
      verdict: one.verdict,
      differing: one.differing,
      changed: one.changed,
      only_left: one.onlyLeft,
      only_right: one.onlyRight,
      rows: one.rows.right,
    })),
    summary: (different.length > 0 ? different : results).map(one => one.summary).join('\n'),
    connections: sum(one => one.cost.connections),
    duration_ms: sum(one => one.cost.duration),
  }
}
