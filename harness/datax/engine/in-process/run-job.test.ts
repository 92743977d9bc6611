import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { TextFile } from '../../plugins/text-file.ts'
import type { RunOptions, RunResult } from '../engine.ts'
import { runJob } from './run-job.ts'

const folder = mkdtempSync(join(tmpdir(), 'assay-datax-'))
// the machine may be busy with others
vi.setConfig({ testTimeout: 60_000 })
afterAll(() => rmSync(folder, { recursive: true, force: true }))

type End = { readonly name: string; readonly parameter: object }
type Plan = {
  readonly reader: End
  readonly writer?: End
  readonly transformer?: unknown[]
  readonly setting?: object
  readonly core?: object
}

const discard: End = { name: 'streamwriter', parameter: { print: true } }

async function run(plan: Plan, options: RunOptions = {}): Promise<RunResult & { readonly printed: string }> {
  let printed = ''
  const setting = { speed: { channel: 1 }, errorLimit: { record: 0 }, ...plan.setting }
  const job = {
    ...(plan.core ? { core: plan.core } : {}),
    job: {
      setting,
      content: [{ reader: plan.reader, writer: plan.writer ?? discard, transformer: plan.transformer ?? [] }],
    },
  }
  const result = await runJob(JSON.stringify(job), {
    ...options,
    onPrint: text => {
      printed += text
    },
  })
  return { ...result, printed }
}

let files = 0
function csv(text: string, column: unknown = ['*'], more: object = {}): End {
  const path = join(folder, `in-${++files}.csv`)
  writeFileSync(path, text)
  return { name: 'txtfilereader', parameter: { path, column, ...more } }
}

describe('stream to stream', () => {
  const reader = (count: number, column: unknown[]): End => ({
    name: 'streamreader',
    parameter: { sliceRecordCount: count, column },
  })

  test('each channel gives so many records, and the statistics say so', async () => {
    const result = await run({
      reader: reader(10, [{ type: 'long', value: '10' }, { value: '界' }]),
      setting: { speed: { channel: 5 } },
    })
    expect(result).toMatchObject({
      exitCode: 0,
      tasks: 5,
      channels: 5,
      counters: { total: 50n, failed: 0n, written: 50n, readBytes: 150n },
    })
    expect(result.printed).toBe('10\t界\n'.repeat(50))
    expect(result.log.join('\n')).toMatch(/读出记录总数 +: +50\n读写失败总数 +: +0/)
  })

  test('types are made as DataX makes them', async () => {
    const result = await run(
      {
        reader: reader(1, [
          { type: 'LONG', value: '12.9' },
          { type: 'double', value: '1.50' },
          { type: 'bool', value: 'yes' },
          { type: 'date', value: '2020-02-30', dateFormat: 'yyyy-MM-dd' },
        ]),
      },
      { mode: 'compat' },
    )
    expect(result.printed).toBe('12\t1.50\tfalse\t2020-03-01 00:00:00\n')
    const strict = await run({ reader: reader(1, [{ type: 'LONG', value: '12.9' }]) })
    expect(strict).toMatchObject({ exitCode: 1, errorCode: 'Common-01' })
    expect(await run({ reader: reader(1, [{ type: 'int', value: '1' }]) })).toMatchObject({
      errorCode: 'StreamReader-02',
    })
  })

  test('random columns stay in their range and come from the seed', async () => {
    let state = 7
    const random = (): number => {
      state = (state * 48_271) % 2_147_483_647
      return state / 2_147_483_647
    }
    const result = await run(
      {
        reader: reader(2000, [
          { type: 'long', random: '5,7' },
          { type: 'string', random: '2,3' },
        ]),
      },
      { random },
    )
    const rows = result.printed
      .trimEnd()
      .split('\n')
      .map(line => line.split('\t'))
    expect(rows).toHaveLength(2000)
    expect(new Set(rows.map(row => row[0]))).toEqual(new Set(['5', '6', '7']))
    expect(new Set(rows.map(row => row[1]?.length))).toEqual(new Set([2, 3]))
  })

  test('the number of channels comes from bytes and records where they are limited', async () => {
    const core = { transport: { channel: { speed: { record: 1000, byte: 100 } } } }
    const speed = { channel: 9, record: 3500, byte: 700 }
    expect(await run({ reader: reader(1, [{ value: 'a' }]), setting: { speed }, core })).toMatchObject({
      tasks: 3,
      exitCode: 0,
    })
    expect(await run({ reader: reader(1, [{ value: 'a' }]), setting: { speed } })).toMatchObject({
      errorCode: 'Framework-03',
    })
  })

  test('a speed limit of a channel makes it sleep', async () => {
    let now = 0
    let slept = 0
    // reading takes 25 ms of this clock each time it is looked at
    const clock = {
      now: () => (now += 25),
      sleep: async (ms: number) => {
        slept += ms
        now += ms
      },
    }
    const core = { transport: { channel: { speed: { record: 1000 } } } }
    await run({ reader: reader(10_240, [{ value: 'a' }]), core }, { clock })
    expect(slept).toBeGreaterThan(8_000)
    expect(slept).toBeLessThan(10_400)
  })

  test('stops when told to, and says what was written', async () => {
    const stop = new AbortController()
    const result = await run(
      {
        reader: reader(1_000_000_000, [{ value: 'a' }]),
        writer: { name: 'streamwriter', parameter: { print: false } },
      },
      { signal: stop.signal, onProgress: ({ records }) => records > 0n && stop.abort() },
    )
    expect(result).toMatchObject({ exitCode: 143, errorCode: 'Framework-143' })
    expect(result.message).toContain(`${result.counters.written} records had been written`)
    expect(result.counters.written).toBeGreaterThan(0n)
  })
})

