import { didYouMean } from '../../cases/suggest.ts'
import { toDataxError } from '../errors.ts'
import { TRANSFORMERS } from '../transformers/chain.ts'
import { checkPlugin } from './check-plugins.ts'
import { checkSetting } from './check-setting.ts'
import { Checking } from './checking.ts'
import type { Finding } from './finding.ts'
import { JobSyntaxError, type JsonNode, MAX_SIZE, parseJson } from './json.ts'
import { nodeAt, textOf } from './json-node.ts'
import { PLACES } from './plugin-keys.ts'
import { substitute, variablesIn } from './variables.ts'

/** Everything that DataX would ignore in silence, or fail on late, in the order of the file. Variables are replaced first. */
export function checkJob(given: string, params: Readonly<Record<string, string>> = {}): readonly Finding[] {
  const text = substitute(given, params)
  const checking = new Checking(text, params)
  try {
    return checkTree(text, parseJson(text), params)
  } catch (error) {
    if (!(error instanceof JobSyntaxError)) throw toDataxError(error)
    const hint = error.hint === undefined ? {} : { hint: error.hint }
    checking.say(error.offset, {
      code: text.length > MAX_SIZE ? 'DATAX_TOO_LARGE' : 'DATAX_SYNTAX',
      message: error.detail,
      dataxCode: 'Common-00',
      ...hint,
    })
    return checking.findings
  }
}

/** The same for a text that is read already. */
export function checkTree(text: string, root: JsonNode, params: Readonly<Record<string, string>>): readonly Finding[] {
  const checking = new Checking(text, params)
  const job = nodeAt(root, 'job')
  for (const { name, at } of variablesIn(text))
    checking.say(at, {
      code: 'DATAX_VARIABLE',
      severity: 'warning',
      message: `the variable \${${name}} is not set, and stays as it is`,
      hint: `Pass -p "-D${name}=…".`,
    })
  checking.keys(root, PLACES.root as readonly string[], 'the job file')
  if (job?.kind !== 'object') {
    checking.say((job ?? root).at, {
      code: 'DATAX_MISSING',
      message: 'the file has no "job"',
      dataxCode: 'Framework-03',
    })
    return checking.findings
  }
  checking.keys(job, PLACES.job as readonly string[], 'job')
  checkSetting(checking, root)
  const content = nodeAt(job, 'content')
  if (content?.kind !== 'array' || content.items.length === 0) {
    checking.say((content ?? job).at, {
      code: 'DATAX_MISSING',
      message: 'job.content must be a list with one entry',
      dataxCode: 'Framework-03',
    })
    return checking.findings
  }
  for (const extra of content.items.slice(1))
    checking.say(extra.at, {
      code: 'DATAX_CONTENT',
      message: `DataX runs only the first entry of content, and this is one of ${content.items.length}`,
      hint: 'Make a job file of each.',
    })
  const first = content.items[0] as JsonNode
  checkContent(checking, first)
  return checking.findings
}

function checkContent(checking: Checking, content: JsonNode): void {
  const setting = content.kind === 'object' ? content.entries.find(entry => entry.key === 'setting') : undefined
  if (setting)
    checking.say(setting.keyAt, {
      code: 'DATAX_SETTING_PLACE',
      message: 'setting stands inside content[0], where DataX ignores it; it belongs into job',
      dataxCode: 'Framework-03',
    })
  checking.keys(content, [...(PLACES.content as readonly string[]), 'setting'], 'content[0]')
  checkPlugin(checking, content, 'reader')
  checkPlugin(checking, content, 'writer')
  checkWidth(checking, content)
  const transformers = nodeAt(content, 'transformer')
  if (transformers?.kind === 'array')
    for (const one of transformers.items) checkTransformer(checking, one, widthOf(content, 'reader'))
}

/** How many columns a side names; undefined where the file does not say it. */
function widthOf(content: JsonNode, side: 'reader' | 'writer'): number | undefined {
  const parameter = nodeAt(content, side, 'parameter')
  const column = nodeAt(parameter, 'column')
  const connection = nodeAt(parameter, 'connection', 0)
  if (column?.kind !== 'array' || nodeAt(connection, 'querySql')) return undefined
  return column.items.some(item => item.kind === 'string' && item.value === '*') ? undefined : column.items.length
}

function checkWidth(checking: Checking, content: JsonNode): void {
  const reader = widthOf(content, 'reader')
  const writer = widthOf(content, 'writer')
  const column = nodeAt(content, 'writer', 'parameter', 'column')
  if (reader === undefined || writer === undefined || reader === writer || !column) return
  checking.say(column.at, {
    code: 'DATAX_COLUMN_COUNT',
    message: `列配置信息有错误: the reader gives ${reader} columns, and the writer takes ${writer}`,
    dataxCode: 'DBUtilErrorCode-00',
  })
}

function checkTransformer(checking: Checking, node: JsonNode, width: number | undefined): void {
  checking.keys(node, PLACES.transformer as readonly string[], 'a transformer')
  const parameter = nodeAt(node, 'parameter')
  checking.keys(parameter, PLACES.transformerParameter as readonly string[], 'the parameter of a transformer')
  const nameNode = nodeAt(node, 'name')
  const name = nameNode && textOf(nameNode)
  if (!nameNode || !name) {
    checking.say(node.at, {
      code: 'DATAX_TRANSFORMER',
      message: 'a transformer has no name',
      dataxCode: 'TransformerErrorCode-03',
    })
    return
  }
  const known = [...Object.keys(TRANSFORMERS), 'dx_groovy']
  // names without dx_ are the user's own, of a home
  if (name.startsWith('dx_') && !known.includes(name))
    checking.say(nameNode.at, {
      code: 'DATAX_TRANSFORMER',
      message: `there is no transformer "${name}"${didYouMean(name, known)}`,
      dataxCode: 'TransformerErrorCode-03',
    })
  const index = nodeAt(parameter, 'columnIndex')
  if (!index && TRANSFORMERS[name])
    checking.say((parameter ?? node).at, {
      code: 'DATAX_TRANSFORMER',
      message: `${name} needs columnIndex`,
      dataxCode: 'TransformerErrorCode-05',
    })
  if (index && width !== undefined && Number(textOf(index)) >= width)
    checking.say(index.at, {
      code: 'DATAX_TRANSFORMER',
      message: `columnIndex ${textOf(index)} of a record with ${width} columns; they count from 0`,
      dataxCode: 'TransformerErrorCode-05',
    })
  const paras = nodeAt(parameter, 'paras')
  for (const para of paras?.kind === 'array' ? paras.items : [])
    if (para.kind !== 'string')
      checking.say(para.at, {
        code: 'DATAX_TRANSFORMER',
        message: `paras must be texts, and ${textOf(para)} is a ${para.kind}: DataX dies on it`,
        hint: `Write "${textOf(para)}".`,
        dataxCode: 'Framework-02',
      })
}
