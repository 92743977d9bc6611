import type { ColumnType, Kind } from '../model.ts'

const KINDS: Readonly<Record<string, Kind>> = {
  tinyint: 'integer',
  smallint: 'integer',
  mediumint: 'integer',
  int: 'integer',
  bigint: 'integer',
  year: 'integer',
  decimal: 'decimal',
  float: 'float',
  double: 'float',
  char: 'char',
  varchar: 'text',
  tinytext: 'text',
  text: 'text',
  mediumtext: 'text',
  longtext: 'text',
  enum: 'text',
  set: 'text',
  binary: 'bytes',
  varbinary: 'bytes',
  tinyblob: 'bytes',
  blob: 'bytes',
  mediumblob: 'bytes',
  longblob: 'bytes',
  date: 'date',
  time: 'time',
  datetime: 'timestamp',
  timestamp: 'timestamptz',
  uuid: 'uuid',
  json: 'json',
  bit: 'bits',
  geometry: 'geometry',
  point: 'geometry',
  linestring: 'geometry',
  polygon: 'geometry',
  multipoint: 'geometry',
  multilinestring: 'geometry',
  multipolygon: 'geometry',
  geometrycollection: 'geometry',
  geomcollection: 'geometry',
}

/** A row of information_schema.columns. */
export type CatalogType = {
  /** data_type */
  readonly name: string
  /** column_type */
  readonly declared: string
  readonly scale: number | null
  readonly fraction: number | null
  readonly precision: number | null
  readonly charset: string | null
  /** MariaDB keeps JSON as longtext with a check: its clause. */
  readonly jsonCheck: boolean
}

export function columnType(type: CatalogType): ColumnType {
  const name = type.jsonCheck ? 'json' : type.name
  const kind = kindOf(name, type.declared)
  const scale = kind === 'decimal' ? type.scale : (type.fraction ?? 0)
  const scaled: ReadonlySet<Kind> = new Set(['decimal', 'time', 'timestamp', 'timestamptz'])
  return {
    declared: type.jsonCheck ? 'json' : type.declared,
    name,
    kind,
    ...(scaled.has(kind) ? { scale: scale ?? 0 } : {}),
    ...(kind === 'float' ? { size: name === 'float' ? 4 : 8 } : {}),
    ...(kind === 'bits' ? { size: type.precision ?? 1 } : {}),
    ...(type.charset === null ? {} : { charset: type.charset }),
  }
}

function kindOf(name: string, declared: string): Kind {
  // the convention of MySQL's BOOLEAN; a 2 in it is compared as a 2
  if (declared.startsWith('tinyint(1)')) return 'boolean'
  return KINDS[name] ?? 'other'
}
