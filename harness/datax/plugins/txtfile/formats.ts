import { DataxError } from '../../errors.ts'
import type { Mode } from '../../record/convert.ts'

/** Makes the line of a record from the texts of its fields; null where a field has no value. */
export type LineFormat = (fields: readonly (string | null)[]) => string

export type LineOptions = {
  readonly delimiter: string
  readonly lineEnd: string
  readonly nullText: string
  readonly mode: Mode
}

/** Fields as they are. DataX writes a delimiter or line end inside a field too, and nobody can read it again: dirty in strict. */
export function textFormat({ delimiter, lineEnd, nullText, mode }: LineOptions): LineFormat {
  return fields => {
    if (mode === 'strict')
      for (const field of fields)
        if (field !== null && (field.includes(delimiter) || field.includes(lineEnd) || field === nullText))
          throw new DataxError(
            'Common-01',
            field === nullText
              ? `the text ${JSON.stringify(field)} would be read as null again`
              : `${JSON.stringify(field.slice(0, 100))} holds the delimiter or a line end, which the format text cannot hold`,
            { hint: 'Use fileFormat csv.' },
          )
    return fields.map(field => field ?? nullText).join(delimiter) + lineEnd
  }
}

/** What of javacsv's writer a job may set in `csvWriterConfig`. */
export type CsvStyle = {
  readonly qualifier: string
  /** Every field in quotes. */
  readonly force: boolean
  /** A quote within quotes is escaped by a backslash, not doubled. */
  readonly backslash: boolean
}

export const CSV_STYLE: CsvStyle = { qualifier: '"', force: false, backslash: false }

/** As javacsv writes it: quotes doubled, blanks at the ends cut off in compat, a first field that is empty in quotes. */
export function csvFormat(
  { delimiter, lineEnd, nullText, mode }: LineOptions,
  style: CsvStyle = CSV_STYLE,
): LineFormat {
  const { qualifier, force, backslash } = style
  const customEnd = mode === 'compat' && lineEnd !== '\n'
  const inQuotes = backslash
    ? (text: string): string => text.replaceAll('\\', '\\\\').replaceAll(qualifier, `\\${qualifier}`)
    : (text: string): string => text.replaceAll(qualifier, `${qualifier}${qualifier}`)
  const quote = (field: string, first: boolean): string => {
    const text = mode === 'compat' ? field.replace(/^[ \t]+|[ \t]+$/g, '') : field
    const special = customEnd ? text.includes(lineEnd) : /[\r\n]/.test(text)
    const blank = mode === 'strict' && (/^[ \t]|[ \t]$/.test(text) || text === nullText)
    const needs =
      force ||
      special ||
      blank ||
      text.includes(qualifier) ||
      text.includes(delimiter) ||
      (first && (text === '' || text.startsWith('#')))
    return needs ? `${qualifier}${inQuotes(text)}${qualifier}` : text
  }
  return fields =>
    fields.map((field, index) => (field === null ? nullText : quote(field, index === 0))).join(delimiter) + lineEnd
}

/** One INSERT for each record: every value in single quotes, numbers too. */
export function sqlFormat(options: {
  readonly table: string
  readonly columns: readonly string[]
  readonly quote: string
  readonly nullFormat: string | undefined
  readonly nullText: string
  readonly mode: Mode
}): LineFormat {
  const names = [options.table, ...options.columns].map(name => `${options.quote}${name}${options.quote}`)
  const head = `INSERT INTO ${names[0]} (${names.slice(1).join(',')}) VALUES`
  const noValue = options.mode === 'strict' || options.nullFormat !== undefined ? 'NULL' : "'null'"
  return fields => {
    const values = fields.map(field => (field === null ? noValue : `'${field.replaceAll("'", "''")}'`))
    return `${head}(${values.join(',')});\n`
  }
}
