import type { JobSide } from './built-job.ts'
import { given } from './rdbms.ts'

/** DataX's own defaults differ between its reader, its writer and their documents. */
const NULL = '\\N'

export type FileColumn =
  | {
      /** From 0. */
      readonly index: number
      readonly type: 'string' | 'long' | 'double' | 'boolean'
    }
  | { readonly index: number; readonly type: 'date' /** Java's: `yyyy-MM-dd HH:mm:ss`. */; readonly format?: string }
  | { readonly value: string; readonly type: 'string' | 'long' | 'double' | 'boolean' | 'date' }

export type TextSource = {
  /** A file, a folder, or a pattern with `*`; absolute. */
  readonly path: string | readonly string[]
  /** Default: every field, as text. */
  readonly columns?: readonly FileColumn[] | '*'
  readonly encoding?: string
  /** One character. Default `,`. */
  readonly fieldDelimiter?: string
  readonly skipHeader?: boolean
  /** What stands for NULL. Default `\\N`. */
  readonly nullFormat?: string
  readonly compress?: 'gzip'
  readonly csvReaderConfig?: Readonly<Record<string, unknown>>
}

export type TextDestination = {
  /** An absolute folder. */
  readonly path: string
  /** What the names of the files begin with. */
  readonly fileName: string
  readonly writeMode: 'truncate' | 'append' | 'nonConflict'
  readonly encoding?: string
  readonly compress?: 'gzip'
  /** What stands for NULL. Default `\\N`. */
  readonly nullFormat?: string
  readonly dateFormat?: string
  readonly header?: readonly string[]
  readonly byteEncoding?: 'base64'
} & (
  | { readonly fileFormat?: 'text' | 'csv'; readonly fieldDelimiter?: string; readonly lineDelimiter?: string }
  | {
      /** INSERT statements; the header names the columns. */
      readonly fileFormat: 'sql'
      readonly table: string
      readonly quoteChar: string
      readonly header: readonly string[]
      readonly commitSize?: number
    }
)

export function textReader({ columns = '*', ...rest }: TextSource): JobSide {
  const column = columns === '*' ? ['*'] : columns
  return {
    ...{ name: 'txtfilereader', parameter: given({ nullFormat: NULL, ...rest, column }) },
    width: columns === '*' ? undefined : columns.length,
  }
}

export function textWriter(destination: TextDestination): JobSide {
  return { name: 'txtfilewriter', parameter: given({ fileFormat: 'csv', nullFormat: NULL, ...destination }) }
}
