import { MESSAGE } from '../../../../transfer/copy/frame-scanner.ts'
import type { Mode } from '../../../record/convert.ts'
import type { Row, Value } from '../../../record/kind.ts'
import type { DbColumn } from '../driver.ts'

const HEADER = 5
const NEWLINE = 10
const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

type Decode = (text: string) => Value

/** Makes rows of the frames of a `COPY … TO STDOUT` in text (PostgreSQL documentation of COPY, "Text Format"). */
export class CopyRows {
  readonly #decoders: readonly (Decode | undefined)[]
  readonly #nullBoolean: readonly boolean[]
  readonly #plain: boolean
  /** Bytes of the current frame's body, and of a header that was cut in two, that have not come yet. */
  #left = 0
  #header: Buffer | undefined
  /** One for all pieces of the stream: what is made of it is text. */
  #buffer = Buffer.allocUnsafe(1 << 17)
  /** Bytes at the beginning of the buffer that are the start of a line. */
  #rest = 0

  constructor(columns: readonly DbColumn[], mode: Mode) {
    this.#decoders = columns.map(column => decoderOf(column, mode))
    // DataX reads a null of a boolean as false
    this.#nullBoolean = columns.map(column => mode === 'compat' && column.kind === 'BOOL')
    this.#plain = this.#decoders.every(decoder => decoder === undefined)
  }

  /** The rows that are whole now. */
  push(frames: Buffer): Row[] {
    const bytes = this.#bodies(frames)
    const end = bytes.lastIndexOf(NEWLINE)
    const whole = end < 0 ? undefined : bytes.subarray(0, end)
    const text = whole?.toString('utf8')
    const rest = end < 0 ? bytes : bytes.subarray(end + 1)
    this.#rest = rest.copy(this.#buffer)
    return text === undefined ? [] : this.#rows(text)
  }

  #rows(text: string): Row[] {
    const escaped = text.includes('\\')
    const lines = text.split('\n')
    const rows = new Array<Row>(lines.length)
    const decoders = this.#decoders
    const width = decoders.length
    for (let at = 0; at < lines.length; at++) {
      const line = lines[at] as string
      // a select without columns has empty rows
      const row: Row = width === 0 ? [] : line.split('\t')
      if (escaped && line.includes('\\')) this.#unescape(row as string[], row)
      else if (!this.#plain) {
        for (let index = 0; index < width; index++) {
          const decode = decoders[index]
          if (decode) row[index] = decode(row[index] as string)
        }
      }
      rows[at] = row
    }
    return rows
  }

  #unescape(fields: readonly string[], row: Row): void {
    for (let index = 0; index < fields.length; index++) {
      const field = fields[index] as string
      if (field === '\\N') {
        row[index] = this.#nullBoolean[index] ? false : null
        continue
      }
      const text = field.includes('\\') ? unescaped(field) : field
      const decode = this.#decoders[index]
      row[index] = decode ? decode(text) : text
    }
  }

  /** The frames' bodies one after the other, with what was left of the last line before them. */
  #bodies(frames: Buffer): Buffer {
    const chunk = this.#header === undefined ? frames : Buffer.concat([this.#header, frames])
    this.#header = undefined
    if (this.#rest + chunk.length > this.#buffer.length) {
      const larger = Buffer.allocUnsafe((this.#rest + chunk.length) * 2)
      this.#buffer.copy(larger, 0, 0, this.#rest)
      this.#buffer = larger
    }
    const out = this.#buffer
    let length = this.#rest
    for (let at = 0; at < chunk.length; ) {
      if (this.#left > 0) {
        const take = Math.min(this.#left, chunk.length - at)
        length += chunk.copy(out, length, at, at + take)
        this.#left -= take
        at += take
        continue
      }
      if (chunk.length - at < HEADER) {
        this.#header = Buffer.from(chunk.subarray(at))
        break
      }
      if (chunk[at] !== MESSAGE.copyData) throw new Error('a frame of a COPY does not begin with d')
      this.#left = chunk.readUInt32BE(at + 1) - (HEADER - 1)
      at += HEADER
    }
    return out.subarray(0, length)
  }
}

function unescaped(text: string): string {
  return text.replace(/\\([bfnrtv]|[0-7]{1,3}|x[0-9a-fA-F]{1,2}|[\s\S])/g, (_, code: string) => ESCAPES[code] ?? code)
}

function decoderOf({ kind, type }: DbColumn, mode: Mode): Decode | undefined {
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
