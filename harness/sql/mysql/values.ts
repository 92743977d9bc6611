import mysql, { type FieldPacket, type TypeCastField } from 'mysql2'
import type { SqlValue } from '../session.ts'

type Next = () => unknown

/** BIT(n) as an integer: a number where that is exact, else text. */
function asBits(bytes: Buffer | null): SqlValue {
  if (bytes === null) return null
  const bits = bytes.length === 0 ? 0n : BigInt(`0x${bytes.toString('hex')}`)
  return bits <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(bits) : String(bits)
}

/** Values of a statement without parameters, which come as text. The driver's own reading of floats loses bits. */
export function readText(field: TypeCastField, next: Next): unknown {
  switch (field.type as string) {
    case 'FLOAT':
    case 'DOUBLE': {
      const text = field.string()
      return text === null ? null : Number(text)
    }
    case 'BIT':
      return asBits(field.buffer())
    case 'GEOMETRY':
    case 'VECTOR':
      return field.buffer()
    default:
      return next()
  }
}

/** Values of a statement with parameters, which come in binary. */
export function readBinary(field: TypeCastField, next: Next): unknown {
  switch (field.type as string) {
    case 'FLOAT': {
      const value = next() as number | null
      return value === null ? null : shortestFloat(value)
    }
    case 'BIT':
      return asBits(field.buffer())
    case 'GEOMETRY':
    case 'VECTOR':
      return field.buffer()
    default:
      return next()
  }
}

/** The double with the shortest decimal that is this single-precision value: 0.1 rather than 0.10000000149011612. */
function shortestFloat(value: number): number {
  if (!Number.isFinite(value)) return value
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return short
  }
  return value
}

/** A value as mysql2 binds it. Integers go as BIGINT, since as DOUBLE they lose bits and cannot stand after LIMIT. */
export function bindable(value: unknown): unknown {
  if (value === undefined) return null
  if (typeof value === 'bigint') {
    return value > 0x7fff_ffff_ffff_ffffn
      ? mysql.TypedParameter.LONGLONG.unsigned(value)
      : mysql.TypedParameter.LONGLONG(value)
  }
  if (typeof value === 'number' && Number.isSafeInteger(value) && !Object.is(value, -0)) {
    return mysql.TypedParameter.LONGLONG(value)
  }
  if (ArrayBuffer.isView(value) && !Buffer.isBuffer(value)) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  }
  return value
}

const TEMPORAL = new Set([7, 11, 12])

/** In the binary protocol the driver drops a fraction of zero; the text protocol prints as many digits as the column has. */
export function fillFractions(rows: SqlValue[][], fields: readonly FieldPacket[]): void {
  for (const [index, field] of fields.entries()) {
    const digits = Number(field.decimals)
    if (!TEMPORAL.has(field.columnType ?? -1) || !(digits >= 1 && digits <= 6)) continue
    for (const row of rows) {
      const value = row[index]
      if (typeof value === 'string' && !value.includes('.')) row[index] = `${value}.${'0'.repeat(digits)}`
    }
  }
}
