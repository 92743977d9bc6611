import { connect } from '../../sql/connect.ts'
import { mysqlDialect, postgresDialect } from '../../sql/dialect.ts'
import type { SqlSession } from '../../sql/session.ts'
import type { Endpoint } from '../../targets/target.ts'
import { Checking } from './checking.ts'
import type { Finding } from './finding.ts'
import { jdbcEndpoint } from './jdbc-tls.ts'
import { parseJdbcUrl } from './jdbc-url.ts'
import { type JsonNode, parseJson } from './json.ts'
import { nodeAt, textOf } from './json-node.ts'
import { substitute } from './variables.ts'

/** Milliseconds; a check is no reason to wait longer. */
const WITHIN = 4_000

/** Collations under which ranges by bytes and comparisons agree. */
const BY_BYTES = /^(C|C\.UTF-?8|POSIX|ucs_basic|binary)$|_bin$/i

/**
 * What only the database of the reader knows: a text splitPk under the collation of a language, with which DataX reads rows twice or
 * not at all (reference 1.7). Nothing where the database cannot be asked.
 */
export async function askDatabase(
  given: string,
  params: Readonly<Record<string, string>> = {},
  signal?: AbortSignal,
): Promise<readonly Finding[]> {
  const text = substitute(given, params)
  try {
    const reader = nodeAt(parseJson(text), 'job', 'content', 0, 'reader', 'parameter')
    const splitPk = nodeAt(reader, 'splitPk')
    const column = splitPk && textOf(splitPk)?.trim()
    if (!splitPk || !column) return []
    const checking = new Checking(text, params)
    for (const [at, table] of tablesOf(reader)) {
      const collation = await collationOf(at, { table, column, signal })
      if (collation === undefined || BY_BYTES.test(collation)) continue
      checking.say(splitPk.at, {
        code: 'DATAX_SPLIT_COLLATION',
        severity: 'warning',
        message: `splitPk "${column}" of ${table} is a text under the collation ${collation}, whose order is not that of its bytes: DataX reads rows twice or not at all`,
        hint: 'Split by an integer; strict mode compares by bytes and reads each row once.',
      })
    }
    return checking.findings
  } catch (error) {
    signal?.throwIfAborted()
    // a job that cannot be read, or a database that cannot be asked, is told by others
    if (error instanceof Error) return []
    throw error
  }
}

/** The first table of each connection, with where it is. */
function tablesOf(reader: JsonNode | undefined): readonly (readonly [Endpoint, string])[] {
  const connections = nodeAt(reader, 'connection')
  const text = (node: JsonNode | undefined): string => (node && textOf(node)) ?? ''
  return (connections?.kind === 'array' ? connections.items : []).flatMap(one => {
    const table = text(nodeAt(one, 'table', 0))
      .split(',')[0]
      ?.trim()
    const url = text(nodeAt(one, 'jdbcUrl', 0))
    if (!table || table.includes('[') || url === '') return []
    const account = { user: text(nodeAt(reader, 'username')), password: text(nodeAt(reader, 'password')) }
    return [[jdbcEndpoint(parseJdbcUrl(url), { ...account, name: 'reader' }), table] as const]
  })
}

async function collationOf(
  endpoint: Endpoint,
  {
    table,
    column,
    signal,
  }: { readonly table: string; readonly column: string; readonly signal: AbortSignal | undefined },
): Promise<string | undefined> {
  const options = { within: WITHIN, applicationName: 'assay datax check', ...(signal ? { signal } : {}) }
  await using session = await connect(endpoint, options)
  const name = column.replace(/["`]/g, '')
  return endpoint.protocol === 'postgres' ? await ofPostgres(session, table, name) : await ofMysql(session, table, name)
}

async function ofPostgres(session: SqlSession, table: string, column: string): Promise<string | undefined> {
  const { values } = await session.query(`
    select case when c.collname = 'default' then (select datcollate from pg_database where datname = current_database()) else c.collname end
    from pg_attribute a join pg_collation c on c.oid = a.attcollation
    where a.attrelid = to_regclass(${postgresDialect.literal(table)}) and lower(a.attname) = lower(${postgresDialect.literal(column)})`)
  return values[0]?.[0] === undefined ? undefined : String(values[0][0])
}

async function ofMysql(session: SqlSession, table: string, column: string): Promise<string | undefined> {
  const [name = '', schema] = table.replace(/[`"]/g, '').split('.').reverse()
  const { values } = await session.query(`
    select collation_name from information_schema.columns
    where table_schema = ${schema === undefined ? 'database()' : mysqlDialect.literal(schema)}
      and table_name = ${mysqlDialect.literal(name)} and column_name = ${mysqlDialect.literal(column)}`)
  return values[0]?.[0] === undefined || values[0][0] === null ? undefined : String(values[0][0])
}
