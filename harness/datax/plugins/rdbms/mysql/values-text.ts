import { fieldValue, type TextBatch, type TextColumn } from '../../../record/text-batch.ts'
import type { DbColumn, WriteTarget } from '../driver.ts'
import { isDate, isNumeric, isText } from './columns.ts'
import { type Encode, encoderOf } from './encode.ts'

const TAB = 9
const NEWLINE = 10
const QUOTE = 0x27
const OPEN = 0x28
const CLOSE = 0x29
const COMMA = 0x2c
const BACKSLASH = 92
const LETTER_N = 78

/** How a field becomes an SQL value: as it is, in quotes, or by way of its value. */
const BARE = 0
const QUOTED = 1
const BY_VALUE = 2

/** Of BARE and QUOTED: bytes that end a field, or are not the same in SQL. What is left bare is a numeral without an exponent. */
const STOPS = [
  Uint8Array.from({ length: 256 }, (_, byte) => (/[\d.-]/.test(String.fromCharCode(byte)) ? 0 : 1)),
  Uint8Array.from({ length: 256 }, (_, byte) => ([0, TAB, NEWLINE, QUOTE, BACKSLASH].includes(byte) ? 1 : 0)),
] as const

/** Bytes that a field may take besides two for each of its own: quotes and a comma, or NULL. */
const FIELD_ROOM = 4

/** Makes `(1,'a'),(2,NULL)` of rows of text, byte by byte: what the encoders (encode.ts) would have made of their values. */
export class ValuesText {
  readonly #columns: readonly TextColumn[]
  readonly #encoders: readonly Encode[]
  readonly #forms: Uint8Array
  #out = Buffer.alloc(0)
  #put = 0

  constructor(given: readonly TextColumn[], target: WriteTarget) {
    const columns = given.map((one, index) => ({ one, column: target.columns[index] as DbColumn }))
    this.#columns = given
    this.#encoders = columns.map(({ one, column }) => encoderOf(one.kind, column, target))
    this.#forms = Uint8Array.from(columns, ({ one, column }) => formOf(one, column, target))
  }

  /** Whether no field needs its value: then LOAD DATA makes of the texts what it makes of them in statements. */
  get plain(): boolean {
    return !this.#forms.includes(BY_VALUE)
  }

  /** Of each column whether it has integers, for a column of numbers. */
  get integers(): readonly boolean[] {
    return this.#columns.map(({ kind }, index) => kind === 'LONG' && this.#forms[index] === BARE)
  }

  /** The rows of all parts. Throws for a value that cannot be converted. */
  of(parts: readonly TextBatch[]): Buffer {
    const bytes = parts.reduce((sum, part) => sum + part.bytes.length, 0)
    this.#out = Buffer.allocUnsafeSlow(bytes + (bytes >> 1) + 1024)
    this.#put = 0
    for (const part of parts) this.#rows(part)
    const made = this.#out.subarray(0, this.#put)
    this.#out = Buffer.alloc(0)
    return made
  }

  #rows(part: TextBatch): void {
    const { bytes } = part
    const forms = this.#forms
    for (let row = 0, at = 0; row < part.count; row++) {
      const end = part.endOf(row)
      this.#reserve(2 * (end - at) + FIELD_ROOM * forms.length + 2)
      if (this.#put > 0) this.#out[this.#put++] = COMMA
      this.#out[this.#put++] = OPEN
      for (let index = 0; index < forms.length; index++) {
        if (index > 0) this.#out[this.#put++] = COMMA
        at = this.#field(bytes, at, index, end) + 1
      }
      this.#out[this.#put++] = CLOSE
    }
  }

  #reserve(bytes: number): void {
    if (this.#put + bytes <= this.#out.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#put + bytes, 2 * this.#out.length))
    this.#out.copy(larger, 0, 0, this.#put)
    this.#out = larger
  }

  /** Writes the field that begins at `from`, and gives where it ends. */
  #field(bytes: Buffer, from: number, index: number, rowEnd: number): number {
    const form = this.#forms[index] as number
    if (form === BY_VALUE) return this.#byValue(bytes, from, index, rowEnd)
    const stops = STOPS[form] as Uint8Array
    const out = this.#out
    let put = this.#put
    if (form === QUOTED) out[put++] = QUOTE
    for (let at = from; ; at++) {
      const byte = bytes[at] as number
      if (stops[byte] === 0) out[put++] = byte
      else if (byte === TAB || byte === NEWLINE) {
        if (form === QUOTED) out[put++] = QUOTE
        this.#put = put
        return at
      } else if (byte === QUOTE && form === QUOTED) {
        out[put++] = QUOTE
        out[put++] = QUOTE
      } else return this.#byValue(bytes, from, index, rowEnd)
    }
  }

  #byValue(bytes: Buffer, from: number, index: number, rowEnd: number): number {
    let end = from
    while (bytes[end] !== TAB && bytes[end] !== NEWLINE) end++
    if (end - from === 2 && bytes[from] === BACKSLASH && bytes[from + 1] === LETTER_N && !this.#nullIsValue(index))
      this.#put += this.#out.write('NULL', this.#put)
    else {
      const value = fieldValue(bytes.toString('utf8', from, end), this.#columns[index] as TextColumn)
      const text = value === null ? 'NULL' : (this.#encoders[index] as Encode)(value)
      this.#reserve(3 * text.length + 2 * (rowEnd - end) + FIELD_ROOM * this.#forms.length + 2)
      this.#put += this.#out.write(text, this.#put)
    }
    return end
  }

  #nullIsValue(index: number): boolean {
    return this.#columns[index]?.nullIsFalse === true
  }
}

function formOf({ kind, decode }: TextColumn, column: DbColumn, { context: { mode } }: WriteTarget): number {
  if (decode) return BY_VALUE
  const dates = kind === 'DATE' || kind === 'DATETIME'
  if (isText(column)) {
    if (kind === 'STRING' || kind === 'LONG') return QUOTED
    return mode === 'strict' && (dates || kind === 'TIME') ? QUOTED : BY_VALUE
  }
  if (isDate(column)) {
    if (kind === 'TIME') return column.type === 'time' ? QUOTED : BY_VALUE
    return dates && column.type !== 'time' ? QUOTED : BY_VALUE
  }
  if (!isNumeric(column)) return BY_VALUE
  if (/^(float|double)/.test(column.type)) return kind === 'DOUBLE' || kind === 'LONG' ? QUOTED : BY_VALUE
  if (kind === 'LONG') return BARE
  return kind === 'DOUBLE' && column.type.startsWith('decimal') ? BARE : BY_VALUE
}
