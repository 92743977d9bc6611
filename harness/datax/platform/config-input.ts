import { z } from 'zod'
import { checkJob } from '../job/check.ts'
import type { Finding } from '../job/finding.ts'
import { Places } from '../job/json-node.ts'
import { Failure } from './failure.ts'
import { id, label } from './fields.ts'
import { unmaskJob } from './job-secrets.ts'
import { pageShape } from './paging.ts'

const name = z
  .string()
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{N}_. -]{0,99}$/u,
    'a name begins with a letter or digit, and holds letters, digits, blanks, _ . and -',
  )
const content = z.union([z.string(), z.record(z.string(), z.unknown())], { error: 'must be a text or an object' })

export const saveInput = z.strictObject({
  config_name: name,
  content,
  project_name: label.default(''),
  uid: label.default(''),
})
export const updateInput = z.strictObject({
  ...{ id, config_name: name.optional(), content: content.optional() },
  ...{ project_name: label.optional(), uid: label.optional() },
})
export const checkInput = z.strictObject({ content, params: z.record(z.string(), z.string()).default({}) })
export const queryInput = z.strictObject({
  ...pageShape,
  config_name: z.string().optional(),
  project_name: z.string().optional(),
  uid: z.string().optional(),
})

export type Content = z.infer<typeof content>

export function textOfContent(given: Content): string {
  return typeof given === 'string' ? given : JSON.stringify(given, null, 2)
}

/** The text of a job that has no error, masks of `stored` undone. Throws invalid_job with everything that was found. */
export function checkedText(given: Content, stored = ''): string {
  const { text, lost } = unmaskJob(textOfContent(given), stored)
  const places = new Places(text)
  const findings: readonly Finding[] = [
    ...checkJob(text),
    ...lost.map(at => ({
      ...({ code: 'DATAX_PASSWORD', severity: 'error', ...places.of(at) } as const),
      message: '*** stands for a password that is not known here',
      hint: 'Write it anew, or "${password}" and give it to exec.',
    })),
  ].sort((a, b) => a.line - b.line || a.column - b.column)
  const first = findings.find(finding => finding.severity === 'error')
  if (first)
    throw new Failure('invalid_job', `${first.code} ${first.line}:${first.column} ${first.message}`, { findings })
  return text
}
