import type { TimeWindow } from '../../transfer/window.ts'

/** What can be wrong with a table in a window. */
export type DifferenceClass = 'missing' | 'extra' | 'changed' | 'duplicate' | 'schema' | 'not compared'

/** One kind of difference of one table in one window, over a range of keys. */
export type Alarm = {
  readonly table: string
  readonly window: TimeWindow
  readonly class: DifferenceClass
  /** `id 17 to 90`, or empty where the table has no key. */
  readonly keys: string
  readonly count: number
}
