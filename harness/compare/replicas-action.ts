import { z } from 'zod'
import { defineAction } from '../actions/define-action.ts'
import { parseDuration } from '../cases/duration.ts'
import { compareReplicas } from './compare-replicas.ts'
import { describeFinding, FINDING_KINDS } from './diff-shapes.ts'
import { undecided } from './undecided.ts'

const names = z.union([z.string(), z.array(z.string())])

export const compareReplicasAction = defineAction({
  name: 'compare.replicas',
  about:
    'Compares replicas with their primary: waits until each has applied what the primary has committed by now, then compares databases, tables, schema and rows. A replica that is down, stopped or behind is undecided, never equal.',
  input: z.strictObject({
    primary: z.unknown().optional().describe('Endpoint of the primary; default: the role primary'),
    replicas: z.unknown().optional().describe('Endpoints of the replicas; default: the role replicas'),
    databases: names
      .optional()
      .describe('Databases (PostgreSQL: schemas); * stands for any characters. Default: all of users'),
    table: names.optional().describe('Tables; * stands for any characters. Default: all'),
    within: z.string().default('30s').describe('Time in which each replica must reach the primary’s position'),
    mode: z.enum(['exact', 'by-value']).optional(),
    ignore: z.array(z.enum(FINDING_KINDS)).optional().describe('Kinds of schema differences that do not count'),
    recheck: z
      .strictObject({ times: z.number().int().min(0).max(100).default(3), pause: z.string().default('500ms') })
      .optional()
      .describe('Looks at differing keys again: rows may be in flight'),
    examples: z.number().int().min(0).max(50).optional().describe('Differing rows shown per table; default 20'),
  }),
  result: z.object({
    verdict: z.enum(['equal', 'different']),
    differing: z.number().describe('Schema differences and differing rows of all replicas together'),
    rows: z.number().describe('Differing rows'),
    findings: z.array(z.object({ replica: z.string(), database: z.string(), kind: z.string(), message: z.string() })),
    replicas: z.array(
      z.object({
        replica: z.string(),
        verdict: z.string(),
        databases: z.array(z.string()),
        tables: z.number(),
        rows_compared: z.number(),
        waited_ms: z.number(),
        differing_tables: z.array(
          z.object({ table: z.string(), differing: z.number(), columns: z.array(z.string()), summary: z.string() }),
        ),
      }),
    ),
    summary: z.string(),
  }),
  timeout: '10m',
  examples: ['- compare.replicas: { databases: "postgres_$$_*", within: 30s }\n  expect: { differing: 0 }'],
  async run(input, context) {
    const result = await compareReplicas({
      primary: context.resolveEndpoint(input.primary ?? 'primary'),
      replicas: context.resolveEndpoints(input.replicas ?? 'replicas'),
      databases: input.databases === undefined ? undefined : [input.databases].flat(),
      tables: input.table === undefined ? undefined : [input.table].flat(),
      within: parseDuration(input.within),
      mode: input.mode,
      ignore: input.ignore,
      ...(input.recheck ? { recheck: { times: input.recheck.times, pause: parseDuration(input.recheck.pause) } } : {}),
      examples: input.examples,
      clock: context.clock,
      signal: context.signal,
    })
    for (const line of result.summary.split('\n')) context.log(line)
    for (const replica of result.replicas) {
      for (const table of replica.rows) {
        if (table.differences.examples.length > 0) context.record({ kind: 'rows', rows: table.differences })
      }
      if (replica.findings.length > 0) {
        const text = replica.findings.map(describeFinding).join('\n')
        context.record({ kind: 'text', title: `Schema of ${replica.replica}`, text })
      }
    }
    if (result.verdict === 'undecided') throw undecided(result.summary)
    return {
      verdict: result.verdict,
      differing: result.differing,
      rows: result.replicas.reduce((sum, one) => sum + one.rows.reduce((rows, table) => rows + table.differing, 0), 0),
      findings: result.replicas.flatMap(one =>
        one.findings.map(finding => ({
          replica: one.replica,
          database: finding.database,
          kind: finding.kind,
          message: describeFinding(finding),
        })),
      ),
      replicas: result.replicas.map(one => ({
        replica: one.replica,
        verdict: one.verdict,
        databases: [...one.databases],
        tables: one.tables,
        rows_compared: one.rowsCompared,
        waited_ms: one.waited,
        differing_tables: one.rows.map(table => ({
          table: table.differences.table,
          differing: table.differing,
          columns: table.columns.map(column => column.name),
          summary: table.summary,
        })),
      })),
      summary: result.summary,
    }
  },
})
