import { didYouMean } from '../../cases/suggest.ts'
import { checkConnections } from './check-connections.ts'
import type { Checking } from './checking.ts'
import type { JsonNode } from './json.ts'
import { nodeAt, textOf } from './json-node.ts'
import { OTHER_PLUGINS, PLACES, READER_KEYS, WRITER_KEYS } from './plugin-keys.ts'

type Side = 'reader' | 'writer'

/** One of `content[0].reader` and `.writer`. */
export function checkPlugin(checking: Checking, content: JsonNode, side: Side): void {
  const plugin = nodeAt(content, side)
  if (plugin?.kind !== 'object') {
    checking.say((plugin ?? content).at, {
      code: 'DATAX_MISSING',
      message: `content[0] needs a ${side}`,
      dataxCode: 'Framework-03',
    })
    return
  }
  checking.keys(plugin, PLACES.plugin as readonly string[], side)
  const nameNode = nodeAt(plugin, 'name')
  const name = nameNode && textOf(nameNode)
  if (!name) {
    checking.say(plugin.at, { code: 'DATAX_MISSING', message: `the ${side} has no name`, dataxCode: 'Framework-03' })
    return
  }
  const tables = side === 'reader' ? READER_KEYS : WRITER_KEYS
  const keys = tables[name]
  if (!keys) {
    if (OTHER_PLUGINS.has(name) && name.endsWith(side)) return
    checking.say(nameNode.at, {
      code: 'DATAX_PLUGIN',
      message: `there is no ${side} "${name}"${didYouMean(name, [...Object.keys(tables), ...OTHER_PLUGINS])}`,
      dataxCode: 'Framework-12',
    })
    return
  }
  const parameter = nodeAt(plugin, 'parameter')
  if (parameter?.kind !== 'object') {
    checking.say((parameter ?? plugin).at, { code: 'DATAX_MISSING', message: `${name} has no parameter` })
    return
  }
  checking.parameters(parameter, keys, name)
  checkColumns(checking, parameter, name)
  if (keys.connection) {
    checkConnections(checking, parameter, { side, name })
    checkPassword(checking, parameter)
  }
  if (side === 'writer' && keys.preSql) checkPreSql(checking, parameter)
  if (side === 'reader' && keys.splitPk) checkSplitPk(checking, parameter)
  checkWriteMode(checking, parameter, name)
}

function checkColumns(checking: Checking, parameter: JsonNode, name: string): void {
  const column = nodeAt(parameter, 'column')
  if (column?.kind !== 'array') return
  if (column.items.length === 0)
    checking.say(column.at, { code: 'DATAX_MISSING', message: `"column" of ${name} is empty` })
  const place = name === 'streamreader' ? 'streamColumn' : name === 'txtfilereader' ? 'fileColumn' : undefined
  if (place) {
    for (const item of column.items) checking.keys(item, PLACES[place] as readonly string[], `a column of ${name}`)
    return
  }
  const texts = column.items.map(item => textOf(item) ?? '')
  const star = texts.indexOf('*')
  if (star >= 0 && texts.length > 1)
    checking.say((column.items[star] as JsonNode).at, {
      code: 'DATAX_COLUMN_STAR',
      message: '"*" must be the only column',
      dataxCode: 'DBUtilErrorCode-02',
    })
  for (const [index, text] of texts.entries())
    if (name.endsWith('writer') && texts.indexOf(text) < index)
      checking.say((column.items[index] as JsonNode).at, {
        code: 'DATAX_VALUE',
        message: `the column "${text}" is written twice`,
        dataxCode: 'DBUtilErrorCode-02',
      })
}

function checkPassword(checking: Checking, parameter: JsonNode): void {
  const password = nodeAt(parameter, 'password')
  const text = password && textOf(password)
  if (password && text && !/^\$\{\w+\}$/.test(text) && !checking.outside.has(text))
    checking.say(password.at, {
      code: 'DATAX_PASSWORD',
      severity: 'warning',
      message: 'the password stands in plain text in the job file',
      hint: 'Write "${password}" and pass -p "-Dpassword=…", or use DataX’s encryption ("*password").',
    })
}

