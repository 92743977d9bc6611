import { z } from 'zod'
import { defineAction } from '../../actions/define-action.ts'
import { askDatabase } from '../job/ask-database.ts'
import { checkJob } from '../job/check.ts'
import { jobShape, jobText } from './job-input.ts'

export const checkAction = defineAction({
  name: 'datax.check',
  about:
    'Checks a DataX job file and gives everything that DataX would ignore in silence or fail on late: { findings, errors, warnings, codes }, each finding with code, severity, message, line, column.',
  input: z.strictObject({
    ...jobShape,
    ask: z.boolean().optional().describe('Asks the reader’s database for the collation of a splitPk. Default false'),
  }),
  result: z.object({
    findings: z.array(
      z.object({
        code: z.string(),
        severity: z.string(),
        message: z.string(),
        line: z.number(),
        column: z.number(),
        hint: z.string().optional(),
      }),
    ),
    codes: z.array(z.string()).describe('Of the errors, in the order of the file'),
    errors: z.number(),
    warnings: z.number(),
  }),
  examples: ['- datax.check: { file: jobs/city.json }\n  expect: { errors: 0 }'],
  async run(input, context) {
    const params = Object.fromEntries(Object.entries(input.params ?? {}).map(([key, value]) => [key, String(value)]))
    const text = jobText(input, context)
    const asked = input.ask ? await askDatabase(text, params, context.signal) : []
    const findings = [...checkJob(text, params), ...asked]
    const errors = findings.filter(one => one.severity === 'error')
    return {
      findings: findings.map(({ dataxCode: _, ...rest }) => rest),
      codes: errors.map(one => one.code),
      errors: errors.length,
      warnings: findings.length - errors.length,
    }
  },
})
