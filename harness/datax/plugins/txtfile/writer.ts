import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DataxError } from '../../errors.ts'
import { Parameters } from '../../job/parameters.ts'
import { asText } from '../../record/convert.ts'
import { formatBy } from '../../record/date-format.ts'
import { type Kind, kindAt, type Value } from '../../record/kind.ts'
import { nothing, type PluginContext, type RecordInput, type WriterPlugin, type WriterTask } from '../plugin.ts'
import { encodingOf, TextFile } from '../text-file.ts'
import { CSV_STYLE, type CsvStyle, csvFormat, type LineFormat, sqlFormat, textFormat } from './formats.ts'

type FileFormat = 'text' | 'csv' | 'sql'

type Settings = {
  readonly line: LineFormat
  readonly fileFormat: FileFormat
  readonly header: readonly string[]
  readonly dateFormat: string | undefined
  readonly base64: boolean
  readonly commitSize: number
  readonly encoding: BufferEncoding
  readonly gzip: boolean
}

/** Files `<fileName>__<uuid>`, one for each task. */
export const txtFileWriter: WriterPlugin = {
  name: 'txtfilewriter',
  open(parameters, context) {
    const path = parameters.required('path', 'TxtFileWriter-01')
    const fileName = parameters.required('fileName', 'TxtFileWriter-01')
    if (/[/\\\0]|^\.\.?$/.test(fileName)) throw new DataxError('TxtFileWriter-00', `"${fileName}" is no file name`)
    const writeMode = parameters.required('writeMode', 'TxtFileWriter-01')
    if (!['truncate', 'append', 'nonConflict'].includes(writeMode))
      throw new DataxError(
        'UnstructuredStorageWriter-00',
        `"${writeMode}" is no writeMode; there are truncate, append, nonConflict`,
      )
    const settings = settingsOf(parameters, context)
    return {
      preflight: async () => {
        if (writeMode === 'nonConflict') await refuseExisting(path, fileName)
      },
      prepare: () => prepare(path, fileName, writeMode),
      split: async tasks =>
        Array.from({ length: tasks }, (): WriterTask => {
          const name = `${fileName}__${randomUUID().replaceAll('-', '_')}${settings.gzip ? '.gz' : ''}`
          return { write: input => writeFile(join(path, name), settings, input, context) }
        }),
      post: nothing,
      [Symbol.asyncDispose]: nothing,
    }
  },
}

async function existing(path: string, prefix: string): Promise<readonly string[]> {
  const names = await readdir(path, { withFileTypes: true }).catch(() => [])
  return names.filter(entry => entry.isFile() && entry.name.startsWith(prefix)).map(entry => entry.name)
}

async function refuseExisting(path: string, fileName: string): Promise<void> {
  const names = await existing(path, fileName)
  if (names.length > 0)
    throw new DataxError(
      'TxtFileWriter-02',
      `${path} holds ${names.length} files that begin with "${fileName}", as ${names[0]}`,
    )
}

async function prepare(path: string, fileName: string, writeMode: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true })
    if (writeMode === 'truncate') for (const name of await existing(path, fileName)) await rm(join(path, name))
  } catch (error) {
    throw new DataxError('TxtFileWriter-02', `${path} cannot be used: ${(error as Error).message}`, { cause: error })
  }
}

