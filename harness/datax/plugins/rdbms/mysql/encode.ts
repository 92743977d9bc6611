import { mysqlDialect } from '../../../../sql/dialect.ts'
import { DataxError } from '../../../errors.ts'
import { asBoolean, asBytes, asDate, asLong, asText, type Mode } from '../../../record/convert.ts'
import type { Kind, Value } from '../../../record/kind.ts'
import type { DbColumn, WriteTarget } from '../driver.ts'
import { isBytes, isDate, isInteger, isNumeric, isText } from './columns.ts'

/** A value as SQL. */
export type Encode = (value: Exclude<Value, null>) => string

const NUMERAL = /^-?\d+(?:\.\d+)?$/

/** The encoder of a column, by what comes and where it goes. */
export function encoderOf(kind: Kind, column: DbColumn, { emptyAsNull, context: { mode } }: WriteTarget): Encode {
  const text = (value: Value): string => asText(value, kind, mode) as string
  if (isBytes(column)) return value => mysqlDialect.value(asBytes(value, kind) as Buffer)
  if (isText(column)) return value => mysqlDialect.literal(text(value))
  if (column.type === 'bit') return value => bit(value, kind, mode)
  if (isDate(column)) return value => date(value, kind, column, mode)
  if (isNumeric(column)) return value => number(value, kind, column, { emptyAsNull, mode })
  return value => mysqlDialect.literal(text(value))
}

function bit(value: Exclude<Value, null>, kind: Kind, mode: Mode): string {
  if (Buffer.isBuffer(value)) return mysqlDialect.value(value)
  if (kind === 'LONG' && mode === 'strict') return String(asLong(value, kind, mode))
  return asBoolean(value, kind) ? "b'1'" : "b'0'"
}

function date(value: Exclude<Value, null>, kind: Kind, { type }: DbColumn, mode: Mode): string {
  if (value === '') return 'NULL'
  const found = asDate(value, kind, mode)
  if (!found) return 'NULL'
  const full = found.kind === 'TIME' && type !== 'time' ? `1970-01-01 ${found.text}` : found.text
  return mysqlDialect.literal(type === 'time' ? full.replace(/^\d+-\d\d-\d\d /, '') : full)
}

function number(
  value: Exclude<Value, null>,
  kind: Kind,
  column: DbColumn,
  { emptyAsNull, mode }: { readonly emptyAsNull: boolean; readonly mode: Mode },
): string {
  // DataX converts for TINYINT, and writes the words true and false to every other number
  if (kind === 'BOOL' && (mode === 'strict' || column.type.startsWith('tinyint'))) return value ? '1' : '0'
  if (emptyAsNull && value === '') return 'NULL'
  // as a numeral without exponent a double would be read as DECIMAL first, which has 65 digits
  if (/^(float|double)/.test(column.type))
    return mysqlDialect.literal(kind === 'DOUBLE' ? (value as string) : (asText(value, kind, mode) as string))
  const plain = asText(value, kind, mode) as string
  if (mode === 'strict' && isInteger(column) && /\.\d*[1-9]/.test(plain))
    throw new DataxError('Common-01', `${plain} has a fraction, which ${column.name} would lose`)
  return NUMERAL.test(plain) ? plain : mysqlDialect.literal(plain)
}