describe('limits of dirty records', () => {
  const text = 'a\n1\n2\nb\n3\n4\nc\n5\n6\n7\n'
  const column = [{ index: 0, type: 'long' }]
  test.each([
    [{ record: 3 }, 0],
    [{ record: 2 }, 1],
    [{ percentage: 0.3 }, 0],
    [{ percentage: 0.29 }, 1],
    [{ record: 3, percentage: 0.1 }, 0],
    [{}, 1],
  ])('3 of 10 under %j end with %i', async (errorLimit, exitCode) => {
    const result = await run({ reader: csv(text, column), setting: { errorLimit } })
    expect(result.exitCode).toBe(exitCode)
    expect(result.errorCode).toBe(exitCode === 1 ? 'Framework-14' : undefined)
  })

  test('without a limit DataX bears any number', async () => {
    const result = await run({ reader: csv(text, column), setting: { errorLimit: {} } }, { mode: 'compat' })
    expect(result).toMatchObject({ exitCode: 0, counters: { total: 10n, failed: 3n, written: 7n } })
    expect(result.dirty.map(one => one.record[0]?.rawData)).toEqual(['a', 'b', 'c'])
  })

  test('the log holds only the first nine of a task, the result all', async () => {
    const result = await run({ reader: csv('x\n'.repeat(20), column), setting: { errorLimit: { record: 20 } } })
    expect(result.log.filter(line => line.includes('脏数据: '))).toHaveLength(9)
    expect(result.dirty).toHaveLength(20)
  })
})

