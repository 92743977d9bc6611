import { AssayError } from '../errors.ts'
import { dialectOf, type SqlDialect } from '../sql/dialect.ts'

/** Rows whose column lies in [from, to): the end is not in it, so that windows in a row meet every row once. */
export type Window = { readonly column: string; readonly from?: string | number; readonly to?: string | number }

/** The window and a condition of the caller's as one SQL condition. */
export function conditionOf(
  dialect: SqlDialect,
  where: string | undefined,
  window: Window | undefined,
): string | undefined {
  const parts = where === undefined ? [] : [`(${where})`]
  if (window) {
    const { identifier, value } = dialectOf(dialect)
    const column = identifier(window.column)
    if (window.from === undefined && window.to === undefined) {
      throw new AssayError('ASSAY_CASE_TYPE', `the window of "${window.column}" has neither from nor to`)
    }
    if (window.from !== undefined) parts.push(`${column} >= ${value(window.from)}`)
    if (window.to !== undefined) parts.push(`${column} < ${value(window.to)}`)
  }
  return parts.length === 0 ? undefined : parts.join(' and ')
}
