import { z } from 'zod'
import { type ActionContext, defineAction } from '../../actions/define-action.ts'
import { AssayError } from '../../errors.ts'
import type { Engine, RunResult } from '../engine/engine.ts'
import { ENGINE_NAMES, type EngineName } from '../engine/engines.ts'
import { inProcessEngine } from '../engine/in-process/engine.ts'
import { type DataxCode, DataxError } from '../errors.ts'
import { engineAt } from '../home-endpoint.ts'
import { jobShape, jobText } from './job-input.ts'

/** Lines of the log that the report shows. */
const SHOWN_LINES = 60
/** Dirty records in the result of a step. */
const SHOWN_DIRTY = 100

const count = z.number().describe('')

const result = z.object({
  exit_code: z.number(),
  error_code: z.string().nullable().describe('DataX’s: Framework-03'),
  message: z.string().nullable(),
  tasks: count,
  channels: count,
  total: count.describe('Records read, and failed to be read'),
  failed: count.describe('Records that failed to be read or written'),
  read: count,
  read_failed: count,
  write_failed: count,
  written: count.describe('Records that were committed or written to a file'),
  bytes: count.describe('As DataX counts them'),
  transformer: z.object({ success: count, failed: count, filtered: count }).nullable(),
  uncertain: z.array(z.string()).describe('Counters that a home’s log does not tell for certain'),
  dirty: z.array(z.object({ type: z.string(), message: z.string(), values: z.array(z.unknown()) })),
  printed: z.array(z.string()).describe('What streamwriter printed'),
  log: z.array(z.string()),
  duration_ms: z.number(),
})

export const runAction = defineAction({
  name: 'datax.run',
  about:
    'Runs a DataX job and gives its exit code, tasks, channels, counters, dirty records and log. An exit code other than `exit_code` fails the step, with DataX’s code as class (framework_03).',
  input: z.strictObject({
    ...jobShape,
    engine: z
      .enum(ENGINE_NAMES)
      .optional()
      .describe('Default in-process; home and ssh run it with the DataX or Addax of the target datax.home'),
    mode: z.enum(['strict', 'compat']).optional().describe('compat: the same results as DataX, quirks included'),
    exit_code: z
      .union([z.int(), z.literal('any')])
      .optional()
      .describe('Default 0'),
    stop_after: z.int().optional().describe('Stops the job once so many records have been read'),
  }),
  result,
  on: 'none',
  timeout: '120s',
  examples: [
    '- datax.run:\n    reader: { name: mysql, on: primary, table: city, parameter: { column: ["*"] } }\n    writer: { name: postgresql, on: destination, table: city, parameter: { column: ["*"] } }\n  expect: { written: 100, failed: 0 }',
    '- datax.run: { file: jobs/city.json, mode: compat }',
  ],
  async run(input, context) {
    const stop = new AbortController()
    const printed: string[] = []
    let partial = ''
    const params = Object.fromEntries(Object.entries(input.params ?? {}).map(([key, value]) => [key, String(value)]))
    const { stop_after: stopAfter } = input
    const outcome = await engineOf(input.engine ?? 'in-process', context).run(jobText(input, context), {
      ...(input.mode ? { mode: input.mode } : {}),
      params,
      signal: AbortSignal.any([context.signal, stop.signal]),
      clock: context.clock,
      random: context.random,
      onPrint: text => {
        const lines = `${partial}${text}`.split('\n')
        partial = lines.pop() ?? ''
        printed.push(...lines)
      },
      ...(stopAfter === undefined
        ? {}
        : {
            onProgress: progress => {
              if (progress.records >= BigInt(stopAfter)) stop.abort(new Error('stopped by the step'))
            },
          }),
    })
    context.record({ kind: 'text', title: 'DataX log', text: outcome.log.slice(-SHOWN_LINES).join('\n') })
    return judged(outcome, printed, input.exit_code ?? 0)
  },
})

function engineOf(name: EngineName, context: ActionContext): Engine {
  if (name === 'in-process') return inProcessEngine
  const engine = engineAt(context.resolveEndpoint('home'))
  if (engine.name === name) return engine
  throw new AssayError(
    'ASSAY_CASE_NO_ENDPOINT',
    `the step wants the engine ${name}, and datax.home is one for ${engine.name}`,
  )
}

function judged(outcome: RunResult, printed: readonly string[], wanted: number | 'any'): z.infer<typeof result> {
  const { counters } = outcome
  const shown: z.infer<typeof result> = {
    exit_code: outcome.exitCode,
    error_code: outcome.errorCode ?? null,
    message: outcome.message ?? null,
    tasks: outcome.tasks,
    channels: outcome.channels,
    total: Number(counters.total),
    failed: Number(counters.failed),
    read: Number(counters.read),
    read_failed: Number(counters.readFailed),
    write_failed: Number(counters.writeFailed),
    written: Number(counters.written),
    bytes: Number(counters.readBytes),
    transformer: counters.transformer
      ? {
          success: Number(counters.transformer.success),
          failed: Number(counters.transformer.failed),
          filtered: Number(counters.transformer.filtered),
        }
      : null,
    uncertain: [...(outcome.uncertain ?? [])],
    dirty: outcome.dirty.slice(0, SHOWN_DIRTY).map(({ type, message, record }) => ({
      ...{ type, message },
      values: record.map(cell => cell.rawData),
    })),
    printed: [...printed],
    log: [...outcome.log],
    duration_ms: outcome.timings.total,
  }
  if (wanted === 'any' || outcome.exitCode === wanted) return shown
  const code = (outcome.errorCode ?? 'Framework-02') as DataxCode
  const told = outcome.message ?? `the job ended with ${outcome.exitCode}, and ${wanted} was expected`
  throw new DataxError(code, told, {
    data: { exit_code: outcome.exitCode, written: shown.written, failed: shown.failed, dirty: shown.dirty.slice(0, 5) },
    ...(outcome.hint === undefined ? {} : { hint: outcome.hint }),
  })
}
