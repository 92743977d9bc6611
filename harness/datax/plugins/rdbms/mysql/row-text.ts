import type { FieldPacket } from 'mysql2'
import { typeName } from '../../../../sql/mysql/types.ts'
import type { Mode } from '../../../record/convert.ts'
import type { Kind, Row } from '../../../record/kind.ts'
import type { TextBatch, TextColumn } from '../../../record/text-batch.ts'
import { TextBuilder } from '../text-builder.ts'
import { mysqlKind } from './columns.ts'
import { PayloadReader } from './packets.ts'
import { isZeroDate, zeroDate } from './zero-date.ts'

const TAB = 9
const NEWLINE = 10
const RETURN = 13
const BACKSLASH = 92
const SMALL_X = 0x78
const SMALL_T = 0x74
const SMALL_F = 0x66
const POINT = 0x2e
/** In place of a length, in the protocol. */
const NULL = 0xfb

const ROOM = 1 << 18
/** Bytes that a field may take besides two for each of its value. */
const FIELD_ROOM = 8

/** What COPY's text format has behind a backslash for a byte; 1 of bytes beyond ASCII, which are counted; else 0. */
const SPECIAL = new Uint8Array(256).fill(1, 0x80)
SPECIAL[TAB] = SMALL_T
SPECIAL[NEWLINE] = 0x6e
SPECIAL[RETURN] = 0x72
SPECIAL[BACKSLASH] = BACKSLASH

const DIGITS = 0
const TEXT = 1
const DATE = 2
const BOOL = 3
const BYTES = 4
const HEX = Buffer.from('0123456789abcdef')

/** Makes batches of the rows of MySQL's text protocol, in one pass over the bytes. A row with a value that is none is told as dirty. */
export class RowText {
  readonly #builder: TextBuilder
  readonly #forms: Uint8Array
  readonly #types: readonly string[]
  readonly #nulls: readonly Buffer[]
  readonly #mode: Mode
  readonly #dirty: (row: Row, error: unknown) => void
  #used = 0

  constructor(
    fields: readonly FieldPacket[],
    {
      mode,
      charset,
      dirty,
    }: {
      readonly mode: Mode
      readonly charset?: TextColumn['charset']
      readonly dirty: (row: Row, error: unknown) => void
    },
  ) {
    this.#types = fields.map(typeName)
    const kinds = fields.map(field => mysqlKind(field.name, typeName(field), field.columnLength ?? 0))
    this.#builder = new TextBuilder(
      kinds.map((kind, index) => textColumn(kind, isCharacter(this.#types[index]) ? charset : undefined)),
    )
    this.#forms = Uint8Array.from(kinds, formOf)
    // DataX reads a null of a bit as false, and of a year as 0
    this.#nulls = kinds.map((kind, index) => {
      if (mode === 'compat' && kind === 'BOOL') return Buffer.from('f')
      return Buffer.from(mode === 'compat' && this.#types[index] === 'year' ? '0' : '\\N')
    })
    this.#mode = mode
    this.#dirty = dirty
  }

  /** Takes the payload of a row over. */
  row(bytes: Buffer, from: number, to: number): void {
    const forms = this.#forms
    const room = 2 * (to - from) + FIELD_ROOM * forms.length + 1
    this.#builder.reserve(this.#used, this.#used === 0 ? Math.max(room, ROOM) : room)
    const out = this.#builder.buffer
    let put = this.#used
    let size = 0
    let at = from
    for (let index = 0; index < forms.length; index++) {
      if (index > 0) out[put++] = TAB
      let length = bytes[at++] as number
      if (length === NULL) {
        const text = this.#nulls[index] as Buffer
        put += text.copy(out, put)
        if (text.length === 1) size++
        continue
      }
      if (length > NULL) {
        const reader = new PayloadReader(bytes, at - 1)
        length = reader.length()
        at = reader.at
      }
      const end = at + length
      const form = forms[index]
      if (form === DIGITS) {
        size += length
        while (at < end) out[put++] = bytes[at++] as number
      } else if (form === TEXT) {
        size += length
        while (at < end) {
          const byte = bytes[at++] as number
          const special = SPECIAL[byte] as number
          if (special > 1) {
            out[put++] = BACKSLASH
            out[put++] = special
            continue
          }
          out[put++] = byte
          // one UTF-16 unit for each character, and two where UTF-8 needs four bytes
          if (special === 1) size += byte < 0xc0 ? -1 : byte >= 0xf0 ? 1 : 0
        }
      } else if (form === DATE) {
        size += 8
        const stop = this.#mode === 'compat' ? withoutMicroseconds(bytes, at, end) : end
        if (this.#types[index] !== 'time' && isZeroDate(bytes, at, end)) {
          if (this.#mode === 'strict') {
            this.#refuse(bytes, from, zeroDate(bytes.toString('latin1', at, end)))
            return
          }
          size -= 8
          put += out.write('\\N', put)
          at = end
        }
        while (at < stop) out[put++] = bytes[at++] as number
        at = end
      } else if (form === BOOL) {
        size++
        let set = false
        while (at < end) if (bytes[at++] !== 0) set = true
        out[put++] = set ? SMALL_T : SMALL_F
      } else {
        size += length
        out[put++] = BACKSLASH
        out[put++] = BACKSLASH
        out[put++] = SMALL_X
        while (at < end) {
          const byte = bytes[at++] as number
          out[put++] = HEX[byte >> 4] as number
          out[put++] = HEX[byte & 15] as number
        }
      }
    }
    out[put++] = NEWLINE
    this.#builder.line(put, size)
    this.#used = put
  }

  /** The rows since the last time. */
  take(): TextBatch | undefined {
    const batch = this.#builder.take(this.#used)
    if (batch) this.#used = 0
    return batch
  }

  #refuse(bytes: Buffer, from: number, error: unknown): void {
    const reader = new PayloadReader(bytes, from)
    const row = this.#types.map(() => {
      if (bytes[reader.at] !== NULL) return reader.text()
      reader.at++
      return null
    })
    this.#dirty(row, error)
  }
}

const isCharacter = (type: string | undefined): boolean => /char$|text$/.test(type ?? '')

function textColumn(kind: Kind, charset: TextColumn['charset']): TextColumn {
  if (kind === 'BOOL') return { kind, decode: text => text === 't' }
  if (kind === 'BYTES') return { kind, decode: text => Buffer.from(text.slice(2), 'hex') }
  return { kind, ...(charset ? { charset } : {}) }
}

function formOf(kind: Kind): number {
  if (kind === 'LONG' || kind === 'DOUBLE') return DIGITS
  if (kind === 'STRING') return TEXT
  if (kind === 'BOOL') return BOOL
  return kind === 'BYTES' ? BYTES : DATE
}

/** Where the third digit of a fraction ends. */
function withoutMicroseconds(bytes: Buffer, from: number, to: number): number {
  for (let at = from; at < to; at++) if (bytes[at] === POINT) return Math.min(to, at + 4)
  return to
}
