import type { FieldPacket } from 'mysql2'

/** Names of the column types of the protocol (MySQL documentation, "Field types"), as SQL spells them. */
const NAMES: Readonly<Record<number, string>> = {
  0: 'decimal',
  1: 'tinyint',
  2: 'smallint',
  3: 'int',
  4: 'float',
  5: 'double',
  6: 'null',
  7: 'timestamp',
  8: 'bigint',
  9: 'mediumint',
  10: 'date',
  11: 'time',
  12: 'datetime',
  13: 'year',
  14: 'date',
  15: 'varchar',
  16: 'bit',
  242: 'vector',
  245: 'json',
  246: 'decimal',
  247: 'enum',
  248: 'set',
  249: 'tinyblob',
  250: 'mediumblob',
  251: 'longblob',
  252: 'blob',
  253: 'varchar',
  254: 'char',
  255: 'geometry',
}

const UNSIGNED = 32
const ENUM = 256
const SET = 2048
/** The character set number that means bytes. */
const BINARY = 63

/** `bigint unsigned`, `text`, `varbinary`, `enum`. Text and blobs come under one code and differ by character set. */
export function typeName(field: FieldPacket): string {
  const code = field.columnType ?? field.type ?? 253
  const flags = typeof field.flags === 'number' ? field.flags : 0
  if (flags & ENUM) return 'enum'
  if (flags & SET) return 'set'
  const name = NAMES[code] ?? `type ${code}`
  const binary = field.characterSet === BINARY
  if (code >= 249 && code <= 252) return binary ? name : name.replace('blob', 'text')
  if (code === 253 || code === 15) return binary ? 'varbinary' : name
  if (code === 254) return binary ? 'binary' : name
  return flags & UNSIGNED && code !== 13 && code !== 16 ? `${name} unsigned` : name
}
