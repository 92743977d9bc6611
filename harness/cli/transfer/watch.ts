import { AssayError } from '../../errors.ts'
import { AlarmTable } from '../../greenplum/alarm/alarm-table.ts'
import { type Poll, watch } from '../../greenplum/alarm/watch.ts'
import { systemClock } from '../../run/clock.ts'
import { connect } from '../../sql/connect.ts'
import { expandTables } from '../../transfer/transfer-tables.ts'
import { parseOptions } from '../options.ts'
import { endpoint, milliseconds, windowColumn } from './arguments.ts'
import { logged } from './daily-run-log.ts'
import { print } from './show.ts'

const text = { type: 'string' } as const
const OPTIONS = {
  table: { type: 'string', multiple: true },
  ...{ 'window-column': text, epoch: text, alarms: text, log: text, interval: text, 'look-back': text, lag: text },
  once: { type: 'boolean' },
  json: { type: 'boolean' },
} as const

/** `assay compare watch SOURCE DESTINATION …`: compares the last hours again and again, and keeps the alarm table. */
export async function watchTables(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseOptions('transfer', args, OPTIONS)
  const [source, destination] = [endpoint(positionals[0], 'source'), endpoint(positionals[1], 'destination')]
  const column = windowColumn(values)
  if (!column || !values.table) throw new AssayError('ASSAY_USAGE', 'watch needs --table and --window-column')
  const alarms = values.alarms === undefined ? destination : endpoint(values.alarms, 'alarms')
  const { table: named } = values
  return logged({ folder: values.log, what: 'watch', endpoints: [source, destination, alarms] }, async write => {
    await using session = await connect(alarms, { signal })
    const last = await watch({
      ...{ source, destination, column, signal, clock: systemClock, alarms: new AlarmTable(session) },
      tables: await expandTables(source, named, { signal }),
      interval: milliseconds('interval', values.interval) ?? 15 * 60_000,
      lookBack: milliseconds('look-back', values['look-back']) ?? 24 * 3_600_000,
      lag: milliseconds('lag', values.lag) ?? 0,
      ...(values.once === true ? { polls: 1 } : {}),
      onPoll(poll) {
        write('polled', record(poll))
        if (values.json === true) print(record(poll))
        else console.log(show(poll))
      },
    })
    return last.status === 'NORMAL' ? 0 : 1
  })
}

/** `assay transfer reset ALARMS`: no alarm is left, and who did it is written down. */
export async function resetAlarms(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { positionals } = parseOptions('transfer', args, {})
  await using session = await connect(endpoint(positionals[0], 'alarms'), { signal })
  const removed = await new AlarmTable(session).reset()
  console.log(`${removed} ${removed === 1 ? 'alarm' : 'alarms'} removed`)
  return 0
}

const record = ({ at, status, alarms, found }: Poll) => ({
  ...{ at: new Date(at).toISOString(), status, alarms },
  found: found.map(({ table, class: kind, keys, count }) => ({ table, class: kind, keys, count })),
})

function show({ at, status, alarms, found }: Poll): string {
  const lines = found.map(
    ({ table, class: kind, keys, count }) => `  ${table}  ${kind}: ${count}${keys === '' ? '' : `  ${keys}`}`,
  )
  return [`${new Date(at).toISOString()}  ${status}  ${alarms} alarms`, ...lines].join('\n')
}
