import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { showTableName } from '../../compare/table-name.ts'
import { openStore, STORES } from '../../transfer/job/open-store.ts'
import { type JobEvent, runJob } from '../../transfer/job/run-job.ts'
import { FORMATS, VERIFICATIONS, VIAS } from '../../transfer/model.ts'
import { parseMoment } from '../../transfer/moment.ts'
import { formatWindow } from '../../transfer/window.ts'
import { parseOptions, usageError } from '../options.ts'
import { COMMON, endpoint, milliseconds, oneOf, whole, windowColumn } from './arguments.ts'
import { logged, type WriteEntry } from './daily-run-log.ts'
import { ProgressLine } from './progress-line.ts'
import { print, showResult } from './show.ts'

const text = { type: 'string' } as const
const OPTIONS = {
  ...COMMON,
  ...{ control: text, store: text, schema: text, windows: text, until: text, 'at-most': text, lease: text },
  ...{ 'window-column': text, epoch: text, 'null-window': text },
} as const

/** `assay transfer job NAME SOURCE DESTINATION --control …` */
export async function transferJob(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseOptions('transfer', args, OPTIONS)
  const [name, from, to, tooMany] = positionals
  if (name === undefined || tooMany !== undefined)
    throw usageError('transfer', 'a job needs its name, SOURCE and DESTINATION')
  const [source, destination] = [endpoint(from, 'source'), endpoint(to, 'destination')]
  const control = values.control === undefined ? destination : endpoint(values.control, 'control')
  return logged({ folder: values.log, what: `job ${name}`, endpoints: [source, destination, control] }, async write => {
    await using opened = await openStore({
      kind: oneOf('store', values.store, STORES) ?? 'clean',
      control,
      schema: values.schema,
      ...(values.windows === undefined ? {} : { windows: endpoint(values.windows, 'windows') }),
      windowColumn: windowColumn(values),
      signal,
    })
    const line = new ProgressLine(1)
    const result = await runJob({
      ...{ store: opened.store, job: name, source, destination, signal },
      terms: {
        owner: `${hostname()}:${process.pid}:${randomBytes(4).toString('hex')}`,
        expiresAfter: milliseconds('lease', values.lease) ?? 60_000,
      },
      until: values.until === undefined ? BigInt(Date.now()) * 1000n : parseMoment(values.until),
      windows: whole('at-most', values['at-most']),
      tablesAtOnce: whole('tables-at-once', values['tables-at-once']),
      transfer: {
        via: oneOf('via', values.via, VIAS),
        format: oneOf('format', values.format, FORMATS),
        verify: oneOf('verify', values.verify, VERIFICATIONS),
        streams: whole('streams', values.streams),
        lockWithin: milliseconds('lock-within', values['lock-within']),
        analyze: values['no-analyze'] !== true,
      },
      onEvent(event) {
        note(event, write)
        show(event, line, values.json === true)
      },
    })
    if (values.json === true) print(result)
    else
      console.log(
        `job ${result.job}: ${result.windows} ${result.windows === 1 ? 'window' : 'windows'} moved; ${STATUS[result.status]}`,
      )
    return 0
  })
}

const STATUS = {
  moved: 'more will come due',
  idle: 'no window is due yet',
  done: 'its final end is reached',
} as const

function show(event: JobEvent, line: ProgressLine, json: boolean): void {
  if (event.kind === 'progress') {
    line.move(event.table, event.progress)
    return
  }
  if (event.kind !== 'entry') return
  line.end(showTableName(event.entry.table.table))
  if (json) return
  const { entry } = event
  if ('result' in entry) console.log(showResult(entry.result))
  else
    console.log(
      `${showTableName(entry.table.table)} ${formatWindow(entry.window)}  failed  ${entry.error.code}  ${entry.error.message}`,
    )
}

function note(event: JobEvent, write: WriteEntry): void {
  if (event.kind === 'window') write('window', { window: formatWindow(event.window), tables: event.tables })
  if (event.kind !== 'entry') return
  const { entry } = event
  const facts = { table: showTableName(entry.table.table), window: formatWindow(entry.window), slice: entry.slice }
  if ('result' in entry) write('moved', { ...facts, ...entry.result })
  else write('not moved', { ...facts, ...entry.error, seconds: entry.seconds })
}
