import { DataxError } from '../errors.ts'
import { type DateKind, epochOf, parseDate, textOfEpoch } from './date-text.ts'
import { type Kind, kindName, type Value } from './kind.ts'

/** `compat`: as DataX does it. `strict`: what would lose or bend the value is an error. */
export type Mode = 'compat' | 'strict'

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const INT64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n }

/** The value as text: dates by their subtype, DOUBLE as plain decimal (DataX: as it was read), BYTES as UTF-8. DataX drops what is below a second. */
export function asText(value: Value, kind: Kind, mode: Mode): string | null {
  if (value === null) return null
  if (typeof value === 'boolean') return String(value)
  if (typeof value !== 'string') return value.toString('utf8')
  if (kind === 'DOUBLE') return mode === 'compat' ? value : plainDecimal(value)
  if (mode === 'compat' && (kind === 'TIME' || kind === 'DATETIME')) return value.replace(/\.\d+$/, '')
  return value
}

/** `1.5e3` as `1500`, as BigDecimal.toPlainString gives it; NaN and the infinities as they are. */
export function plainDecimal(text: string): string {
  const match = /^([+-]?)(\d*)\.?(\d*)[eE]([+-]?\d+)$/.exec(text)
  if (!match) return text
  const [, sign, whole = '', fraction = '', exponent] = match
  const shift = Number(exponent)
  if (Math.abs(shift) > 10_000) return text
  const digits = whole + fraction
  const point = whole.length + shift
  const plain =
    point <= 0
      ? `0.${'0'.repeat(-point)}${digits}`
      : point >= digits.length
        ? digits + '0'.repeat(point - digits.length)
        : `${digits.slice(0, point)}.${digits.slice(point)}`
  const trimmed = plain.replace(/^0+(?=\d)/, '')
  return `${sign === '-' ? '-' : ''}${trimmed}`
}

/** The value as an integer of any size. DataX cuts a fraction off; strict refuses one that is not zero. */
export function asInteger(value: Value, kind: Kind, mode: Mode): bigint | null {
  if (value === null) return null
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (kind === 'DATE' || kind === 'TIME' || kind === 'DATETIME') return BigInt(epochOf(value as string))
  if (typeof value !== 'string' || !NUMBER.test(value.trim())) throw cannot(value, kind, 'LONG')
  const plain = plainDecimal(value.trim())
  const [whole = '', fraction = ''] = plain.replace(/^\+/, '').split('.')
  if (mode === 'strict' && /[1-9]/.test(fraction))
    throw new DataxError('Common-01', `${JSON.stringify(value)} has a fraction, and would lose it as LONG`)
  return BigInt(whole === '' || whole === '-' ? '0' : whole)
}

/** As `asInteger`, within 64 bits: Common-02 beyond. */
export function asLong(value: Value, kind: Kind, mode: Mode): bigint | null {
  const integer = asInteger(value, kind, mode)
  if (integer !== null && (integer < INT64.min || integer > INT64.max))
    throw new DataxError('Common-02', `${integer} is outside the range of LONG`)
  return integer
}

export function asDouble(value: Value, kind: Kind): string | null {
  if (value === null) return null
  if (typeof value === 'boolean') return value ? '1.0' : '0.0'
  if (typeof value !== 'string' || !['STRING', 'LONG', 'DOUBLE'].includes(kind)) throw cannot(value, kind, 'DOUBLE')
  const text = value.trim()
  if (!NUMBER.test(text) && !['NaN', 'Infinity', '-Infinity'].includes(text)) throw cannot(value, kind, 'DOUBLE')
  return text
}

/** Only `true` and `false` in any case are a BOOL among texts; a LONG is true when it is not zero. */
export function asBoolean(value: Value, kind: Kind): boolean | null {
  if (value === null || typeof value === 'boolean') return value
  if (kind === 'LONG') return BigInt(value as string) !== 0n
  if (kind === 'STRING' && /^(true|false)$/i.test(value as string)) return (value as string).toLowerCase() === 'true'
  throw cannot(value, kind, 'BOOL')
}

export function asDate(
  value: Value,
  kind: Kind,
  mode: Mode,
): { readonly kind: DateKind; readonly text: string } | null {
  if (value === null) return null
  if (kind === 'DATE' || kind === 'TIME' || kind === 'DATETIME') return { kind, text: value as string }
  if (kind === 'LONG') return { kind: 'DATETIME', text: textOfEpoch(Number(value)) }
  if (kind === 'STRING') return parseDate(value as string, mode === 'compat')
  throw cannot(value, kind, 'DATE')
}

export function asBytes(value: Value, kind: Kind): Buffer | null {
  if (value === null) return null
  if (Buffer.isBuffer(value)) return value
  if (kind === 'STRING') return Buffer.from(value as string, 'utf8')
  throw cannot(value, kind, 'BYTES')
}

function cannot(value: Value, from: Kind, to: string): DataxError {
  const shown =
    typeof value === 'string' ? JSON.stringify(value.slice(0, 100)) : Buffer.isBuffer(value) ? 'bytes' : value
  return new DataxError('Common-01', `${kindName(from)} ${shown} cannot be converted to ${to}`)
}
