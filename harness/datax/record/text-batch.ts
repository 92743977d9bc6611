import type { Batch, Kind, Row, Value } from './kind.ts'

/** How a column of text is to be read. */
export type TextColumn = {
  readonly kind: Kind
  /** The type at the server that it comes from, `postgres int4`: one that has the very same type takes the text as it is. */
  readonly origin?: string
  /** Of bytes that are no UTF-8. */
  readonly charset?: (bytes: Buffer) => string
  /** Of a text that is not the value itself. */
  readonly decode?: (text: string) => Value
  /** DataX reads a NULL of a boolean as false. */
  readonly nullIsFalse?: boolean
}

/** Lines, and of each where it ends and what DataX counts of all up to it. */
export type TextLines = {
  readonly bytes: Buffer
  /** The offset behind each line. */
  readonly ends: Uint32Array
  /** Bytes that DataX counts of the lines up to and with each (`rowSize`). */
  readonly sizes: Uint32Array
}

/**
 * Rows as PostgreSQL's COPY has them as text, in UTF-8: fields parted by tabs, `\N` for a NULL, `\` before what else would end a field,
 * a line end behind each row. A writer that takes them so is spared a value for each field; all others ask for `rows`.
 */
export class TextBatch implements Batch {
  readonly columns: readonly TextColumn[]
  readonly kinds: readonly Kind[]
  readonly count: number
  readonly #lines: TextLines
  readonly #from: number

  constructor(
    columns: readonly TextColumn[],
    kinds: readonly Kind[],
    lines: TextLines,
    range: { readonly from: number; readonly to: number } = { from: 0, to: lines.ends.length },
  ) {
    this.columns = columns
    this.kinds = kinds
    this.count = range.to - range.from
    this.#lines = lines
    this.#from = range.from
  }

  /** The lines. */
  get bytes(): Buffer {
    return this.#lines.bytes.subarray(this.#endOf(this.#from - 1), this.#endOf(this.#from + this.count - 1))
  }

  /** Where a row ends in `bytes`. */
  endOf(row: number): number {
    return this.#endOf(this.#from + row) - this.#endOf(this.#from - 1)
  }

  /** What DataX counts of the first rows. */
  sizeOf(rows: number): number {
    return rows === 0 ? 0 : this.#sizeUpTo(this.#from + rows - 1) - this.#sizeUpTo(this.#from - 1)
  }

  /** How many rows from `from` on it takes to come to so many counted bytes; all of them where they do not come to it. */
  rowsUpTo(bytes: number, from: number): number {
    const before = this.sizeOf(from)
    for (let row = from; row < this.count; row++) if (this.sizeOf(row + 1) - before >= bytes) return row + 1 - from
    return this.count - from
  }

  slice(from: number, to: number): TextBatch {
    if (from === 0 && to === this.count) return this
    return new TextBatch(this.columns, this.kinds, this.#lines, { from: this.#from + from, to: this.#from + to })
  }

  get rows(): Row[] {
    if (this.count === 0) return []
    const { bytes } = this
    // a byte for a character, where some of them are no UTF-8
    const mixed = this.columns.some(column => column.charset !== undefined)
    return textRows(bytes.toString(mixed ? 'latin1' : 'utf8', 0, bytes.length - 1), this.columns, mixed)
  }

  #endOf(line: number): number {
    return line < 0 ? 0 : (this.#lines.ends[line] as number)
  }

  #sizeUpTo(line: number): number {
    return line < 0 ? 0 : (this.#lines.sizes[line] as number)
  }
}

/** What follows a backslash in COPY's text format; any other character stands for itself. */
const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

function textRows(text: string, columns: readonly TextColumn[], mixed: boolean): Row[] {
  const plain = !mixed && columns.every(column => column.decode === undefined)
  const escaped = text.includes('\\')
  return text.split('\n').map(line => {
    // a select without columns has empty rows
    const row: Row = columns.length === 0 ? [] : line.split('\t')
    if (plain && !(escaped && line.includes('\\'))) return row
    for (let index = 0; index < columns.length; index++)
      row[index] = fieldValue(row[index] as string, columns[index] as TextColumn, mixed)
    return row
  })
}

/** The value of one field. `mixed`: each character of it stands for a byte. */
export function fieldValue(field: string, column: TextColumn, mixed = false): Value {
  const { decode, nullIsFalse } = column
  if (field === '\\N') return nullIsFalse ? false : null
  const plain = field.includes('\\') ? unescaped(field) : field
  const text = mixed ? ofBytes(Buffer.from(plain, 'latin1'), column) : plain
  return decode ? decode(text) : text
}

function ofBytes(bytes: Buffer, { charset }: TextColumn): string {
  return charset ? charset(bytes) : bytes.toString('utf8')
}

function unescaped(text: string): string {
  return text.replace(/\\([\s\S])/g, (_, code: string) => ESCAPES[code] ?? code)
}