function settingsOf(parameters: Parameters, { mode }: PluginContext): Settings {
  const fileFormat = (parameters.text('fileFormat') ?? 'text') as FileFormat
  if (!['text', 'csv', 'sql'].includes(fileFormat))
    throw new DataxError('UnstructuredStorageWriter-00', `"${fileFormat}" is no fileFormat; there are text, csv, sql`)
  const compress = (parameters.text('compress') ?? '').toLowerCase()
  if (compress !== '' && compress !== 'gzip')
    throw new DataxError('TxtFileWriter-00', `the compression "${compress}" is not supported by this engine`)
  const delimiter = parameters.text('fieldDelimiter') ?? ','
  if (fileFormat === 'csv' && delimiter.length !== 1)
    throw new DataxError('UnstructuredStorageWriter-00', `csv has a delimiter of one character, not "${delimiter}"`)
  const given = parameters.text('lineDelimiter') ?? '\n'
  const lineEnd = fileFormat === 'csv' && mode === 'compat' ? (given[0] ?? '\n') : given
  const nullFormat = parameters.text('nullFormat')
  // DataX writes the text null, which is also what somebody may be called
  const nullText = nullFormat ?? (mode === 'strict' ? '\\N' : 'null')
  const header = parameters.texts('header')
  const options = { delimiter, lineEnd, nullText, mode }
  return {
    line:
      fileFormat === 'sql'
        ? sqlLine(parameters, { nullFormat, nullText, mode })
        : fileFormat === 'csv'
          ? csvFormat(options, csvStyle(parameters))
          : textFormat(options),
    fileFormat,
    header: fileFormat === 'sql' || header.length === 0 ? [] : [...header],
    dateFormat: parameters.text('dateFormat') ?? parameters.text('format'),
    base64: parameters.text('byteEncoding') === 'base64',
    commitSize: parameters.long('commitSize') ?? 2000,
    encoding: encodingOf(parameters.text('encoding'), 'TxtFileWriter-00'),
    gzip: compress === 'gzip',
  }
}

const CSV_KEYS = ['textQualifier', 'forceQualifier', 'useTextQualifier', 'escapeMode']

function csvStyle(parameters: Parameters): CsvStyle {
  const config = new Parameters(parameters.get('csvWriterConfig'), 'csvWriterConfig')
  const other =
    config.node?.kind === 'object' ? config.node.entries.find(one => !CSV_KEYS.includes(one.key)) : undefined
  if (other)
    throw new DataxError('TxtFileWriter-00', `csvWriterConfig has "${other.key}", which this engine does not know`, {
      hint: `There are ${CSV_KEYS.join(', ')}.`,
    })
  if (!config.bool('useTextQualifier', true))
    throw new DataxError('TxtFileWriter-00', 'csv without quotes cannot be read again; use fileFormat text')
  const qualifier = config.text('textQualifier') ?? CSV_STYLE.qualifier
  if (qualifier.length !== 1)
    throw new DataxError('TxtFileWriter-00', `textQualifier must be one character, and is "${qualifier}"`)
  return { qualifier, force: config.bool('forceQualifier', false), backslash: config.text('escapeMode') === '2' }
}

function sqlLine(
  parameters: Parameters,
  options: { readonly nullFormat: string | undefined; readonly nullText: string; readonly mode: PluginContext['mode'] },
): LineFormat {
  const columns = parameters.texts('header')
  if (columns.length === 0) throw new DataxError('TxtFileWriter-01', 'fileFormat sql needs "header": the columns')
  return sqlFormat({
    ...options,
    table: parameters.required('table', 'TxtFileWriter-01'),
    quote: parameters.required('quoteChar', 'TxtFileWriter-01'),
    columns,
  })
}

async function writeFile(path: string, settings: Settings, input: RecordInput, context: PluginContext): Promise<void> {
  const { line, encoding, gzip } = settings
  const file = new TextFile(path, { flags: 'wx', encoding, gzip, code: 'TxtFileWriter-03' })
  let lines = 0
  try {
    if (settings.header.length > 0) await file.write(line(settings.header))
    for await (const { rows, kinds } of input) {
      let text = ''
      for (const row of rows) {
        try {
          text += line(row.map((value, index) => fieldOf(value, kindAt(kinds, index), settings, context)))
          lines++
          if (settings.fileFormat === 'sql' && lines % settings.commitSize === 0) text += 'commit;\n'
        } catch (error) {
          input.dirty(row, kinds, error)
        }
      }
      await file.write(text)
    }
    if (settings.fileFormat === 'sql') await file.write('commit;\n')
    await file.close()
    input.written(lines)
  } catch (error) {
    file.destroy()
    throw error
  }
}

function fieldOf(value: Value, kind: Kind, settings: Settings, { mode }: PluginContext): string | null {
  if (value === null) return null
  if (Buffer.isBuffer(value) && settings.base64) return value.toString('base64')
  const text = asText(value, kind, mode) as string
  const isDate = kind === 'DATE' || kind === 'DATETIME' || kind === 'TIME'
  return isDate && settings.dateFormat !== undefined ? formatBy(value as string, settings.dateFormat) : text
}
