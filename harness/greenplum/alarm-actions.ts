import { z } from 'zod'
import { type ActionContext, defineAction } from '../actions/define-action.ts'
import { parseDuration } from '../cases/duration.ts'
import { parseTableName } from '../compare/table-name.ts'
import { parseMoment } from '../transfer/moment.ts'
import { AlarmTable } from './alarm/alarm-table.ts'
import { lookAt } from './alarm/look.ts'
import type { Alarm } from './alarm/model.ts'
import { watch } from './alarm/watch.ts'

const ALARMS = z.unknown().optional().describe('Endpoint with dm.system_alarm. Default: destination')

async function openTable(given: unknown, context: ActionContext): Promise<AlarmTable> {
  const endpoint = context.resolveEndpoint(given ?? 'destination')
  return new AlarmTable(await context.session(endpoint, { name: 'alarms' }))
}

const shown = ({ table, class: kind, keys, count }: Alarm) => ({ table, class: kind, keys, count })

/** Compares one window and writes what differs to the alarm table. */
export const alarmLookAction = defineAction({
  name: 'alarm.look',
  about:
    'Compares a table in a window on both ends and keeps the alarm table: one row for each class of difference. Gives { alarms: [{ table, class, keys, count }] }.',
  input: z.strictObject({
    table: z.string(),
    column: z.string().describe('Column of the window'),
    from: z.string(),
    to: z.string(),
    alarms: ALARMS,
  }),
  timeout: '10m',
  examples: [
    '- alarm.look: { table: eda.glass, column: evt_timestamp, from: "2026-11-01", to: "2026-11-02" }\n  expect: { alarms: [] }',
  ],
  async run({ table, column, from, to, alarms }, context) {
    const found = await lookAt({
      source: context.resolveEndpoint('source'),
      destination: context.resolveEndpoint('destination'),
      table: parseTableName(table),
      column: { column },
      window: { from: parseMoment(from), to: parseMoment(to) },
      alarms: await openTable(alarms, context),
      signal: context.signal,
    })
    return { alarms: found.map(shown) }
  },
})

/** One or several polls of the watch. */
export const alarmWatchAction = defineAction({
  name: 'alarm.watch',
  about:
    'Compares the last hours again and again and keeps the alarm table. Gives the last poll: { status: NORMAL | ABNORMAL, alarms, found }.',
  input: z.strictObject({
    tables: z.array(z.string()).min(1),
    column: z.string(),
    interval: z.string().default('15m'),
    look_back: z.string().default('24h'),
    lag: z.string().default('0s'),
    polls: z.int().min(1).default(1),
    alarms: ALARMS,
  }),
  timeout: '10m',
  async run({ tables, column, interval, look_back, lag, polls, alarms }, context) {
    const last = await watch({
      source: context.resolveEndpoint('source'),
      destination: context.resolveEndpoint('destination'),
      tables: tables.map(parseTableName),
      column: { column },
      alarms: await openTable(alarms, context),
      interval: parseDuration(interval),
      lookBack: parseDuration(look_back),
      lag: parseDuration(lag),
      clock: context.clock,
      polls,
      signal: context.signal,
    })
    return { status: last.status, alarms: last.alarms, found: last.found.map(shown) }
  },
})

/** Makes the alarm table. */
export const alarmInitAction = defineAction({
  name: 'alarm.init',
  about: 'Makes dm.system_alarm, with the columns of seed 001, where it is missing.',
  input: z.strictObject({ alarms: ALARMS }),
  async run({ alarms }, context) {
    await (await openTable(alarms, context)).create()
    return {}
  },
})

/** Clears the alarms. */
export const alarmResetAction = defineAction({
  name: 'alarm.reset',
  about: 'Removes all alarms and writes down who did, in one transaction. Gives { removed }.',
  input: z.strictObject({ alarms: ALARMS }),
  async run({ alarms }, context) {
    return { removed: await (await openTable(alarms, context)).reset() }
  },
})
