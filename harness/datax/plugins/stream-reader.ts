import { DataxError } from '../errors.ts'
import type { JsonNode } from '../job/json.ts'
import { Parameters } from '../job/parameters.ts'
import { asInteger, type Mode } from '../record/convert.ts'
import { parseByFormat } from '../record/date-format.ts'
import { epochOf, parseDate, textOfEpoch } from '../record/date-text.ts'
import type { Kind, Row, Value } from '../record/kind.ts'
import { nothing, type PluginContext, type ReaderPlugin, type ReaderTask, type RecordOutput } from './plugin.ts'

const BATCH = 1_024
const DATE_FORMAT = 'yyyy-MM-dd HH:mm:ss'
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const KINDS: Readonly<Record<string, Kind>> = {
  ...{ STRING: 'STRING', LONG: 'LONG', BOOL: 'BOOL', DOUBLE: 'DOUBLE', DATE: 'DATETIME', BYTES: 'BYTES' },
}

type Column = { readonly kind: Kind; readonly make: () => Value }

/** Records of constant or random columns; `sliceRecordCount` of them in each of as many tasks as there are channels. */
export const streamReader: ReaderPlugin = {
  name: 'streamreader',
  open(parameters, context) {
    const items = parameters.list('column')
    if (!items || items.length === 0)
      throw new DataxError('StreamReader-00', '"column" of streamreader is missing or empty')
    const count = parameters.long('sliceRecordCount')
    if (count === undefined) throw new DataxError('StreamReader-00', '"sliceRecordCount" of streamreader is missing')
    if (count < 1) throw new DataxError('StreamReader-01', `"sliceRecordCount" must be at least 1, and is ${count}`)
    const columns = items.map(item => columnOf(item, context))
    return {
      preflight: async () => ({ width: columns.length }),
      prepare: nothing,
      split: async channels =>
        Array.from({ length: channels }, (): ReaderTask => ({ read: output => read(columns, count, output) })),
      post: nothing,
      [Symbol.asyncDispose]: nothing,
    }
  },
}

async function read(columns: readonly Column[], count: number, output: RecordOutput): Promise<void> {
  const kinds = columns.map(column => column.kind)
  for (let done = 0; done < count; done += BATCH) {
    const rows = new Array<Row>(Math.min(BATCH, count - done))
    for (let at = 0; at < rows.length; at++) rows[at] = recordOf(columns)
    const wait = output.send(rows, kinds)
    if (wait) await wait
  }
}

/** Each record is one of its own, also where all are alike. */
function recordOf(columns: readonly Column[]): Row {
  const row = new Array<Value>(columns.length)
  for (let index = 0; index < columns.length; index++) row[index] = (columns[index] as Column).make()
  return row
}

function columnOf(item: JsonNode, context: PluginContext): Column {
  const parameters = new Parameters(item, 'a column of streamreader')
  const type = parameters.text('type') ?? 'string'
  const kind = KINDS[type.toUpperCase()]
  if (!kind)
    throw new DataxError('StreamReader-02', `streamreader does not know the column type "${type}"`, {
      hint: `It knows ${Object.keys(KINDS).join(', ')}.`,
    })
  const format = parameters.text('dateFormat') ?? DATE_FORMAT
  const value = parameters.text('value') ?? ''
  const random = parameters.text('random') ?? ''
  if (value.trim() !== '') {
    if (random !== '') context.log('WARN', 'StreamReader$Job', '您同时配置了 value 与 random, 将只使用 value')
    const made = constantOf(value, kind, format, context.mode)
    return { kind, make: () => made }
  }
  if (random.trim() === '')
    throw new DataxError('StreamReader-00', 'a column of streamreader has neither value nor random')
  return { kind, make: randomOf(random, kind, format, context.random) }
}

function constantOf(value: string, kind: Kind, format: string, mode: Mode): Value {
  if (kind === 'LONG') return String(asInteger(value, 'STRING', mode))
  if (kind === 'BOOL') return value.toLowerCase() === 'true'
  if (kind === 'DATETIME') return parseByFormat(value, format)
  if (kind === 'BYTES') return Buffer.from(value, 'utf8')
  if (kind === 'DOUBLE' && !Number.isFinite(Number(value)) && !/^[+-]?\d+(\.\d*)?(e\d+)?$/i.test(value))
    throw new DataxError('StreamReader-01', `${JSON.stringify(value)} is no DOUBLE`)
  return value
}

/** `a,b` by the kind: a range of numbers, of lengths, or of dates; for BOOL the weights of false and true. */
function randomOf(text: string, kind: Kind, format: string, random: () => number): () => Value {
  const [from = '', to = ''] = text.split(',').map(part => part.trim())
  const bad = (): DataxError => new DataxError('StreamReader-01', `"${text}" is no random range "a,b" for ${kind}`)
  if (kind === 'DATETIME') {
    const [low, high] = [from, to].map(part =>
      epochOf(format === DATE_FORMAT ? parseDate(part, true).text : parseByFormat(part, format)),
    ) as [number, number]
    if (low > high) throw bad()
    return () => textOfEpoch(Math.floor(low + random() * (high - low + 1)))
  }
  if (!/^\d+$/.test(from) || !/^\d+$/.test(to)) throw bad()
  const low = Number(from)
  const high = Number(to)
  if (kind === 'BOOL') {
    if (low === high) return () => random() < 0.5
    return () => (low === 0 ? true : high === 0 ? false : random() < high / (low + high))
  }
  if (low > high) throw bad()
  const integer = (): number => low + Math.floor(random() * (high - low + 1))
  if (kind === 'LONG') return () => String(integer())
  if (kind === 'DOUBLE') return () => String(low + random() * (high - low + 1))
  const letters = (): string =>
    Array.from({ length: integer() }, () => LETTERS[Math.floor(random() * LETTERS.length)]).join('')
  return kind === 'BYTES' ? () => Buffer.from(letters()) : letters
}
