import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { DataxError } from '../../errors.ts'
import { Parameters } from '../../job/parameters.ts'
import type { Mode } from '../../record/convert.ts'
import type { Kind, Row } from '../../record/kind.ts'
import { nothing, type PluginContext, type ReaderPlugin, type ReaderTask, type RecordOutput } from '../plugin.ts'
import { unpackBzip2 } from './bzip2.ts'
import { type FileColumn, fileColumns, recordOf } from './columns.ts'
import { type CsvOptions, CsvParser } from './csv-parser.ts'
import { findFiles } from './find-files.ts'
import { unpackZip } from './zip.ts'

const BATCH = 512
const COMPRESSIONS = ['', 'gzip', 'bzip2', 'zip']

type Settings = {
  readonly columns: readonly FileColumn[] | undefined
  readonly kinds: readonly Kind[]
  readonly csv: CsvOptions
  readonly encoding: string
  readonly compress: string
  readonly skipHeader: boolean
  readonly nullFormat: string | undefined
  readonly mode: Mode
}

/** Lines of text files; one task for each file. The parser is always that of CSV. */
export const txtFileReader: ReaderPlugin = {
  name: 'txtfilereader',
  open(parameters, context) {
    const node = parameters.get('path')
    const paths = node?.kind === 'array' ? parameters.texts('path') : [parameters.required('path', 'TxtFileReader-00')]
    const settings = settingsOf(parameters, context)
    let files: readonly string[] = []
    return {
      async preflight() {
        files = await findFiles(paths)
        return { width: settings.columns?.length }
      },
      prepare: nothing,
      split: async () => files.map((file): ReaderTask => ({ read: output => readFile(file, settings, output) })),
      post: nothing,
      [Symbol.asyncDispose]: nothing,
    }
  },
}

function settingsOf(parameters: Parameters, { mode }: PluginContext): Settings {
  const delimiter = parameters.text('fieldDelimiter') ?? ','
  if (delimiter.length !== 1)
    throw new DataxError('UnstructuredStorageReader-03', `the delimiter must be one character, and is "${delimiter}"`)
  const compress = (parameters.text('compress') ?? '').toLowerCase()
  if (!COMPRESSIONS.includes(compress))
    throw new DataxError('TxtFileReader-01', `the compression "${compress}" is not supported by this engine`, {
      hint: 'It reads gzip, bzip2 and zip; run the job with --engine home for others.',
    })
  const encoding = parameters.text('encoding') ?? 'utf-8'
  try {
    new TextDecoder(encoding)
  } catch (error) {
    throw new DataxError('TxtFileReader-01', `the encoding "${encoding}" is not known`, { cause: error })
  }
  const columns = fileColumns(parameters.list('column'))
  const csv = new Parameters(parameters.get('csvReaderConfig'), 'csvReaderConfig')
  return {
    columns,
    kinds: columns?.map(column => column.kind) ?? [],
    csv: {
      delimiter,
      qualifier: csv.bool('useTextQualifier', true) ? (csv.text('textQualifier') ?? '"') : undefined,
      backslash: csv.text('escapeMode') === '2',
      // javacsv cuts blanks off; strict does so only where the job says it
      trim: csv.bool('trimWhitespace', mode === 'compat'),
      skipEmpty: csv.bool('skipEmptyRecords', true),
    },
    encoding,
    compress,
    skipHeader: parameters.bool('skipHeader', false),
    nullFormat: parameters.text('nullFormat') ?? (mode === 'strict' ? '\\N' : undefined),
    mode,
  }
}

async function readFile(path: string, settings: Settings, output: RecordOutput): Promise<void> {
  const { columns, kinds } = settings
  const parser = new CsvParser(settings.csv)
  let header = settings.skipHeader
  let rows: Row[] = []
  const flush = async (records: string[][]): Promise<void> => {
    for (const fields of records) {
      if (header) {
        header = false
        continue
      }
      const row = columns ? converted(fields, columns, settings, output) : allFields(fields, settings.nullFormat)
      if (row) rows.push(row)
      if (rows.length < BATCH) continue
      await output.send(rows, kinds)
      rows = []
    }
  }
  for await (const text of decoded(path, settings)) await flush(parser.push(text))
  await flush(parser.end())
  if (rows.length > 0) await output.send(rows, kinds)
}

function allFields(fields: readonly string[], nullFormat: string | undefined): Row {
  return nullFormat === undefined ? [...fields] : fields.map(field => (field === nullFormat ? null : field))
}

function converted(
  fields: readonly string[],
  columns: readonly FileColumn[],
  settings: Settings,
  output: RecordOutput,
): Row | undefined {
  try {
    return recordOf(fields, columns, settings)
  } catch (error) {
    output.dirty([...fields], [], error)
    return undefined
  }
}

async function* decoded(path: string, { encoding, compress, mode }: Settings): AsyncGenerator<string> {
  // DataX keeps a byte order mark in the first field
  const decoder = new TextDecoder(encoding, { ignoreBOM: mode === 'compat' })
  try {
    for await (const chunk of compress === 'zip' ? unpackZip(path) : unpacked(path, compress))
      yield decoder.decode(chunk, { stream: true })
    yield decoder.decode()
  } catch (error) {
    throw new DataxError('UnstructuredStorageReader-06', `${path} could not be read: ${(error as Error).message}`, {
      cause: error,
    })
  }
}

async function* unpacked(path: string, compress: string): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: 1 << 18 })
  try {
    if (compress === 'bzip2') yield* unpackBzip2(file)
    else if (compress === 'gzip') {
      const source = file.pipe(createGunzip())
      file.on('error', error => source.destroy(error))
      yield* source
    } else yield* file
  } finally {
    file.destroy()
  }
}