describe('text files', () => {
  test('quotes, line ends, blank lines and ragged rows are read', async () => {
    const text = 'a,"b ""q"", \r\nx",c\r\n\r\n1,2\n"",\n'
    const result = await run({
      reader: csv(text),
      writer: { name: 'streamwriter', parameter: { fieldDelimiter: '|' } },
    })
    expect(result.printed).toBe('a|b "q", \r\nx|c\n1|2\n|\n')
    expect(result.counters.total).toBe(3n)
  })

  test('a quoted field may lie over the borders of what is read at once', async () => {
    const long = `${'x'.repeat(300_000)}"",${'\n'.repeat(3)}`
    const result = await run({ reader: csv(`1,"${long}"\n2,"${long}"\n`), writer: discard })
    expect(result.counters).toMatchObject({ total: 2n, readBytes: BigInt(2 * (300_000 + 1 + 1 + 3 + 1)) })
  })

  test('blanks and a byte order mark are kept or cut as the mode says', async () => {
    const text = '\ufeffa , b\n'
    expect((await run({ reader: csv(text) })).printed).toBe('a \t b\n')
    expect((await run({ reader: csv(text) }, { mode: 'compat' })).printed).toBe('\ufeffa\tb\n')
  })

  test('encodings, headers and null formats', async () => {
    const path = join(folder, 'gbk.csv')
    writeFileSync(path, Buffer.from([0xc4, 0xe3, 0x2c, 0x4e, 0x0a, 0xba, 0xc3, 0x2c, 0x31, 0x0a]))
    const parameter = {
      path,
      column: [
        { index: 0, type: 'string' },
        { index: 1, type: 'long' },
        { value: 'k', type: 'string' },
      ],
    }
    const gbk = await run({
      reader: { name: 'txtfilereader', parameter: { ...parameter, encoding: 'gbk', nullFormat: 'N' } },
    })
    expect(gbk.printed).toBe('你\tnull\tk\n好\t1\tk\n')
    const header = await run({ reader: csv('id\n1\n', ['*'], { skipHeader: true }) })
    expect(header.printed).toBe('1\n')
  })

  const written = (name: string): string => {
    const found = readdirSync(folder).filter(one => one.startsWith(`${name}__`))
    expect(found).toHaveLength(1)
    return readFileSync(join(folder, found[0] as string), 'utf8')
  }
  const writer = (fileName: string, more: object): End => ({
    name: 'txtfilewriter',
    parameter: { path: folder, fileName, writeMode: 'truncate', ...more },
  })
  const awkward = 'a b,"x,y","say ""no""",\\N\n" lead",,"two\nlines",#\n'

  test('what is written as csv reads back as it was', async () => {
    await run({ reader: csv(awkward), writer: writer('csv', { fileFormat: 'csv' }) })
    const text = written('csv')
    expect(text).toBe('a b,"x,y","say ""no""",\\N\n" lead",,"two\nlines",#\n')
    const again = await run({ reader: csv(text), writer: writer('again', { fileFormat: 'csv' }) })
    expect(again.counters.written).toBe(2n)
    expect(written('again')).toBe(text)
  })

  test('csvWriterConfig changes how fields are quoted, and what is not known is refused', async () => {
    const write = (csvWriterConfig: object) =>
      run({ reader: csv(`a,"it's"\n`), writer: writer('style', { fileFormat: 'csv', csvWriterConfig }) })
    await write({ textQualifier: "'" })
    expect(written('style')).toBe(`a,'it''s'\n`)
    await write({ textQualifier: "'", escapeMode: 2, forceQualifier: true })
    expect(written('style')).toBe(`'a','it\\'s'\n`)
    expect(await write({ recordDelimiter: ';' })).toMatchObject({
      exitCode: 1,
      message: 'csvWriterConfig has "recordDelimiter", which this engine does not know',
    })
    expect(await write({ useTextQualifier: false })).toMatchObject({ exitCode: 1, errorCode: 'TxtFileWriter-00' })
  })

  test('the format text refuses in strict what nobody could read again', async () => {
    const result = await run({
      reader: csv(awkward),
      writer: writer('text', {}),
      setting: { errorLimit: { record: 2 } },
    })
    expect(result).toMatchObject({ exitCode: 0, counters: { written: 0n, writeFailed: 2n } })
    const compat = await run(
      { reader: csv('"x,y",N\n', ['*'], { nullFormat: 'N' }), writer: writer('compat', {}) },
      { mode: 'compat' },
    )
    expect(compat.exitCode).toBe(0)
    expect(written('compat')).toBe('x,y,null\n')
  })

  test('sql writes one INSERT for each record, and commits', async () => {
    await run({
      reader: csv("1,it's\n2,\\N\n"),
      writer: writer('sql', { fileFormat: 'sql', table: 't', quoteChar: '"', header: ['id', 'name'], commitSize: 1 }),
    })
    expect(written('sql')).toBe(
      `INSERT INTO "t" ("id","name") VALUES('1','it''s');\ncommit;\nINSERT INTO "t" ("id","name") VALUES('2',NULL);\ncommit;\ncommit;\n`,
    )
  })

  test('append and nonConflict leave what is there', async () => {
    await run({ reader: csv('1\n'), writer: writer('kept', {}) })
    const refused = await run({ reader: csv('2\n'), writer: writer('kept', { writeMode: 'nonConflict' }) })
    expect(refused).toMatchObject({ exitCode: 1, errorCode: 'TxtFileWriter-02' })
    await run({ reader: csv('2\n'), writer: writer('kept', { writeMode: 'append' }) })
    expect(readdirSync(folder).filter(one => one.startsWith('kept__'))).toHaveLength(2)
  })

  test('streamwriter replaces a file, and nothing but a file', async () => {
    const reader: End = {
      name: 'streamreader',
      parameter: { sliceRecordCount: 2, column: [{ value: 'x' }, { value: 'y' }] },
    }
    const writer = (fileName: string): End => ({ name: 'streamwriter', parameter: { path: folder, fileName } })
    writeFileSync(join(folder, 'old.txt'), 'old')
    expect(await run({ reader, writer: writer('old.txt') })).toMatchObject({ exitCode: 0, counters: { written: 2n } })
    expect(readFileSync(join(folder, 'old.txt'), 'utf8')).toBe('x\ty\nx\ty\n')
    symlinkSync('/dev/null', join(folder, 'device'))
    expect(await run({ reader, writer: writer('device') })).toMatchObject({ exitCode: 1, errorCode: 'StreamWriter-02' })
    expect(await run({ reader, writer: writer('../x') })).toMatchObject({ exitCode: 1, errorCode: 'StreamWriter-01' })
  })

  test('a full disk is told with the file', async () => {
    const file = new TextFile('/dev/full', { flags: 'a', code: 'TxtFileWriter-03' })
    const written = (async () => {
      await file.write('x'.repeat(4_000_000))
      await file.close()
    })()
    await expect(written).rejects.toMatchObject({
      dataxCode: 'TxtFileWriter-03',
      detail: '/dev/full could not be written: no space is left',
    })
  })

  test('a file that is not there, and a folder that is not there', async () => {
    const reader = (path: string): End => ({ name: 'txtfilereader', parameter: { path, column: ['*'] } })
    expect(await run({ reader: reader(join(folder, 'none', 'x.csv')) })).toMatchObject({
      errorCode: 'TxtFileReader-04',
    })
    expect(await run({ reader: reader(join(folder, 'none-*.csv')) })).toMatchObject({ errorCode: 'TxtFileReader-11' })
    expect(await run({ reader: reader('relative.csv') })).toMatchObject({ errorCode: 'TxtFileReader-01' })
  })
})

