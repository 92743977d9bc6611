import { DataxError } from '../../errors.ts'
import type { JsonNode } from '../../job/json.ts'
import { textOf } from '../../job/json-node.ts'
import { Parameters } from '../../job/parameters.ts'
import { asBoolean, asDate, asDouble, asInteger, type Mode } from '../../record/convert.ts'
import { parseByFormat } from '../../record/date-format.ts'
import type { Kind, Row, Value } from '../../record/kind.ts'

export type FileColumn = {
  readonly kind: Kind
  readonly index: number | undefined
  readonly value: string | undefined
  readonly format: string | undefined
}

const KINDS: Readonly<Record<string, Kind>> = {
  ...{ STRING: 'STRING', LONG: 'LONG', DOUBLE: 'DOUBLE', BOOLEAN: 'BOOL', DATE: 'DATETIME' },
}

/** The columns that a job wants of a file; undefined for `["*"]`: every field, as text. */
export function fileColumns(items: readonly JsonNode[] | undefined): readonly FileColumn[] | undefined {
  if (!items || items.length === 0 || (items.length === 1 && items[0] && textOf(items[0]) === '*')) return undefined
  return items.map(item => {
    const column = new Parameters(item, 'a column of txtfilereader')
    const type = column.required('type', 'TxtFileReader-00')
    const kind = KINDS[type.toUpperCase()]
    if (!kind)
      throw new DataxError('TxtFileReader-01', `txtfilereader does not know the column type "${type}"`, {
        hint: `It knows ${Object.keys(KINDS).join(', ')}.`,
      })
    const index = column.long('index')
    const value = column.text('value')
    if ((index === undefined) === (value === undefined))
      throw new DataxError('TxtFileReader-02', 'a column of txtfilereader needs either index or value')
    if (index !== undefined && index < 0) throw new DataxError('TxtFileReader-01', `the index ${index} is below 0`)
    return { kind, index, value, format: column.text('format') }
  })
}

/** The record of a line. Throws where a field is missing or cannot be converted; the line is dirty then. */
export function recordOf(
  fields: readonly string[],
  columns: readonly FileColumn[],
  options: { readonly nullFormat: string | undefined; readonly mode: Mode },
): Row {
  return columns.map(column => {
    const text = column.index === undefined ? (column.value as string) : fields[column.index]
    if (text === undefined)
      throw new DataxError('Common-01', `the line has ${fields.length} fields, and index ${column.index} is asked for`)
    if (text === options.nullFormat) return null
    return converted(text, column, options.mode)
  })
}

function converted(text: string, { kind, format }: FileColumn, mode: Mode): Value {
  switch (kind) {
    case 'LONG':
      return String(asInteger(text, 'STRING', mode))
    case 'DOUBLE':
      return asDouble(text, 'STRING')
    case 'BOOL':
      return asBoolean(text, 'STRING')
    case 'DATETIME':
      return format === undefined ? fullDate(asDate(text, 'STRING', mode)) : parseByFormat(text, format)
    default:
      return text
  }
}

/** DataX makes a date and time of whatever the text was. */
function fullDate(date: ReturnType<typeof asDate>): string | null {
  if (date === null || date.kind === 'DATETIME') return date?.text ?? null
  return date.kind === 'DATE' ? `${date.text} 00:00:00` : `1970-01-01 ${date.text}`
}
