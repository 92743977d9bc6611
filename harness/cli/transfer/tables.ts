import { showTableName } from '../../compare/table-name.ts'
import type { Endpoint } from '../../targets/target.ts'
import { SessionPool } from '../../transfer/copy/session-pool.ts'
import { FORMATS, MODES, type Slice, VERIFICATIONS, VIAS } from '../../transfer/model.ts'
import { planTransfer, type TransferPlan } from '../../transfer/transfer-table.ts'
import { expandTables, type TablesSpec, transferTables } from '../../transfer/transfer-tables.ts'
import { windowSlice } from '../../transfer/window.ts'
import { parseOptions, usageError } from '../options.ts'
import { COMMON, endpoint, list, milliseconds, oneOf, timeWindow, whole, windowColumn } from './arguments.ts'
import { logged } from './daily-run-log.ts'
import { exitCodeOf, worst } from './exit-code.ts'
import { ProgressLine } from './progress-line.ts'
import { outcomeRecord, print, showOutcome, showPlan } from './show.ts'

const text = { type: 'string' } as const
const OPTIONS = {
  ...COMMON,
  table: { type: 'string', multiple: true },
  ...{ into: text, columns: text, mode: text, key: text, where: text, from: text, to: text },
  ...{ 'window-column': text, epoch: text, 'null-window': text },
  'dry-run': { type: 'boolean' },
  'keep-indexes': { type: 'boolean' },
} as const

/** `assay transfer SOURCE DESTINATION --table …` */
export async function transferSomeTables(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseOptions('transfer', args, OPTIONS)
  const [first] = positionals
  if (first !== undefined && !first.includes(':'))
    throw usageError('transfer', `"${first}" is neither the URL of a source nor job, init, reset`)
  const source = endpoint(first, 'source')
  const destination = endpoint(positionals[1], 'destination')
  if (positionals.length > 2) throw usageError('transfer', `"${positionals[2]}" is one argument too many`)
  if (!values.table) throw usageError('transfer', 'no --table is given')
  await using sessions = new SessionPool()
  if (values['dry-run'] === true) {
    const spec = await specOf({ values, source, destination, sessions, signal })
    return await dryRun(spec, values.json === true)
  }
  return await logged({ folder: values.log, what: 'transfer', endpoints: [source, destination] }, async write => {
    const spec = await specOf({ values, source, destination, sessions, signal })
    const line = new ProgressLine(spec.tables.length)
    const outcomes = await transferTables({
      ...spec,
      onTable(table, outcome) {
        if (!outcome) return
        line.end(table)
        write('result' in outcome ? 'moved' : 'not moved', outcomeRecord(outcome))
      },
      onProgress: (table, progress) => line.move(table, progress),
      onPhase: (table, phase) => line.phase(table, phase),
    })
    if (values.json === true) print(outcomes.map(outcomeRecord))
    else for (const outcome of outcomes) console.log(showOutcome(outcome))
    return worst(outcomes.flatMap(outcome => ('error' in outcome ? [exitCodeOf(outcome.error)] : [])))
  })
}

type Asked = {
  readonly values: Values
  readonly source: Endpoint
  readonly destination: Endpoint
  readonly sessions: SessionPool
  readonly signal: AbortSignal
}

async function specOf({ values, source, destination, sessions, signal }: Asked): Promise<TablesSpec> {
  const tables = await expandTables(source, values.table ?? [], { sessions, signal })
  if (values.into !== undefined && tables.length !== 1)
    throw usageError('transfer', `--into names one table, and ${tables.length} are to be moved`)
  const into = values.into === undefined ? undefined : (await expandTables(destination, [values.into]))[0]
  return {
    ...{
      source,
      destination,
      sessions,
      signal,
      columns: list(values.columns),
      key: list(values.key),
      slice: sliceOf(values),
    },
    tables: tables.map(table => ({ table, ...(into ? { into } : {}) })),
    mode: oneOf('mode', values.mode, MODES),
    via: oneOf('via', values.via, VIAS),
    format: oneOf('format', values.format, FORMATS),
    verify: oneOf('verify', values.verify, VERIFICATIONS),
    streams: whole('streams', values.streams),
    atOnce: whole('tables-at-once', values['tables-at-once']),
    lockWithin: milliseconds('lock-within', values['lock-within']),
    analyze: values['no-analyze'] !== true,
    indexesAfter: values['keep-indexes'] !== true,
  }
}

/** As in a run, a table that cannot be moved does not hide the plans of the others. */
async function dryRun(spec: TablesSpec, json: boolean): Promise<number> {
  const outcomes: (TransferPlan | FailedTable)[] = []
  for (const { table, into } of spec.tables) {
    const known = { ...spec, onProgress: undefined, onPhase: undefined }
    outcomes.push(
      await planTransfer({ ...known, table, into }).catch(error => {
        spec.signal?.throwIfAborted()
        return { table: showTableName(table), error }
      }),
    )
  }
  if (json) print(outcomes.map(outcome => ('error' in outcome ? outcomeRecord(outcome) : outcome)))
  else for (const outcome of outcomes) console.log('error' in outcome ? showOutcome(outcome) : showPlan(outcome))
  return worst(outcomes.flatMap(outcome => ('error' in outcome ? [exitCodeOf(outcome.error)] : [])))
}

type FailedTable = { readonly table: string; readonly error: unknown }

type Values = ReturnType<typeof parseOptions<typeof OPTIONS>>['values']

function sliceOf(values: Values): Slice | undefined {
  const window = timeWindow(values.from, values.to)
  const column = windowColumn(values)
  if ((window === undefined) !== (column === undefined))
    throw usageError('transfer', 'a window needs --window-column, --from and --to')
  if (!window || !column) return values.where === undefined ? undefined : { where: values.where }
  const slice = windowSlice(column, window)
  return values.where === undefined ? slice : { ...slice, where: `${slice.where} and (${values.where})` }
}