describe('transformers', () => {
  const column = [
    { index: 0, type: 'string' },
    { index: 1, type: 'long' },
  ]
  const step = (name: string, columnIndex: number, ...paras: string[]) => ({ name, parameter: { columnIndex, paras } })
  const reader = () => csv('abcdef,1\n\\N,2\nab,\\N\n', column)
  const printed = async (transformer: unknown[], options: RunOptions = {}) =>
    (await run({ reader: reader(), transformer, setting: { errorLimit: { record: 3 } } }, options)).printed

  test.each([
    [[step('dx_substr', 0, '1', '3')], 'bcd\t1\nnull\t2\nb\tnull\n'],
    [[step('dx_substr', 0, '2', '9')], 'cdef\t1\nnull\t2\n\tnull\n'],
    [[step('dx_substr', 0, '3', '1')], 'd\t1\nnull\t2\n'],
    [[step('dx_pad', 0, 'l', '4', '*-')], 'abcd\t1\n*-*-\t2\n*-ab\tnull\n'],
    [[step('dx_pad', 0, 'r', '3', '.')], 'abc\t1\n...\t2\nab.\tnull\n'],
    [[step('dx_replace', 0, '1', '2', 'XYZ')], 'aXYZdef\t1\nnull\t2\naXYZ\tnull\n'],
    [[step('dx_filter', 1, '>', '1')], 'abcdef\t1\nab\tnull\n'],
    [[step('dx_filter', 1, '=', 'null')], 'abcdef\t1\nnull\t2\n'],
    [[step('dx_filter', 1, '!=', 'null')], 'ab\tnull\n'],
    [[step('dx_filter', 0, 'like', 'ab')], 'abcdef\t1\nnull\t2\n'],
    [[step('dx_filter', 0, 'not like', 'ab.*')], 'abcdef\t1\nab\tnull\n'],
    [[step('dx_digest', 0, 'md5', 'toUpperCase'), step('dx_substr', 0, '0', '4')], 'E80B\t1\nD41D\t2\n187E\tnull\n'],
  ])('%j', async (transformer, expected) => {
    expect(await printed(transformer)).toBe(expected)
  })

  test('counts what was dropped, and what was dirty', async () => {
    const result = await run({
      reader: reader(),
      transformer: [step('dx_filter', 1, '=', '2'), step('dx_substr', 0, '3', '1')],
      setting: { errorLimit: { record: 1 } },
    })
    expect(result.counters).toMatchObject({
      total: 2n,
      failed: 1n,
      written: 1n,
      transformer: { success: 2n, failed: 1n, filtered: 1n },
    })
  })

  test('DataX takes MD5 for sha1, strict for what it says', async () => {
    const chain = [step('dx_digest', 0, 'MD5', 'toLowerCase'), step('dx_substr', 0, '0', '4')]
    expect(await printed(chain)).toMatch(/^e80b/)
    expect(await printed(chain, { mode: 'compat' })).toMatch(/^1f8a/)
  })

  test('groovy is refused with the way out', async () => {
    const result = await run({
      reader: reader(),
      transformer: [{ name: 'dx_groovy', parameter: { code: 'return record' } }],
    })
    expect(result).toMatchObject({ exitCode: 1, errorCode: 'TransformerErrorCode-07' })
    expect(result.hint).toContain('--engine home')
  })
})

test('dryRun looks, and moves nothing', async () => {
  const result = await run({ reader: csv('1\n'), setting: { dryRun: true } })
  expect(result.exitCode).toBe(0)
  expect(result.log.at(-1)).toContain('PreCheck通过')
  expect(result.counters.total).toBe(0n)
})

test('a job that is no JSON fails with its code', async () => {
  expect(await runJob('# a job\n{}')).toMatchObject({ exitCode: 1, errorCode: 'Common-00' })
  expect(await runJob(' '.repeat(17 * 1024 * 1024))).toMatchObject({ exitCode: 1, errorCode: 'Common-00' })
  expect(await runJob('{"job": \0}')).toMatchObject({ exitCode: 1, errorCode: 'Common-00' })
  expect(await runJob('')).toMatchObject({ exitCode: 1, errorCode: 'Common-00' })
})
