import type { SqlColumn, SqlResult, SqlValue } from './session.ts'

/** A result whose `rows` are built when first read: large results are mostly read by position. */
export function sqlResult(parts: {
  readonly columns: readonly SqlColumn[]
  readonly values: readonly (readonly SqlValue[])[]
  readonly affected: number
  readonly command: string
}): SqlResult {
  let rows: readonly Readonly<Record<string, SqlValue>>[] | undefined
  return {
    ...parts,
    get rows() {
      rows ??= parts.values.map(row =>
        Object.fromEntries(parts.columns.map((column, index) => [column.name, row[index] ?? null])),
      )
      return rows
    },
  }
}

/** What a text without statements gives. */
export const NO_RESULT: SqlResult = { columns: [], values: [], rows: [], affected: 0, command: '' }
