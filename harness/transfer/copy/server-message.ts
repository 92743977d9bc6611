import pg from 'pg'

/** Codes of an ErrorResponse's fields (PostgreSQL documentation, "Error and Notice Message Fields"). */
const FIELDS: Readonly<Record<string, keyof pg.DatabaseError>> = {
  S: 'severity',
  C: 'code',
  D: 'detail',
  H: 'hint',
  P: 'position',
  p: 'internalPosition',
  q: 'internalQuery',
  W: 'where',
  s: 'schema',
  t: 'table',
  c: 'column',
  d: 'dataType',
  n: 'constraint',
  F: 'file',
  L: 'line',
  R: 'routine',
}

/** The error that an ErrorResponse carries, as the driver would have thrown it. */
export function databaseError(body: Buffer): pg.DatabaseError {
  const fields = new Map<string, string>()
  for (let at = 0; at < body.length && body[at] !== 0; ) {
    const end = body.indexOf(0, at + 1)
    fields.set(String.fromCharCode(body[at] as number), body.toString('utf8', at + 1, end))
    at = end + 1
  }
  const error = new pg.DatabaseError(fields.get('M') ?? 'the server gave no message', body.length, 'error')
  for (const [code, name] of Object.entries(FIELDS)) {
    const value = fields.get(code)
    if (value !== undefined) Object.assign(error, { [name]: value })
  }
  return error
}

/** Rows of a `COPY 17` command tag; undefined for any other tag. */
export function copiedRows(body: Buffer): number | undefined {
  const match = /^COPY (\d+)\0?$/.exec(body.toString('latin1'))
  return match ? Number(match[1]) : undefined
}

/** A frontend message with a text. */
export function textMessage(type: 'Q' | 'f', text: string): Buffer {
  const length = Buffer.byteLength(text) + 1
  const message = Buffer.alloc(5 + length)
  message.write(type, 0, 'latin1')
  message.writeUInt32BE(4 + length, 1)
  message.write(text, 5)
  return message
}

/** CopyDone, from the client. */
export const COPY_DONE = Buffer.from([0x63, 0, 0, 0, 4])
