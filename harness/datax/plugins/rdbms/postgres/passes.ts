import type { Mode } from '../../../record/convert.ts'
import type { TextColumn } from '../../../record/text-batch.ts'
import type { DbColumn } from '../driver.ts'
import { DATE_TYPES, NUMERIC_TYPES } from './columns.ts'

type Options = { readonly mode: Mode; readonly emptyAsNull: boolean }

/**
 * Whether rows of text can be written as they are: PostgreSQL then reads of each field what the encoder (encode.ts) would have written for
 * its value.
 */
export function passes(given: readonly TextColumn[], columns: readonly DbColumn[], options: Options): boolean {
  return given.length === columns.length && given.every((one, index) => same(one, columns[index] as DbColumn, options))
}

function same({ kind, origin, decode, nullIsFalse }: TextColumn, { type }: DbColumn, options: Options): boolean {
  // what a type writes it also reads, and both sessions have the same settings
  if (options.mode === 'strict' && origin === `postgres ${type}`) return true
  if (nullIsFalse) return false
  if (decode)
    return (kind === 'BOOL' && type === 'bool' && origin === undefined) || (kind === 'BYTES' && type === 'bytea')
  if (DATE_TYPES.has(type)) {
    if (kind === 'TIME') return type === 'time' || type === 'timetz'
    return kind === 'DATE' || kind === 'DATETIME'
  }
  if (type === 'bytea') return false
  if (NUMERIC_TYPES.has(type)) {
    if (kind === 'LONG' || kind === 'DOUBLE') return true
    return kind === 'STRING' && !options.emptyAsNull
  }
  if (kind === 'LONG' || kind === 'STRING') return true
  // a DOUBLE becomes plain decimal in strict, and a date loses its fraction in compat
  if (kind === 'DOUBLE') return options.mode === 'compat'
  return kind !== 'BOOL' && kind !== 'BYTES' && options.mode === 'strict'
}
