/** What a column is, as DataX has it. DATE, TIME and DATETIME are the three subtypes of its DATE. */
export type Kind = 'STRING' | 'LONG' | 'DOUBLE' | 'BOOL' | 'DATE' | 'TIME' | 'DATETIME' | 'BYTES'

/**
 * A value on its way through a channel. LONG, DOUBLE and the dates are their text, so that no digit is lost and most values pass
 * untouched from one server to the other; a date is the wall clock of the job's time zone.
 */
export type Value = string | boolean | Buffer | null

export type Row = Value[]

/** Rows of one kind of columns; a row that is longer than `kinds` has texts in the rest. */
export interface Batch {
  readonly kinds: readonly Kind[]
  readonly rows: readonly Row[]
  /** How many rows: to ask for this makes none, where they are still text. */
  readonly count: number
}

export function kindAt(kinds: readonly Kind[], index: number): Kind {
  return kinds[index] ?? 'STRING'
}

/** The name that DataX prints: its dates are all DATE. */
export function kindName(kind: Kind): string {
  return kind === 'TIME' || kind === 'DATETIME' ? 'DATE' : kind
}

/** What DataX's byte counters count: UTF-16 units of a text, 8 of a date, 1 of a bool, nothing of a null. */
export function byteSize(value: Value, kind: Kind): number {
  if (value === null) return 0
  if (typeof value === 'boolean') return 1
  if (kind === 'DATE' || kind === 'TIME' || kind === 'DATETIME') return 8
  return value.length
}

export function rowSize(row: Row, kinds: readonly Kind[]): number {
  let size = 0
  for (let index = 0; index < row.length; index++) size += byteSize(row[index] as Value, kindAt(kinds, index))
  return size
}
