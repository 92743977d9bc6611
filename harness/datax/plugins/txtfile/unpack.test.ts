import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { runJob } from '../../engine/in-process/run-job.ts'
import { unpackBzip2 } from './bzip2.ts'
import { unpackZip } from './zip.ts'

const folder = mkdtempSync(join(tmpdir(), 'assay-unpack-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function all(pieces: AsyncIterable<Buffer>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(pieces))
}

/** Made by bzip2 -1: four blocks and more, long runs, every byte; then an empty stream, and a third. */
const BZIP2 = Buffer.from(
  [
    'QlpoMTFBWSZTWfFLiycAYaMBADAAIAAwgCkZQlBaoSguYoKyTKayA328+ADDRgIAYABAAGEAUjVCUFlCUFzFBWSZTWfFLiycAYaMBADAAIAAwgCkZQlBaoSguYoKyTKazR',
    'BMNugAApv////////////////////////////////////////////9gAeZkgAAAAAAAAEwAJgAAAARgEwAAAAAAAAAAAAAAGmgAAAABGAEwAQaBoATTTNAAE9AAGQTABMC',
    'YI0wAAAABGAAAAAAAAACYAAAAJhMAAAAmABEpTTTAJgAJgACYmAmAJgAmmAEYJgRhGjRpkYEYATTCYRgmExMJiNMABMCMAmAQ00wAJpgAFQAcHiAiJARMUhxb2ZG4Gxjfw',
    'HPiO/IeHwRAQkRGSEpMTlBSVFZYCLfmDdy8kMDEyMzQ1NggU5OjsIXBQAECeHp8f/RAQUJDREVGR0hJSvqlpianJ6h9lFSU1RV+/4VvyrrCz2mlqa2xt7bc3soAITg4gAh',
    'IYwacnjuNPddB11dneg77wHY8D4NKvRG3nxeN66Hkexj4yC4gABAACKOcAAAgABEYwQAIAAXmfX5/gIGC8/og4SFhoeIjI2OmJCHkZKTlJWWl+eZEJqbnJ2en6ChoqOkpa',
    'anqKmqqwFajV1fYWNlZ2lrbW9xc3V3eXt9f4GDhYeJisIAhxgOPkZOVl5mbnZ+ho6Wnqautr7Gztbe5u72/wcPFx8nLzAedi0tPU1dbX2Nna/23/9zd3t/g4YIAAQAAuKE',
    '4+Tl5hdyRThQkMw5sF1CWmg5F3JFOFCQAAAAAEJaaDkxQVkmU1nOcpDPAAABWYAAEAAECAACQBQAIAAiGI9CGAkb8Ci7kinChIZzlIZ4',
  ].join(''),
  'base64',
)
const BYTES = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
const TEXT = Buffer.concat([
  Buffer.from(`${'ab'.repeat(150_000)}\n${'x'.repeat(100_000)}\nhéllo 界\n`),
  BYTES,
  Buffer.from('\n1,one\n2,two\n3,three\n'),
])

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

describe('bzip2', () => {
  test.each([1, 7, BZIP2.length])('streams in pieces of %i bytes', async size => {
    expect((await all(unpackBzip2(pieces(BZIP2, size)))).equals(TEXT)).toBe(true)
  })

  test.each([0, 3, 12, 40, BZIP2.length - 5])('one bit that is wrong in byte %i is met', async at => {
    const damaged = Buffer.from(BZIP2)
    damaged[at] = (damaged[at] as number) ^ 0x10
    await expect(all(unpackBzip2(pieces(damaged, 1024)))).rejects.toThrow()
  })

  test('a file that ends too early is told', async () => {
    await expect(all(unpackBzip2(pieces(BZIP2.subarray(0, -20), 1024)))).rejects.toThrow('ends too early')
    await expect(all(unpackBzip2(pieces(Buffer.alloc(0), 1)))).rejects.toThrow('ends too early')
  })
})

/** A folder, a file as it is, a packed one and an empty one, with a comment behind them. */
const ZIP = Buffer.from(
  [
    'UEsDBBQAAAAAAJCDdF0AAAAAAAAAAAAAAAACAAAAZC9QSwMEFAAAAAAAkIN0XS3AhqMGAAAABgAAAAcAAABvbmUuY3N2MSxvbmUKUEsDBBQAAAAIAJCDdF17DRKUCgAAAB',
    'IAAAAHAAAAdHdvLmNzdjPSKSnP5zJCIgFQSwMEFAAAAAAAkIN0XQAAAAAAAAAAAAAAAAkAAABlbXB0eS5jc3ZQSwECFAMUAAAAAACQg3RdAAAAAAAAAAAAAAAAAgAAAAAA',
    'AAAAABAA/UEAAAAAZC9QSwECFAMUAAAAAACQg3RdLcCGowYAAAAGAAAABwAAAAAAAAAAAAAAgAEgAAAAb25lLmNzdlBLAQIUAxQAAAAIAJCDdF17DRKUCgAAABIAAAAHAA',
    'AAAAAAAAAAAACAAUsAAAB0d28uY3N2UEsBAhQDFAAAAAAAkIN0XQAAAAAAAAAAAAAAAAkAAAAAAAAAAAAAAIABegAAAGVtcHR5LmNzdlBLBQYAAAAABAAEANEAAAChAAAA',
    'CQBhIGNvbW1lbnQ=',
  ].join(''),
  'base64',
)

describe('zip', () => {
  const unpack = (bytes: Buffer): Promise<Buffer> => {
    const path = join(folder, 'a.zip')
    writeFileSync(path, bytes)
    return all(unpackZip(path))
  }

  test('its files one after the other', async () => {
    expect(String(await unpack(ZIP))).toBe('1,one\n2,two\n2,two\n2,two\n')
  })

  test('what is damaged is told', async () => {
    const damaged = Buffer.from(ZIP)
    damaged[ZIP.indexOf('1,one')] = 0x39
    await expect(unpack(damaged)).rejects.toThrow('the checksum of one.csv in it is wrong')
    await expect(unpack(ZIP.subarray(0, 60))).rejects.toThrow('no zip archive, or not a whole one')
    await expect(unpack(Buffer.alloc(0))).rejects.toThrow('no zip archive')
  })
})

describe('txtfilereader', () => {
  const job = async (name: string, bytes: Buffer, compress: string) => {
    const path = join(folder, name)
    writeFileSync(path, bytes)
    const reader = { name: 'txtfilereader', parameter: { path, column: ['*'], compress } }
    const writer = { name: 'streamwriter', parameter: {} }
    const setting = { speed: { channel: 1 }, errorLimit: { record: 0 } }
    let printed = ''
    const result = await runJob(JSON.stringify({ job: { setting, content: [{ reader, writer }] } }), {
      onPrint: text => {
        printed += text
      },
    })
    return { ...result, printed }
  }

  test('reads them', async () => {
    expect((await job('a.zip', ZIP, 'zip')).printed).toBe('1\tone\n2\ttwo\n2\ttwo\n2\ttwo\n')
    const { printed, exitCode } = await job('a.bz2', BZIP2, 'bzip2')
    expect(exitCode).toBe(0)
    expect(printed.split('\n').slice(-4)).toEqual(['1\tone', '2\ttwo', '3\tthree', ''])
  })

  test('tells the file that is damaged', async () => {
    expect(await job('b.bz2', BZIP2.subarray(0, -9), 'bzip2')).toMatchObject({
      ...{ exitCode: 1, errorCode: 'UnstructuredStorageReader-06' },
      message: expect.stringMatching(/b\.bz2 could not be read: the file ends too early/),
    })
    expect(await job('c.lzo', BZIP2, 'lzo')).toMatchObject({ exitCode: 1, errorCode: 'TxtFileReader-01' })
  })
})
