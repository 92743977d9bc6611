import type { ColumnType, Kind } from '../model.ts'

const KINDS: Readonly<Record<string, Kind>> = {
  int2: 'integer',
  int4: 'integer',
  int8: 'integer',
  oid: 'integer',
  bool: 'boolean',
  numeric: 'decimal',
  money: 'decimal',
  float4: 'float',
  float8: 'float',
  text: 'text',
  varchar: 'text',
  name: 'text',
  char: 'text',
  citext: 'text',
  bpchar: 'char',
  bytea: 'bytes',
  date: 'date',
  time: 'time',
  timetz: 'timetz',
  timestamp: 'timestamp',
  timestamptz: 'timestamptz',
  interval: 'interval',
  uuid: 'uuid',
  json: 'json',
  jsonb: 'json',
  bit: 'bits',
  varbit: 'bits',
  geometry: 'geometry',
  geography: 'geometry',
}

const TIMES: ReadonlySet<Kind> = new Set(['time', 'timetz', 'timestamp', 'timestamptz'])

/** A type as the catalog has it; `name` is that of the base type of a domain. */
export type CatalogType = {
  readonly name: string
  readonly declared: string
  readonly modifier: number
  /** pg_type.typtype: `b` base, `e` enum, `c` composite, `d` domain, `r` range. */
  readonly category: string
  /** OID of the column's own type. */
  readonly oid: number
}

/** First OID of objects that users and extensions create. */
const FIRST_USER_OID = 16_384

export function columnType(type: CatalogType): ColumnType {
  const kind = type.category === 'e' ? 'text' : (KINDS[type.name] ?? 'other')
  const modifier = type.modifier
  return {
    declared: type.declared,
    name: type.name,
    kind,
    ...(type.oid >= FIRST_USER_OID ? { userDefined: true } : {}),
    // numeric(p,s) keeps the scale in its low bits; since version 15 it may be negative
    ...(kind === 'decimal' && type.name === 'numeric' && modifier >= 4 ? { scale: signed11(modifier - 4) } : {}),
    ...(TIMES.has(kind) ? { scale: modifier >= 0 ? modifier : 6 } : {}),
    ...(kind === 'float' ? { size: type.name === 'float4' ? 4 : 8 } : {}),
    ...(kind === 'bits' && modifier > 0 ? { size: modifier } : {}),
  }
}

function signed11(modifier: number): number {
  const low = modifier & 0x7ff
  return low >= 0x400 ? low - 0x800 : low
}
