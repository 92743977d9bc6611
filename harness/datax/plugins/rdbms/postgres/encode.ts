import { DataxError } from '../../../errors.ts'
import { asBytes, asDate, asText, type Mode } from '../../../record/convert.ts'
import { type Kind, kindAt, type Row, type Value } from '../../../record/kind.ts'
import type { DbColumn } from '../driver.ts'
import { CHARACTER_TYPES, DATE_TYPES, NUMERIC_TYPES } from './columns.ts'

/** A value as COPY's text format has it. */
type Encode = (value: Exclude<Value, null>) => string

const SPECIAL = /[\\\t\n\r]/
const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

const escaped = (text: string): string =>
  SPECIAL.test(text) ? text.replace(/[\\\t\n\r]/g, char => ESCAPED[char] as string) : text

/** One encoder for each column, by what comes and where it goes. */
export function encodersOf(
  kinds: readonly Kind[],
  columns: readonly DbColumn[],
  options: { readonly mode: Mode; readonly emptyAsNull: boolean },
): readonly Encode[] {
  return columns.map((column, index) => encoderOf(kindAt(kinds, index), column.type, options))
}

function encoderOf(
  kind: Kind,
  type: string,
  { mode, emptyAsNull }: { readonly mode: Mode; readonly emptyAsNull: boolean },
): Encode {
  const text: Encode = value => asText(value, kind, mode) as string
  if (type === 'bytea') return value => `\\\\x${(asBytes(value, kind) as Buffer).toString('hex')}`
  if (CHARACTER_TYPES.has(type)) return value => escaped(text(value))
  if (DATE_TYPES.has(type)) return dateEncoder(kind, type, mode)
  if (NUMERIC_TYPES.has(type) && (kind === 'LONG' || kind === 'DOUBLE')) return value => value as string
  // DataX writes the words true and false, which no number takes; strict writes what they are
  if (NUMERIC_TYPES.has(type) && kind === 'BOOL' && mode === 'strict') return value => (value ? '1' : '0')
  if (NUMERIC_TYPES.has(type) && emptyAsNull) return value => (value === '' ? '\\N' : escaped(text(value)))
  return value => escaped(text(value))
}

function dateEncoder(kind: Kind, type: string, mode: Mode): Encode {
  const isDate = kind === 'DATE' || kind === 'TIME' || kind === 'DATETIME'
  if (isDate && kind === 'TIME' && type.startsWith('timestamp')) return value => `1970-01-01 ${value}`
  if (isDate) return value => value as string
  return value => {
    if (typeof value === 'string' && value === '') return '\\N'
    // what PostgreSQL itself writes, as infinity or 0044-03-15 BC, it also reads
    if (mode === 'strict' && kind === 'STRING' && /^-?infinity$| BC$/i.test(value as string)) return value as string
    const date = asDate(value, kind, mode)
    if (!date) throw new DataxError('Common-01', 'a date was expected')
    return date.kind === 'TIME' && type !== 'time' && type !== 'timetz' ? `1970-01-01 ${date.text}` : date.text
  }
}

/** The rows as one piece of COPY data. Throws what a value cannot be converted to; the batch is halved then. */
export function encodeRows(rows: readonly Row[], encoders: readonly Encode[]): string {
  let all = ''
  const width = encoders.length
  for (const row of rows) {
    for (let index = 0; index < width; index++) {
      const value = row[index] as Value
      if (index > 0) all += '\t'
      all += value === null ? '\\N' : (encoders[index] as Encode)(value)
    }
    all += '\n'
  }
  return all
}

const HEADER = 5

/** What stands before so many bytes of a CopyData message. */
export function copyDataHead(bytes: number): Buffer {
  const head = Buffer.allocUnsafe(HEADER)
  head[0] = 0x64
  head.writeUInt32BE(bytes + HEADER - 1, 1)
  return head
}
