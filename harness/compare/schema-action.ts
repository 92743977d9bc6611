import { z } from 'zod'
import { defineAction } from '../actions/define-action.ts'
import { type CompareSchemaResult, compareSchema } from './compare-schema.ts'
import { describeFinding, FINDING_KINDS } from './diff-shapes.ts'
import { undecided } from './undecided.ts'

const perSide = <T extends z.ZodType>(one: T) => z.union([one, z.strictObject({ left: one, right: one })])
const names = z.union([z.string(), z.array(z.string())])

export const compareSchemaAction = defineAction({
  name: 'compare.schema',
  about:
    'Compares tables, columns, types, nullability, defaults, keys, indexes, collations and auto-increment of two endpoints, without reading rows. Views are left out, and the order of columns does not count.',
  input: z.strictObject({
    left: z.unknown().describe('Endpoint that holds what should be'),
    right: z.unknown().describe('Endpoint, or several, that are checked against it'),
    table: names.optional().describe('Tables; * stands for any characters. Default: all'),
    schema: perSide(z.string())
      .optional()
      .describe('Schema (MySQL: database). Default: public, or the endpoint’s database'),
    database: perSide(z.string()).optional().describe('Another database than the endpoint’s'),
    ignore: z.array(z.enum(FINDING_KINDS)).optional().describe('Kinds of differences that do not count'),
  }),
  result: z.object({
    verdict: z.enum(['equal', 'different']),
    differing: z.number().describe('Differences'),
    missing_left: z.array(z.string()).describe('Tables on the right only'),
    missing_right: z.array(z.string()).describe('Tables on the left only'),
    findings: z.array(
      z.object({ kind: z.string(), table: z.string(), column: z.string().optional(), message: z.string() }),
    ),
    tables: z.number().describe('Tables that both sides have'),
    summary: z.string(),
  }),
  timeout: '5m',
  examples: ['- compare.schema: { left: source, right: destination, table: orders }\n  expect: { differing: 0 }'],
  async run(input, context) {
    const left = context.resolveEndpoint(input.left)
    const results: CompareSchemaResult[] = []
    for (const right of context.resolveEndpoints(input.right)) {
      const sideOf = (side: 'left' | 'right', endpoint: typeof left) => ({
        endpoint,
        schema: pick(input.schema, side),
        database: pick(input.database, side),
      })
      const result = await compareSchema({
        left: sideOf('left', left),
        right: sideOf('right', right),
        tables: input.table === undefined ? undefined : [input.table].flat(),
        ignore: input.ignore,
        signal: context.signal,
      })
      context.log(result.summary)
      if (result.findings.length > 0) {
        context.record({ kind: 'text', title: result.summary, text: result.findings.map(describeFinding).join('\n') })
      }
      results.push(result)
    }
    const findings = results.flatMap(result => result.findings)
    const open = results.find(result => result.verdict === 'undecided')
    if (findings.length === 0 && (open || results.length === 0)) {
      throw undecided(open?.summary ?? 'nothing was compared: there is no right side')
    }
    const missing = findings.filter(finding => finding.kind === 'missing table')
    return {
      verdict: findings.length > 0 ? ('different' as const) : ('equal' as const),
      differing: findings.length,
      missing_left: missing.flatMap(finding => finding.right ?? []),
      missing_right: missing.flatMap(finding => finding.left ?? []),
      findings: findings.map(finding => ({
        kind: finding.kind,
        table: finding.table,
        ...(finding.column === undefined ? {} : { column: finding.column }),
        message: describeFinding(finding),
      })),
      tables: Math.max(...results.map(result => result.compared.length)),
      summary: results.map(result => result.summary).join('\n'),
    }
  },
})

function pick<T>(
  given: T | { readonly left: T; readonly right: T } | undefined,
  side: 'left' | 'right',
): T | undefined {
  return typeof given === 'object' && given !== null && 'left' in given ? given[side] : (given as T | undefined)
}
