import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { PIECE, RunLog, readPiece } from './run-log.ts'

const folder = mkdtempSync(join(tmpdir(), 'assay-run-log-'))
const file = (name: string): string => join(folder, name)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('pieces of any size join to the whole, and none ends within a character', () => {
  const text = 'aé完😀\n'.repeat(50)
  writeFileSync(file('text'), text)
  for (let limit = 4; limit < 40; limit++) {
    let joined = ''
    for (let from = 0; ; ) {
      const piece = readPiece(file('text'), { from, limit, live: true })
      joined += piece.text
      expect(piece.text).not.toContain('\ufffd')
      if (piece.text === '') break
      from = piece.next
    }
    expect(joined).toBe(text)
  }
  for (let limit = 4; limit < 40; limit++) {
    const end = readPiece(file('text'), { limit, live: false })
    expect(text.endsWith(end.text)).toBe(true)
    expect(Buffer.byteLength(text) - end.from).toBe(Buffer.byteLength(end.text))
  }
})

test('half a character at the end waits while the run lives, and is shown when it has ended', () => {
  writeFileSync(file('half'), Buffer.from('ab完').subarray(0, 4))
  expect(readPiece(file('half'), { from: 0, live: true })).toMatchObject({ text: 'ab', next: 2 })
  expect(readPiece(file('half'), { from: 0, live: false })).toMatchObject({ text: 'ab\ufffd', next: 4 })
})

test('a log that is not there is empty', () => {
  expect(readPiece(file('none'), { live: true })).toEqual({ text: '', from: 0, next: 0, size: 0 })
})

test('the end of a log of 4 GB takes the memory of one piece', () => {
  const descriptor = openSync(file('large'), 'w')
  ftruncateSync(descriptor, 2 ** 32)
  writeSync(descriptor, 'the end', 2 ** 32)
  closeSync(descriptor)
  readPiece(file('large'), { live: true })
  const before = process.memoryUsage().arrayBuffers
  let piece = readPiece(file('large'), { live: true })
  for (let time = 0; time < 50; time++) piece = readPiece(file('large'), { live: true })
  expect(piece.text.endsWith('the end')).toBe(true)
  expect(piece.size).toBe(2 ** 32 + 7)
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(60 * PIECE)
})

test('a log is its owner’s alone, and is waited for where the disk is slower', async () => {
  const log = new RunLog(file('own'))
  const waits: unknown[] = []
  for (let line = 0; line < 100; line++) waits.push(log.write('x'.repeat(10_000)))
  expect(waits.some(one => one instanceof Promise)).toBe(true)
  await Promise.all(waits)
  await log.close()
  expect(statSync(file('own')).size).toBe(1_000_000)
  expect(statSync(file('own')).mode & 0o777).toBe(0o600)
})

test('a log that cannot be written says so, and holds nobody up', async () => {
  const log = new RunLog(join(folder, 'no', 'such', 'folder'))
  await Promise.all(Array.from({ length: 20 }, () => log.write('x'.repeat(10_000))))
  await log.close()
  expect(log.failure).toMatchObject({ code: 'ENOENT' })
})
