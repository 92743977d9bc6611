import { compareRows } from '../../compare/compare-rows.ts'
import type { TableName } from '../../compare/model.ts'
import type { CompareRowsResult } from '../../compare/result.ts'
import { showTableName } from '../../compare/table-name.ts'
import { AssayError } from '../../errors.ts'
import type { Endpoint } from '../../targets/target.ts'
import { type TimeWindow, type WindowColumn, windowSlice } from '../../transfer/window.ts'
import type { AlarmTable } from './alarm-table.ts'
import type { Alarm, DifferenceClass } from './model.ts'

export type LookOptions = {
  readonly source: Endpoint
  readonly destination: Endpoint
  readonly table: TableName
  readonly into?: TableName
  readonly column: WindowColumn
  readonly window: TimeWindow
  readonly alarms: AlarmTable
  /** Alarms of the table that are younger than so many milliseconds go, whatever window they are of. */
  readonly since?: number
  readonly signal?: AbortSignal
}

/** Compares one table in one window, in both directions and to the last bit, and writes what differs to the alarm table. */
export async function lookAt(options: LookOptions): Promise<readonly Alarm[]> {
  const { source, destination, table, into = table, column, window, alarms, since, signal } = options
  const where = windowSlice(column, window).where
  const name = showTableName(table)
  const found = await differences({ source, destination, table, into, where, signal }, { table: name, window })
  await alarms.raise({ table: name, window, since }, found)
  return found
}

type Compared = Pick<LookOptions, 'source' | 'destination' | 'table' | 'signal'> & {
  readonly into: TableName
  readonly where: string | undefined
}

async function differences(
  { source, destination, table, into, where, signal }: Compared,
  look: Pick<Alarm, 'table' | 'window'>,
): Promise<Alarm[]> {
  try {
    const result = await compareRows({
      left: { endpoint: source, table, where },
      right: { endpoint: destination, table: into, where },
      // a window without rows is an ordinary window
      ...{ emptyIsEqual: true, examples: 50, signal },
    })
    return alarmsOf(result, look)
  } catch (error) {
    signal?.throwIfAborted()
    if (!(error instanceof AssayError) || error.code !== 'ASSAY_UNDECIDED') throw error
    // That nobody could look is an alarm too, or it would pass for equal
    return [{ ...look, class: 'not compared', keys: error.message.slice(0, 300), count: 1 }]
  }
}

/** One alarm for each class that there is, with the range of the keys that were looked at. */
function alarmsOf(result: CompareRowsResult, look: Pick<Alarm, 'table' | 'window'>): Alarm[] {
  const { changed, onlyLeft, onlyRight, duplicates, notCompared, differences } = result
  const keysOf = (kind: 'changed' | 'only left' | 'only right'): string => {
    const at = differences.key.map(name => differences.columns.indexOf(name))
    const keys = differences.examples
      .filter(example => example.kind === kind)
      .map(example => at.map(index => (example.left ?? example.right)?.[index] ?? 'NULL'))
      .sort((a, b) => (a.join() < b.join() ? -1 : 1))
    const [first, last] = [keys[0], keys.at(-1)]
    if (!first || !last || at.length === 0) return ''
    const range = first === last ? first.join(', ') : `${first.join(', ')} to ${last.join(', ')}`
    return `${differences.key.join(', ')} ${range}`.slice(0, 300)
  }
  const alarm = (kind: DifferenceClass, count: number, keys: string): Alarm[] =>
    count > 0 ? [{ ...look, class: kind, keys, count }] : []
  return [
    ...alarm('missing', onlyLeft, keysOf('only left')),
    ...alarm('extra', onlyRight, keysOf('only right')),
    ...alarm('changed', changed, keysOf('changed')),
    ...alarm('duplicate', duplicates, ''),
    ...alarm(
      'not compared',
      notCompared.length,
      notCompared
        .map(({ column }) => column)
        .join(', ')
        .slice(0, 300),
    ),
  ]
}
