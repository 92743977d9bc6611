const MAX_LENGTH = 160

/** A value in a message: short, and on one line. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  const text = Buffer.isBuffer(value) ? `\\x${value.toString('hex')}` : (JSON.stringify(value, plain) ?? String(value))
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 1)}…` : text
}

/** JSON knows neither big integers nor NaN. */
function plain(_: string, value: unknown): unknown {
  return typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value)) ? String(value) : value
}

/** The place of a part of a value: `rows.0.name`. */
export const joinPath = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`)
