import { MESSAGE } from '../../../../transfer/copy/frame-scanner.ts'
import type { Mode } from '../../../record/convert.ts'
import type { Kind } from '../../../record/kind.ts'
import type { TextBatch, TextColumn } from '../../../record/text-batch.ts'
import type { DbColumn } from '../driver.ts'
import { TextBuilder } from '../text-builder.ts'
import { CHARACTER_TYPES } from './columns.ts'

const HEADER = 5
const TAB = 9
const NEWLINE = 10
const BACKSLASH = 92
const LETTER_N = 78

/** How DataX counts a field: by its characters, by the bytes that hexadecimal digits stand for, or always the same. */
const CHARACTERS = -1
const BYTES = -2

/** Bytes that say something else than one character more. */
const TELLING = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x80 || byte === TAB || byte === NEWLINE || byte === BACKSLASH ? 1 : 0,
)

/**
 * Makes batches of the frames of a `COPY … TO STDOUT` in text (PostgreSQL documentation of COPY, "Text Format"): each byte is looked at once,
 * for the ends of lines and for what DataX counts of the fields.
 */
export class CopyRows {
  readonly #builder: TextBuilder
  /** Of each column: CHARACTERS, BYTES, or a fixed size; and what a NULL counts. */
  readonly #counted: Int32Array
  readonly #nulls: Int32Array
  /** Bytes of the current frame's body, and of a header that was cut in two, that have not come yet. */
  #left = 0
  #header: Buffer | undefined
  #used = 0
  /** Of the line that is not whole yet. */
  #column = 0
  #fieldStart = 0
  #lineSize = 0
  /** Bytes of the field that are no characters of their own. */
  #spare = 0
  #isNull = false
  #escaping = false

  constructor(columns: readonly DbColumn[], mode: Mode, charset?: TextColumn['charset']) {
    const texts = columns.map(column => textColumn(column, mode, charset))
    this.#builder = new TextBuilder(texts)
    this.#counted = Int32Array.from(texts, ({ kind }) => {
      if (kind === 'DATE' || kind === 'TIME' || kind === 'DATETIME') return 8
      return kind === 'BOOL' ? 1 : kind === 'BYTES' ? BYTES : CHARACTERS
    })
    this.#nulls = Int32Array.from(texts, column => (column.nullIsFalse ? 1 : 0))
  }

  /** The rows that are whole now. */
  push(frames: Buffer): TextBatch | undefined {
    const chunk = this.#header === undefined ? frames : Buffer.concat([this.#header, frames])
    this.#header = undefined
    this.#builder.reserve(this.#used, chunk.length)
    for (let at = 0; at < chunk.length; ) {
      if (this.#left === 0) {
        if (chunk.length - at < HEADER) {
          this.#header = Buffer.from(chunk.subarray(at))
          break
        }
        if (chunk[at] !== MESSAGE.copyData) throw new Error('a frame of a COPY does not begin with d')
        this.#left = chunk.readUInt32BE(at + 1) - (HEADER - 1)
        at += HEADER
      }
      const take = Math.min(this.#left, chunk.length - at)
      this.#body(chunk, at, at + take)
      this.#left -= take
      at += take
    }
    const batch = this.#builder.take(this.#used)
    const gone = batch ? batch.bytes.length : 0
    this.#used -= gone
    this.#fieldStart -= gone
    return batch
  }

  /** Takes a piece of a frame's body over, and finds the ends of fields and lines in it. */
  #body(chunk: Buffer, from: number, to: number): void {
    const out = this.#builder.buffer
    let used = this.#used
    let fieldStart = this.#fieldStart
    let spare = this.#spare
    let escaping = this.#escaping
    for (let at = from; at < to; at++) {
      const byte = chunk[at] as number
      out[used++] = byte
      if (TELLING[byte] === 0 && !escaping) continue
      if (escaping) {
        escaping = false
        if (byte === LETTER_N) this.#isNull = true
      } else if (byte === BACKSLASH) {
        escaping = true
        spare++
      } else if (byte === TAB || byte === NEWLINE) {
        this.#field(used - 1 - fieldStart - spare)
        fieldStart = used
        spare = 0
        if (byte === NEWLINE) {
          this.#builder.line(used, this.#lineSize)
          this.#lineSize = 0
          this.#column = 0
        }
      }
      // one UTF-16 unit for each character, and two where UTF-8 needs four bytes
      else if (byte < 0xc0) spare++
      else if (byte >= 0xf0) spare--
    }
    this.#used = used
    this.#fieldStart = fieldStart
    this.#spare = spare
    this.#escaping = escaping
  }

  #field(characters: number): void {
    const column = this.#column++
    const counted = this.#counted[column]
    if (this.#isNull) {
      this.#isNull = false
      this.#lineSize += this.#nulls[column] as number
    } else if (counted === CHARACTERS) this.#lineSize += characters
    else if (counted === BYTES) this.#lineSize += (characters - 2) >> 1
    // a select without columns has empty rows
    else if (counted !== undefined) this.#lineSize += counted
  }
}

function textColumn({ kind, type }: DbColumn, mode: Mode, charset: TextColumn['charset']): TextColumn {
  const decode = decoderOf(kind, type, mode)
  return {
    kind,
    origin: `postgres ${type}`,
    ...(charset && CHARACTER_TYPES.has(type) ? { charset } : {}),
    ...(decode ? { decode } : {}),
    ...(mode === 'compat' && kind === 'BOOL' ? { nullIsFalse: true } : {}),
  }
}

function decoderOf(kind: Kind, type: string, mode: Mode): TextColumn['decode'] {
  if (kind === 'BOOL') return type === 'bit' ? text => text === '1' : text => text === 't'
  if (kind === 'BYTES') return text => Buffer.from(text.slice(2), 'hex')
  const cut = mode === 'compat' ? (text: string): string => text.replace(/(\.\d{3})\d+/, '$1') : undefined
  if (type === 'timestamptz' || type === 'timetz') {
    // the session's zone is the job's, so that the offset says nothing more
    const bare = (text: string): string =>
      kind === 'STRING' ? text : text.replace(/[+-]\d\d(?::?\d\d){0,2}(?= BC$|$)/, '')
    return cut ? text => cut(bare(text)) : bare
  }
  return kind === 'DATETIME' || kind === 'TIME' ? cut : undefined
}
