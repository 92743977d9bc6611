import type { Endpoint } from '../../../targets/target.ts'
import { DataxError } from '../../errors.ts'
import { jdbcEndpoint } from '../../job/jdbc-tls.ts'
import { type JdbcUrl, maskJdbcUrl, parseJdbcUrl } from '../../job/jdbc-url.ts'
import { textOf } from '../../job/json-node.ts'
import { Parameters } from '../../job/parameters.ts'
import type { Driver } from './driver.ts'

export type Connection = {
  /** The first that can be connected is used. */
  readonly endpoints: readonly Endpoint[]
  readonly tables: readonly string[]
  readonly queries: readonly string[]
}

/** The connections of a reader or writer, with its account. Throws DBUtilErrorCode-03, -08, -09, -10. */
export function connectionsOf(
  parameters: Parameters,
  side: 'reader' | 'writer',
  driver: Driver,
): readonly Connection[] {
  const username = parameters.required('username', 'DBUtilErrorCode-03')
  const password = parameters.required('password', 'DBUtilErrorCode-03')
  const items = parameters.list('connection')
  if (!items || items.length === 0) throw new DataxError('DBUtilErrorCode-03', '"connection" is missing or empty')
  const connections = items.map((item): Connection => {
    const one = new Parameters(item, 'a connection')
    const urls = side === 'reader' ? (one.list('jdbcUrl') ?? []).map(node => textOf(node) ?? '') : [urlOf(one)]
    if (urls.length === 0) throw new DataxError('DBUtilErrorCode-03', '"jdbcUrl" of a connection is missing')
    return {
      endpoints: urls.map(url => jdbcEndpoint(parsed(url, driver), { user: username, password, name: 'datax' })),
      tables: one.texts('table').flatMap(expandTable),
      queries: side === 'reader' ? one.texts('querySql').filter(query => query.trim() !== '') : [],
    }
  })
  const tables = connections.some(one => one.tables.length > 0)
  const queries = connections.some(one => one.queries.length > 0)
  if (tables && queries) throw new DataxError('DBUtilErrorCode-08', 'table and querySql are mixed')
  if (connections.some(one => one.tables.length + one.queries.length === 0))
    throw new DataxError(
      side === 'reader' ? 'DBUtilErrorCode-09' : 'DBUtilErrorCode-00',
      side === 'reader' ? 'neither table nor querySql is given' : 'a connection names no table',
    )
  return connections
}

function urlOf(connection: Parameters): string {
  const node = connection.get('jdbcUrl')
  if (node?.kind !== 'string')
    throw new DataxError(
      'DBUtilErrorCode-10',
      `jdbcUrl of a writer must be one text, and is ${maskJdbcUrl(JSON.stringify(node ? (textOf(node) ?? null) : null))}`,
    )
  return node.value
}

function parsed(url: string, driver: Driver): JdbcUrl {
  const found = parseJdbcUrl(url)
  if (found.dialect !== driver.dialect)
    throw new DataxError(
      'DBUtilErrorCode-10',
      `${maskJdbcUrl(url)} is not of ${driver.dialect === 'postgres' ? 'PostgreSQL' : 'MySQL'}`,
    )
  return found
}

/** `a,b` is two tables, `s[00-02]_x` is three: s00_x, s01_x, s02_x. */
export function expandTable(text: string): readonly string[] {
  return text
    .split(',')
    .map(name => name.trim())
    .filter(name => name !== '')
    .flatMap(name => {
      const match = /^(.*?)\[(\d+)-(\d+)\](.*)$/.exec(name)
      if (!match) return [name]
      const [, head, from = '', to = '', tail] = match
      const [low, high] = [Number(from), Number(to)].sort((a, b) => a - b) as [number, number]
      return Array.from(
        { length: high - low + 1 },
        (_, at) => `${head}${String(low + at).padStart(from.startsWith('0') ? from.length : 0, '0')}${tail}`,
      )
    })
}
