import { mkdirSync, readFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { z } from 'zod'
import type { ActionContext } from '../../actions/define-action.ts'
import { AssayError } from '../../errors.ts'
import { Secret } from '../../log/secret.ts'
import { buildJob, type JobEnd } from '../job/build.ts'

const end = z.strictObject({
  name: z.string().describe('Plugin: postgresqlreader, or postgresql'),
  on: z.unknown().optional().describe('Endpoint whose account and address are filled in'),
  table: z.union([z.string(), z.array(z.string())]).optional(),
  querySql: z.union([z.string(), z.array(z.string())]).optional(),
  parameter: z.record(z.string(), z.unknown()).optional().describe('Everything else that the plugin takes'),
})

/** What the actions take as a job: a file, its text, an object, or its ends. */
export const jobShape = {
  file: z.string().optional().describe('A job file, relative to the case file'),
  text: z.string().optional().describe('The text of a job file, as it is'),
  job: z.record(z.string(), z.unknown()).optional().describe('A job file as data'),
  reader: end.optional(),
  writer: end.optional(),
  transformer: z.array(z.unknown()).optional(),
  channel: z.int().optional().describe('Default 1'),
  errorLimit: z.strictObject({ record: z.number().optional(), percentage: z.number().optional() }).optional(),
  setting: z.record(z.string(), z.unknown()).optional().describe('What stands in job.setting besides'),
  core: z.record(z.string(), z.unknown()).optional(),
  params: z
    .record(z.string(), z.union([z.string(), z.number()]))
    .optional()
    .describe('Variables: { day: "2026-01-01" }'),
}

export type JobInput = z.infer<z.ZodObject<typeof jobShape>>

/** Folder in which relative paths of a case's jobs lie. */
export function jobFolder(context: ActionContext): string {
  const folder = join(context.evidenceFolder(), 'datax')
  mkdirSync(folder, { recursive: true })
  return folder
}

/** The text of the job that a step means. */
export function jobText(input: JobInput, context: ActionContext): string {
  const ways = [input.file, input.text, input.job, input.reader ?? input.writer].filter(way => way !== undefined)
  if (ways.length !== 1)
    throw new AssayError('ASSAY_CASE_TYPE', 'a DataX step takes one of file, text, job, or reader and writer')
  if (input.file !== undefined) return readFileSync(context.path(input.file), 'utf8')
  if (input.text !== undefined) return input.text
  if (input.job !== undefined) return stringify(input.job, context)
  const { reader, writer, transformer, channel, errorLimit, setting, core } = input
  if (!reader || !writer) throw new AssayError('ASSAY_CASE_TYPE', 'a DataX job needs a reader and a writer')
  const plan = { transformer, channel, errorLimit, setting, core }
  return stringify(buildJob({ ...plan, reader: toEnd(reader, context), writer: toEnd(writer, context) }), context)
}

function toEnd({ on, table, querySql, ...rest }: z.infer<typeof end>, context: ActionContext): JobEnd {
  return {
    ...rest,
    ...(on === undefined ? {} : { endpoint: context.resolveEndpoint(on) }),
    ...(table === undefined ? {} : { table: [table].flat() }),
    ...(querySql === undefined ? {} : { querySql: [querySql].flat() }),
  }
}

/** JSON with secrets in the clear, and relative paths of file plugins put into the case's folder. */
function stringify(job: unknown, context: ActionContext): string {
  const folder = (path: unknown): unknown =>
    typeof path === 'string' && !isAbsolute(path) ? join(jobFolder(context), path) : path
  return JSON.stringify(
    job,
    function (this: unknown, key: string, value: unknown) {
      const original = (this as Record<string, unknown>)[key]
      if (original instanceof Secret) return original.reveal()
      if (key !== 'path') return value
      return Array.isArray(value) ? value.map(folder) : folder(value)
    },
    2,
  )
}
