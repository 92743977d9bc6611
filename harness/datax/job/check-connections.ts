import { DataxError } from '../errors.ts'
import { type Checking, shown } from './checking.ts'
import { maskJdbcUrl, parseJdbcUrl } from './jdbc-url.ts'
import type { JsonNode } from './json.ts'
import { nodeAt, textOf } from './json-node.ts'
import { PLACES } from './plugin-keys.ts'

type Side = 'reader' | 'writer'

/** `connection` of a database plugin: tables or queries, and the form of its URLs. */
export function checkConnections(
  checking: Checking,
  parameter: JsonNode,
  { side, name }: { side: Side; name: string },
): void {
  const connections = nodeAt(parameter, 'connection')
  if (connections?.kind !== 'array') return
  const modes = new Set<string>()
  for (const connection of connections.items) {
    checking.keys(connection, PLACES[`${side}Connection`] as readonly string[], `a connection of ${name}`)
    checkUrl(checking, connection, { side, name })
    const table = nodeAt(connection, 'table')
    const query = side === 'reader' ? nodeAt(connection, 'querySql') : undefined
    const some = (node: JsonNode | undefined): boolean => node?.kind === 'array' && node.items.length > 0
    for (const [key, node] of [
      ['table', table],
      ['querySql', query],
    ] as const)
      if (node && node.kind !== 'array' && node.kind !== 'null')
        checking.say(node.at, {
          code: 'DATAX_TYPE',
          message: `"${key}" of a connection must be a list, and is ${shown(node)}`,
        })
    if (some(table)) modes.add('table')
    if (some(query)) modes.add('querySql')
    if (!some(table) && !some(query))
      checking.say(connection.at, {
        code: 'DATAX_TABLE_QUERY',
        message: `a connection of ${name} has ${side === 'reader' ? 'neither table nor querySql' : 'no table'}`,
        dataxCode: side === 'reader' ? 'DBUtilErrorCode-09' : 'DBUtilErrorCode-00',
      })
  }
  if (modes.size > 1)
    checking.say(connections.at, {
      code: 'DATAX_TABLE_QUERY',
      message: 'table and querySql are mixed; a job has one or the other',
      dataxCode: 'DBUtilErrorCode-08',
    })
  if (side !== 'reader') return
  if (modes.has('table') && !nodeAt(parameter, 'column'))
    checking.say(parameter.at, {
      code: 'DATAX_MISSING',
      message: `${name} needs "column"`,
      dataxCode: 'DBUtilErrorCode-03',
    })
  if (modes.has('querySql') && parameter.kind === 'object')
    for (const { key, keyAt } of parameter.entries)
      if (['column', 'where', 'splitPk'].includes(key))
        checking.say(keyAt, {
          code: 'DATAX_TABLE_QUERY',
          severity: 'warning',
          message: `"${key}" is ignored beside querySql`,
        })
}

function checkUrl(checking: Checking, connection: JsonNode, { side, name }: { side: Side; name: string }): void {
  const url = nodeAt(connection, 'jdbcUrl')
  if (!url) {
    checking.say(connection.at, { code: 'DATAX_MISSING', message: `a connection of ${name} needs jdbcUrl` })
    return
  }
  if (side === 'reader' && url.kind !== 'array')
    checking.say(url.at, {
      code: 'DATAX_JDBC_FORM',
      message: `jdbcUrl of a reader must be a list, and is ${maskJdbcUrl(shown(url))}`,
      hint: 'Put it in [ ].',
      dataxCode: 'Framework-02',
    })
  if (side === 'writer' && url.kind !== 'string')
    checking.say(url.at, {
      code: 'DATAX_JDBC_FORM',
      message: `jdbcUrl of a writer must be one text, and is ${maskJdbcUrl(shown(url))}`,
      hint: 'Take the [ ] away.',
      dataxCode: 'DBUtilErrorCode-10',
    })
  for (const node of url.kind === 'array' ? url.items : [url]) {
    const text = textOf(node) ?? ''
    if (text.includes('${')) continue
    try {
      const { dialect } = parseJdbcUrl(text)
      if (name.startsWith('mysql') !== (dialect === 'mysql'))
        checking.say(node.at, { code: 'DATAX_JDBC_URL', message: `${name} cannot use ${maskJdbcUrl(text)}` })
    } catch (error) {
      checking.say(node.at, {
        code: 'DATAX_JDBC_URL',
        message: error instanceof DataxError ? error.detail : String(error),
        dataxCode: 'DBUtilErrorCode-10',
      })
    }
    if (maskJdbcUrl(text) !== text)
      checking.say(node.at, {
        code: 'DATAX_PASSWORD',
        severity: 'warning',
        message: 'a password stands in the jdbcUrl, where DataX does not mask it in its log',
      })
  }
}
