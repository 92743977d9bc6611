import type { Clock } from '../../actions/define-action.ts'
import type { TableName } from '../../compare/model.ts'
import { ActionError } from '../../errors.ts'
import type { Endpoint } from '../../targets/target.ts'
import type { WindowColumn } from '../../transfer/window.ts'
import type { AlarmTable } from './alarm-table.ts'
import { lookAt } from './look.ts'
import type { Alarm } from './model.ts'

export type WatchOptions = {
  readonly source: Endpoint
  readonly destination: Endpoint
  readonly tables: readonly TableName[]
  readonly column: WindowColumn
  readonly alarms: AlarmTable
  /** Milliseconds between two polls. */
  readonly interval: number
  /** How far back each poll looks, in the tables and among the alarms: one number for both, and at least the interval. */
  readonly lookBack: number
  /** Milliseconds that a row may take to arrive; younger ones are not compared. */
  readonly lag: number
  readonly clock: Clock
  /** Polls; without it, until the signal is aborted. */
  readonly polls?: number
  readonly signal?: AbortSignal
  readonly onPoll?: (poll: Poll) => void
}

export type Poll = {
  readonly at: number
  readonly found: readonly Alarm[]
  readonly alarms: number
  readonly status: 'NORMAL' | 'ABNORMAL'
}

/** Compares the last of both ends at every interval and keeps the alarm table up to date. Resolves with the last poll. */
export async function watch(options: WatchOptions): Promise<Poll> {
  const { interval, lookBack, lag, clock, polls = Number.POSITIVE_INFINITY, signal } = options
  if (!(interval > 0)) throw new ActionError('ASSAY_TRANSFER_OPTION', `an interval of ${interval} ms is none`)
  if (lookBack < interval + lag)
    throw new ActionError(
      'ASSAY_TRANSFER_OPTION',
      `a look-back of ${lookBack / 1000} s is less than the interval and the lag together, ${(interval + lag) / 1000} s, so rows between two polls would never be compared`,
    )
  for (let poll = 1; ; poll++) {
    signal?.throwIfAborted()
    const last = await pollOnce(options)
    options.onPoll?.(last)
    if (poll >= polls) return last
    await clock.sleep(interval, signal)
  }
}

async function pollOnce({
  tables,
  alarms,
  lookBack,
  lag,
  clock,
  column,
  source,
  destination,
  signal,
}: WatchOptions): Promise<Poll> {
  const at = clock.now()
  const window = { from: BigInt(at - lookBack) * 1000n, to: BigInt(at - lag) * 1000n }
  const found: Alarm[] = []
  for (const table of tables)
    found.push(...(await lookAt({ source, destination, table, column, window, alarms, since: lookBack, signal })))
  const count = await alarms.count(lookBack)
  return { at, found, alarms: count, status: count > 0 ? 'ABNORMAL' : 'NORMAL' }
}
