import type { ColumnType } from './model.ts'

const INTEGER_BYTES: Readonly<Record<string, number>> = {
  int2: 2,
  int4: 4,
  int8: 8,
  oid: 4,
  tinyint: 1,
  smallint: 2,
  mediumint: 3,
  int: 4,
  bigint: 8,
  year: 2,
}

/**
 * A type by what it can hold, so that engines that spell it differently can be compared: `integer of 8 bytes`, `text of 20`,
 * `timestamp(6)`. Widths of MySQL integers (`int(11)`) say nothing and are left out.
 */
export function portableType(type: ColumnType): string {
  const { kind, declared, name } = type
  const numbers = /\(([\d,\s]+)\)/.exec(declared)?.[1]?.replaceAll(' ', '')
  switch (kind) {
    case 'integer':
      return `integer of ${INTEGER_BYTES[name] ?? 8} bytes${/unsigned/.test(declared) ? ', unsigned' : ''}`
    case 'decimal':
      return numbers === undefined ? 'decimal' : `decimal(${numbers})`
    case 'float':
      return `float of ${type.size ?? 8} bytes`
    case 'text':
    case 'char':
      if (name === 'enum' || name === 'set') return `text of ${declared}`
      return numbers === undefined ? 'text' : `${kind} of ${numbers}`
    case 'bytes':
      return name === 'binary' ? `bytes of ${numbers}, padded` : 'bytes'
    case 'time':
    case 'timetz':
    case 'timestamp':
    case 'timestamptz':
      return `${kind}(${type.scale ?? 6})`
    case 'bits':
      return `bits of ${type.size ?? 'any number'}`
    case 'other':
      return declared
    default:
      return kind
  }
}
