import type { FieldPacket } from 'mysql2'
import { PayloadReader } from './packets.ts'

/** First bytes of payloads (MySQL documentation, "Text Protocol"). */
const OK = 0x00
const ERROR = 0xff
const LOCAL_FILE = 0xfb
const END = 0xfe
const MORE_RESULTS = 8
/** Bytes of a column's description behind its names. */
const TAIL = 12

/** What a statement changed, and how often the server had something to say about it. */
export type Done = { readonly affected: number; readonly warnings: number }

/** What comes of a statement that gives rows. */
export interface RowSink {
  columns(fields: readonly FieldPacket[]): void
  /** One row: length-encoded texts. */
  row(bytes: Buffer, from: number, to: number): void
  /** All that came at once has been told. */
  pause(): void
}

/** The answer to one statement: no rows, or columns and rows, and perhaps more such results. */
export class Answer {
  readonly #sink: RowSink | undefined
  readonly done = Promise.withResolvers<Done>()
  /** Gives the data of a LOAD DATA LOCAL. */
  readonly #give: (() => void) | undefined
  #fields: FieldPacket[] = []
  #columnsLeft = 0
  #state: 'head' | 'columns' | 'columns end' | 'rows' = 'head'

  constructor(sink?: RowSink, give?: () => void) {
    this.#sink = sink
    this.#give = give
    this.done.promise.catch(() => {})
  }

  /** All that came at once has been taken. */
  pause(): void {
    this.#sink?.pause()
  }

  take(bytes: Buffer, from: number, to: number): void {
    const first = bytes[from]
    if (this.#state === 'rows' && first !== ERROR && !(first === END && to - from < 9)) this.#sink?.row(bytes, from, to)
    else if (first === ERROR && this.#state !== 'columns') this.done.reject(serverError(bytes, from, to))
    else if (this.#state === 'head') this.#head(bytes, from, to)
    else if (this.#state === 'columns') {
      this.#fields.push(fieldOf(bytes, from, to))
      if (--this.#columnsLeft === 0) this.#state = 'columns end'
    } else if (this.#state === 'columns end') {
      this.#sink?.columns(this.#fields)
      this.#state = 'rows'
    } else this.#end(bytes.readUInt16LE(from + 3), { affected: 0, warnings: bytes.readUInt16LE(from + 1) })
  }

  #head(bytes: Buffer, from: number, to: number): void {
    const reader = new PayloadReader(bytes, from + 1)
    if (bytes[from] === OK) {
      const affected = reader.length()
      // the last id that was made
      reader.length()
      this.#end(bytes.readUInt16LE(reader.at), { affected, warnings: bytes.readUInt16LE(reader.at + 2) })
    } else if (bytes[from] === LOCAL_FILE) {
      if (this.#give) this.#give()
      else this.done.reject(new Error('the server asked for a file'))
    } else {
      this.#fields = []
      this.#columnsLeft = new PayloadReader(bytes, from).length()
      this.#state = to > from ? 'columns' : 'head'
    }
  }

  #end(status: number, done: Done): void {
    if (status & MORE_RESULTS) this.#state = 'head'
    else this.done.resolve(done)
  }
}

/** The answer to COM_STMT_PREPARE: the statement's number, then descriptions of its parameters and columns, which nobody needs. */
export class PreparedAnswer {
  readonly done = Promise.withResolvers<number>()
  #number: number | undefined
  #left = 0

  constructor() {
    this.done.promise.catch(() => {})
  }

  pause(): void {}

  take(bytes: Buffer, from: number, to: number): void {
    if (this.#number !== undefined) this.#left--
    else if (bytes[from] === ERROR) this.done.reject(serverError(bytes, from, to))
    else {
      this.#number = bytes.readUInt32LE(from + 1)
      const [columns, parameters] = [bytes.readUInt16LE(from + 5), bytes.readUInt16LE(from + 7)]
      // an end follows each list that is not empty
      this.#left = (columns && columns + 1) + (parameters && parameters + 1)
    }
    if (this.#number !== undefined && this.#left === 0) this.done.resolve(this.#number)
  }
}

/** The names stand at the front, and what has a fixed length at the end. MariaDB may have more between them. */
function fieldOf(bytes: Buffer, from: number, to: number): FieldPacket {
  const reader = new PayloadReader(bytes, from)
  for (const _ of ['catalog', 'schema', 'table', 'original table']) reader.text()
  const name = reader.text()
  const tail = to - TAIL
  return {
    name,
    characterSet: bytes.readUInt16LE(tail),
    columnLength: bytes.readUInt32LE(tail + 2),
    columnType: bytes[tail + 6],
    flags: bytes.readUInt16LE(tail + 7),
  } as unknown as FieldPacket
}

/** As the driver gives it: number, SQLSTATE and message. */
function serverError(bytes: Buffer, from: number, to: number): Error {
  const text = bytes.toString('utf8', from + 3, to)
  const match = /^#(.{5})([\s\S]*)$/.exec(text)
  const sqlMessage = match?.[2] ?? text
  const errno = bytes.readUInt16LE(from + 1)
  return Object.assign(new Error(sqlMessage), {
    errno,
    sqlState: match?.[1] ?? 'HY000',
    sqlMessage,
    code: `ER_${errno}`,
  })
}