const CLEARING = /^\s*(?:delete\s+from|truncate(?:\s+table)?)\s+(?:only\s+)?([^\s;(]+)/i
const bare = (name: string): string => name.replace(/["`]/g, '').split('.').at(-1)?.toLowerCase() ?? ''

function checkPreSql(checking: Checking, parameter: JsonNode): void {
  const preSql = nodeAt(parameter, 'preSql')
  const connections = nodeAt(parameter, 'connection')
  if (preSql?.kind !== 'array' || connections?.kind !== 'array') return
  const tables = connections.items.flatMap(one => {
    const table = nodeAt(one, 'table')
    return table?.kind === 'array' ? table.items.map(item => textOf(item) ?? '') : []
  })
  for (const item of preSql.items) {
    const cleared = CLEARING.exec(textOf(item) ?? '')?.[1]
    if (cleared === undefined || cleared.includes('@table') || cleared.includes('$')) continue
    if (tables.some(table => table.includes('[') || table.includes('$') || bare(table) === bare(cleared))) continue
    checking.say(item.at, {
      code: 'DATAX_PRE_SQL_TABLE',
      severity: 'warning',
      message: `preSql clears "${cleared}", and the job writes ${tables.map(table => `"${table}"`).join(', ')}`,
      hint: '@table stands for the table that is written.',
    })
  }
}

function checkSplitPk(checking: Checking, parameter: JsonNode): void {
  const splitPk = nodeAt(parameter, 'splitPk')
  const text = splitPk && textOf(splitPk)?.trim()
  if (!splitPk || !text) return
  if (text.includes(',')) {
    checking.say(splitPk.at, {
      code: 'DATAX_SPLIT_PK',
      message: `splitPk must be one column, and is "${text}"`,
      dataxCode: 'DBUtilErrorCode-04',
    })
    return
  }
  const column = nodeAt(parameter, 'column')
  const names = column?.kind === 'array' ? column.items.map(item => bare(textOf(item) ?? '')) : []
  if (names.length > 0 && !names.includes('*') && !names.includes(bare(text)))
    checking.say(splitPk.at, {
      code: 'DATAX_SPLIT_PK',
      message: `splitPk "${text}" is not among the columns${didYouMean(text, names)}`,
      dataxCode: 'DBUtilErrorCode-04',
    })
}

const WRITE_MODES: Readonly<Record<string, RegExp>> = {
  mysqlwriter: /^\s*(insert|replace|update)\b/i,
  txtfilewriter: /^(truncate|append|nonConflict)$/,
}

function checkWriteMode(checking: Checking, parameter: JsonNode, name: string): void {
  const node = nodeAt(parameter, 'writeMode')
  const text = node && textOf(node)
  if (!node || text === undefined) return
  if (name === 'postgresqlwriter')
    checking.say(node.at, {
      code: 'DATAX_VALUE',
      message: 'postgresqlwriter takes no writeMode; it always inserts',
      dataxCode: 'DBUtilErrorCode-00',
    })
  const allowed = WRITE_MODES[name]
  if (name === 'mysqlwriter' && /^load$/i.test(text))
    checking.say(node.at, {
      code: 'DATAX_VALUE',
      severity: 'warning',
      message: `"${text}" is a writeMode of the engine in this process alone, in strict mode; DataX refuses it`,
      dataxCode: 'DBUtilErrorCode-02',
    })
  else if (allowed && !allowed.test(text))
    checking.say(node.at, {
      code: 'DATAX_VALUE',
      message: `"${text}" is no writeMode of ${name}`,
      dataxCode: name === 'mysqlwriter' ? 'DBUtilErrorCode-02' : 'UnstructuredStorageWriter-00',
    })
}
