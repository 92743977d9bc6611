import type { Socket } from 'node:net'
import type { TextBatch } from '../../../record/text-batch.ts'

/** Of the driver's answer to the greeting: where its capabilities stand, and those that only MariaDB has (MariaDB documentation, "Connecting"). */
const CAPABILITIES = 4
const OWN_CAPABILITIES = 32
/** Set by every client that does not speak of MariaDB's own. */
const CLIENT_MYSQL = 1
const BULK_OPERATIONS = 4

/** Of COM_STMT_BULK_EXECUTE: the parameters' types come with it (MariaDB documentation, "COM_STMT_BULK_EXECUTE"). */
const SEND_TYPES = 128
/** Types of parameters. */
const LONGLONG = 8
const VAR_STRING = 253
/** Of a parameter: a value follows, or none. */
const VALUE = 0
const NULL = 1

const TAB = 9
const NEWLINE = 10
const BACKSLASH = 92
const LETTER_N = 78
const MINUS = 0x2d
const DIGIT_0 = 0x30
/** So many digits a double holds exactly. */
const EXACT_DIGITS = 15
/** What follows a backslash in COPY's text, by its code; any other character stands for itself. */
const ESCAPED = Uint8Array.from({ length: 256 }, (_, code) => code)
for (const [letter, meant] of Object.entries({ b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }))
  ESCAPED[letter.charCodeAt(0)] = meant.charCodeAt(0)

/** Bytes that a value may take besides its own: an indicator and the longest length. */
const VALUE_ROOM = 10

/**
 * Has the driver's first packet ask for bulk operations, which it does not know. The function says whether it did: it does not of a server
 * without capabilities of MariaDB, nor where the driver has not met them.
 */
export function askForBulk(socket: Socket): () => boolean {
  let asked = false
  const write = socket.write
  socket.write = ((first: Buffer, ...rest: never[]) => {
    socket.write = write
    asked = first.length > OWN_CAPABILITIES + 4 && ((first[CAPABILITIES] as number) & CLIENT_MYSQL) === 0
    if (asked) first[OWN_CAPABILITIES] = (first[OWN_CAPABILITIES] as number) | BULK_OPERATIONS
    return write.call(socket, first, ...rest)
  }) as typeof write
  return () => asked
}

/** What stands before the rows: the statement, and which parameters are integers; all others are texts. */
export function bulkHead(statement: number, integers: readonly boolean[]): Buffer {
  const head = Buffer.alloc(6 + 2 * integers.length)
  head.writeUInt32LE(statement, 0)
  head.writeUInt16LE(SEND_TYPES, 4)
  for (const [index, integer] of integers.entries()) head[6 + 2 * index] = integer ? LONGLONG : VAR_STRING
  return head
}

/**
 * The rows: of each value an indicator, and, where there is one, eight bytes of an integer, or a length and its bytes. Undefined where one
 * of `integers` is none that a double holds exactly: it is to go as text.
 */
export function bulkRows(parts: readonly TextBatch[], integers: readonly boolean[]): Buffer | undefined {
  const bytes = parts.reduce((sum, part) => sum + part.bytes.length, 0)
  const rows = parts.reduce((sum, part) => sum + part.count, 0)
  const out = Buffer.allocUnsafeSlow(bytes + rows * integers.length * VALUE_ROOM)
  let put = 0
  for (const part of parts) {
    put = addRows(part.bytes, integers, out, put)
    if (put < 0) return undefined
  }
  return out.subarray(0, put)
}

/** Gives where it ended, or -1 for an integer that goes as text. */
function addRows(bytes: Buffer, integers: readonly boolean[], out: Buffer, start: number): number {
  let put = start
  for (let at = 0, column = 0; at < bytes.length; at++) {
    const from = at
    let escapes = 0
    for (let byte = bytes[at]; byte !== TAB && byte !== NEWLINE; byte = bytes[++at]) {
      if (byte !== BACKSLASH) continue
      escapes++
      at++
    }
    const integer = integers[column] === true
    column = bytes[at] === TAB ? column + 1 : 0
    if (escapes === 1 && at - from === 2 && bytes[from + 1] === LETTER_N) {
      out[put++] = NULL
      continue
    }
    out[put++] = VALUE
    if (integer) {
      if (!addInteger(bytes, from, at, out, put)) return -1
      put += 8
      continue
    }
    put = addLength(at - from - escapes, out, put)
    for (let next = from; next < at; next++) {
      const byte = bytes[next] as number
      out[put++] = byte === BACKSLASH ? (ESCAPED[bytes[++next] as number] as number) : byte
    }
  }
  return put
}

/** Writes the decimal integer from `from` to `to` as eight bytes; false where it has too many digits, or is none. */
function addInteger(bytes: Buffer, from: number, to: number, out: Buffer, put: number): boolean {
  const negative = bytes[from] === MINUS
  const first = negative ? from + 1 : from
  if (first === to || to - first > EXACT_DIGITS) return false
  let number = 0
  for (let at = first; at < to; at++) {
    const digit = (bytes[at] as number) - DIGIT_0
    if (digit < 0 || digit > 9) return false
    number = number * 10 + digit
  }
  if (negative) number = -number
  const low = number >>> 0
  const high = (number - low) / 0x1_0000_0000
  for (let byte = 0; byte < 4; byte++) {
    out[put + byte] = low >>> (8 * byte)
    out[put + 4 + byte] = high >> (8 * byte)
  }
  return true
}

/** A length-encoded integer. */
function addLength(length: number, out: Buffer, at: number): number {
  if (length < 0xfb) {
    out[at] = length
    return at + 1
  }
  if (length <= 0xffff) {
    out[at] = 0xfc
    return out.writeUInt16LE(length, at + 1)
  }
  // a statement has less than 2^31 bytes
  const width = length <= 0xff_ffff ? 3 : 8
  out[at] = width === 3 ? 0xfd : 0xfe
  if (width === 3) return out.writeUIntLE(length, at + 1, 3)
  out.writeUInt32LE(length, at + 1)
  return out.writeUInt32LE(0, at + 5)
}
