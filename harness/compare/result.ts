import type { RowDifferences } from '../report/model.ts'
import type { NotCompared } from './kind.ts'
import type { Method } from './method.ts'
import type { CompareMode } from './model.ts'
import type { HeldStill } from './one-state.ts'

/** `equal` is said of what was compared, never of nothing; `undecided` where something could not be compared and the rest is equal. */
export type CompareVerdict = 'equal' | 'different' | 'undecided'

export type CompareRowsResult = {
  readonly verdict: CompareVerdict
  /** One sentence: the verdict, what was compared, how. */
  readonly summary: string
  /** Why a verdict is undecided. */
  readonly reason?: string
  readonly mode: CompareMode
  readonly method: Method
  /** Names of the key's columns; empty: rows were compared as bags. */
  readonly key: readonly string[]
  /** Rows read on each side. */
  readonly rows: { readonly left: number; readonly right: number }
  /** Rows that differ in any way: changed, onlyLeft and onlyRight together, less those that settled. */
  readonly differing: number
  readonly changed: number
  readonly onlyLeft: number
  readonly onlyRight: number
  /** Keys that several rows have, among the rows of buckets that differ. */
  readonly duplicates: number
  /** Of `changed`: equal by value, written differently (1.0 and 1.00). */
  readonly representation: number
  /** Differences of the first look that were gone at the last; not in the other counts. */
  readonly settled: number
  /** True when so many rows differ that the counts are estimates from a sample. */
  readonly estimated: boolean
  /** Columns that differ in changed rows, with the rows that were looked at. */
  readonly columns: readonly { readonly name: string; readonly rows: number }[]
  readonly notCompared: readonly NotCompared[]
  /** Types that differ and were brought together. */
  readonly drift: readonly string[]
  /** What part of the rows was compared: `all rows`, `where id < 10`, `1 in 10 keys`. */
  readonly coverage: string
  /** How what each side read was held still. */
  readonly heldStill: { readonly left: HeldStill; readonly right: HeldStill }
  readonly differences: RowDifferences
  readonly cost: CompareCost
}

export type CompareCost = {
  /** Milliseconds. */
  readonly duration: number
  /** Statements that read a table, both sides. */
  readonly scans: number
  /** Rows that came over the wire, both sides. */
  readonly rowsFetched: number
  /** That read, on both sides together. */
  readonly connections: number
  readonly buckets: number
  readonly badBuckets: number
}
