/**
 * Whether a PostgreSQL database can hold a text. Undefined where only the server could say: encodings other than UTF8 and LATIN1, and
 * letters beyond ASCII.
 */
export function holdsText(encoding: string | undefined, text: string): boolean | undefined {
  if (encoding === undefined || encoding === 'UTF8' || encoding === 'SQL_ASCII') return true
  if (/^[\x00-\x7f]*$/.test(text)) return true
  if (encoding === 'LATIN1') return /^[\x00-\xff]*$/.test(text)
  return undefined
}
