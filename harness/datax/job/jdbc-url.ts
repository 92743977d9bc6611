import { DataxError } from '../errors.ts'

export type JdbcUrl = {
  readonly dialect: 'postgres' | 'mysql'
  readonly host: string
  readonly port: number
  readonly database: string
  readonly options: Readonly<Record<string, string>>
}

const FORM = /^jdbc:(mysql|mariadb|postgresql):\/\/([^/?#]+?)(?::(\d+))?\/([^?;]*)(?:\?(.*))?$/s

/** Reads `jdbc:postgresql://host:port/database?options`. Throws DBUtilErrorCode-10. */
export function parseJdbcUrl(text: string): JdbcUrl {
  const match = FORM.exec(text.trim())
  if (!match) throw new DataxError('DBUtilErrorCode-10', `"${maskJdbcUrl(text)}" is no JDBC URL of MySQL or PostgreSQL`)
  const [, scheme, host, port, database, query] = match
  const dialect = scheme === 'postgresql' ? 'postgres' : 'mysql'
  return {
    dialect,
    host: (host as string).replace(/^\[(.*)\]$/, '$1'),
    port: port === undefined ? (dialect === 'postgres' ? 5432 : 3306) : Number(port),
    database: decodeURIComponent(database ?? ''),
    options: Object.fromEntries(new URLSearchParams(query ?? '')),
  }
}

/** The URL with the value of a password among its options, or before an @, masked. */
export function maskJdbcUrl(url: string): string {
  return url.replace(/([?&;](?:password|pass|pwd)=)[^&;]*/gi, '$1***').replace(/(:\/\/[^:/@\s]*:)[^@/\s]*@/g, '$1***@')
}

export function jdbcUrl({
  dialect,
  host,
  port,
  database,
  options = {},
}: Omit<JdbcUrl, 'options'> & Partial<Pick<JdbcUrl, 'options'>>): string {
  const query = new URLSearchParams(options).toString()
  return `jdbc:${dialect === 'postgres' ? 'postgresql' : 'mysql'}://${host.includes(':') ? `[${host}]` : host}:${port}/${encodeURIComponent(database)}${query && `?${query}`}`
}
