import { AssayError } from '../errors.ts'

export type SqlDialect = 'postgres' | 'mysql'

/** How one family of servers writes names and literals. */
export interface Dialect {
  readonly name: SqlDialect
  /** One name, quoted whether it needs it or not. Rejects a name with a NUL character. */
  identifier(name: string): string
  /** A name with its schema or database, each part quoted. */
  qualified(...parts: readonly string[]): string
  /** A text literal that means the same whatever the session's settings are. */
  literal(text: string): string
  /** A literal of any value: null, boolean, number, bigint, text, bytes. */
  value(value: string | number | bigint | boolean | null | Buffer): string
}

function checked(name: string): string {
  if (name === '' || name.includes('\0')) {
    throw new AssayError('ASSAY_CASE_TYPE', `${JSON.stringify(name)} cannot be the name of a database object`)
  }
  return name
}

/** A number as SQL: shortest decimal that reads back as the same double. */
function numeral(value: number): string {
  return Object.is(value, -0) ? '-0.0' : String(value)
}

export const postgresDialect: Dialect = {
  name: 'postgres',
  identifier: name => `"${checked(name).replaceAll('"', '""')}"`,
  qualified: (...parts) => parts.map(postgresDialect.identifier).join('.'),
  literal(text) {
    if (text.includes('\0')) {
      throw new AssayError('ASSAY_CASE_TYPE', 'PostgreSQL text cannot hold a NUL character')
    }
    const quoted = text.replaceAll("'", "''")
    // E'' is read the same under either setting of standard_conforming_strings
    return text.includes('\\') ? ` E'${quoted.replaceAll('\\', '\\\\')}'` : `'${quoted}'`
  },
  value(value) {
    if (value === null) return 'NULL'
    if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE'
    if (typeof value === 'bigint') return String(value)
    if (typeof value === 'number') {
      return Number.isFinite(value) ? numeral(value) : `'${String(value)}'::float8`
    }
    if (typeof value === 'string') return postgresDialect.literal(value)
    return `decode('${value.toString('hex')}', 'hex')`
  },
}

export const mysqlDialect: Dialect = {
  name: 'mysql',
  identifier: name => `\`${checked(name).replaceAll('`', '``')}\``,
  qualified: (...parts) => parts.map(mysqlDialect.identifier).join('.'),
  literal(text) {
    // With a backslash the meaning depends on sql_mode NO_BACKSLASH_ESCAPES; hexadecimal bytes have one meaning
    if (!text.includes('\\') && !text.includes('\0')) return `'${text.replaceAll("'", "''")}'`
    return `_utf8mb4 0x${Buffer.from(text, 'utf8').toString('hex')}`
  },
  value(value) {
    if (value === null) return 'NULL'
    if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE'
    if (typeof value === 'bigint') return String(value)
    if (typeof value === 'number') {
      if (!Number.isFinite(value)) throw new AssayError('ASSAY_CASE_TYPE', `MySQL has no ${value}`)
      return numeral(value)
    }
    if (typeof value === 'string') return mysqlDialect.literal(value)
    return value.length === 0 ? "X''" : `0x${value.toString('hex')}`
  },
}

export function dialectOf(name: SqlDialect): Dialect {
  return name === 'postgres' ? postgresDialect : mysqlDialect
}
