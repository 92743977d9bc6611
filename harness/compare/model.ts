import type { SqlDialect } from '../sql/dialect.ts'

/** `left` is what should be (the primary, the source), `right` what is checked against it. */
export const SIDES = ['left', 'right'] as const
export type SideName = (typeof SIDES)[number]

/** `exact`: bit for bit. `by-value`: what the engine's `=` calls equal (1.0 and 1.00, -0 and 0). */
export type CompareMode = 'exact' | 'by-value'

/** A table by schema (MySQL: database) and name; without a schema the session's own. */
export type TableName = { readonly schema?: string; readonly name: string }

/**
 * What a column holds, whatever its engine calls the type. Columns of the same kind can be compared;
 * kind.ts says which pairs of kinds can.
 */
export type Kind =
  | 'integer'
  | 'boolean'
  | 'decimal'
  | 'float'
  | 'text'
  | 'char'
  | 'bytes'
  | 'date'
  | 'time'
  | 'timetz'
  | 'timestamp'
  | 'timestamptz'
  | 'interval'
  | 'uuid'
  | 'json'
  | 'bits'
  | 'geometry'
  | 'other'

export type ColumnType = {
  /** As the server writes it: `numeric(18,4)`, `varchar(20)`, `bigint unsigned`. */
  readonly declared: string
  /** Without its modifiers: `numeric`, `varchar`. */
  readonly name: string
  readonly kind: Kind
  /** Digits after the point of a decimal, of the seconds of a time; undefined where the type sets none. */
  readonly scale?: number
  /** Bits of a bit string, bytes of a float. */
  readonly size?: number
  /** An enum, composite, domain or extension type: its number differs from server to server. */
  readonly userDefined?: boolean
  /** MySQL: the column's character set. */
  readonly charset?: string
}

export type Column = {
  readonly name: string
  readonly type: ColumnType
  readonly nullable: boolean
  /** As the server writes it. */
  readonly default?: string
  readonly collation?: string
  readonly generated?: string
  readonly autoIncrement: boolean
}

export type Index = {
  readonly name: string
  readonly columns: readonly string[]
  readonly unique: boolean
  readonly primary: boolean
  /** Usable as a key of rows: no expression, no prefix, no condition, no nullable column. */
  readonly identifies: boolean
  /** What columns do not say: expressions, conditions, prefixes; compared as text. */
  readonly detail?: string
}

export type TableShape = {
  readonly name: TableName
  readonly kind: 'table' | 'view'
  readonly columns: readonly Column[]
  readonly indexes: readonly Index[]
  readonly collation?: string
  readonly engine?: string
}

/** What a server is, as far as digests care. */
export type EngineFacts = {
  readonly dialect: SqlDialect
  /** `postgresql`, `greenplum`, `mysql`, `mariadb`. */
  readonly flavor: string
  /** 9.4 as 90400, 18.1 as 180001; MySQL 8.0.33 as 80033; MariaDB 10.11.19 as 101119. */
  readonly version: number
  /** As the server says it. */
  readonly versionText: string
  /** PostgreSQL: the database's encoding. */
  readonly encoding?: string
}
