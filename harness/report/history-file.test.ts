import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type HistoryLine, historyLine } from './history.ts'
import { appendHistory, historyFile, readHistory } from './history-file.ts'
import { sampleResult } from './sample/build.ts'
import { nightlyResult } from './sample/night.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-history-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const line = (id: string): HistoryLine => historyLine(sampleResult({ id }))
const ids = async (count = 100) => (await readHistory(folder, count)).map(one => one.id)

test('gives back what it was given, the newest last', async () => {
  const whole = historyLine(nightlyResult())
  await appendHistory(folder, line('one'))
  await appendHistory(folder, whole)
  expect(await readHistory(folder, 1)).toEqual([JSON.parse(JSON.stringify(whole))])
  expect(await ids()).toEqual(['one', whole.id])
})

test('no file is no history', async () => {
  expect(await readHistory(join(folder, 'nothing'), 10)).toEqual([])
})

test('a torn last line is passed over, and the next line does not stick to it', async () => {
  await appendHistory(folder, line('one'))
  await appendFile(historyFile(folder), '{"version":1,"id":"torn","cases":{"embedded/A":{"verd')
  expect(await ids()).toEqual(['one'])
  await appendHistory(folder, line('two'))
  expect(await ids()).toEqual(['one', 'two'])
})

test('reads backwards over blocks, with lines longer than a block and characters of several bytes', async () => {
  const versions = { long: '数据库'.repeat(60_000) }
  for (const id of ['a', 'b', 'c']) await appendHistory(folder, { ...line(id), versions })
  const read = await readHistory(folder, 2)
  expect(read.map(one => [one.id, one.versions.long === versions.long])).toEqual([
    ['b', true],
    ['c', true],
  ])
})

test('the same run is kept once', async () => {
  await appendHistory(folder, line('one'))
  await appendHistory(folder, line('one'))
  expect(await ids()).toEqual(['one'])
})

test('keeps the newest runs, and no more bytes than allowed', async () => {
  for (let run = 0; run < 23; run++) await appendHistory(folder, line(`run-${run}`), { runs: 10, bytes: 1e9 })
  const kept = await ids()
  expect(kept.length).toBeGreaterThanOrEqual(10)
  expect(kept.length).toBeLessThanOrEqual(11)
  expect(kept.at(-1)).toBe('run-22')
  await appendHistory(folder, line('last'), { runs: 10, bytes: 900 })
  expect((await stat(historyFile(folder))).size).toBeLessThanOrEqual(900)
  expect((await ids()).at(-1)).toBe('last')
  expect(await readdir(folder)).toEqual(['runs.jsonl'])
})

test('runs in several processes lose no line, trimming included', async () => {
  const module = JSON.stringify(join(import.meta.dirname, 'history-file.ts'))
  const script = `
    const { appendHistory } = await import(${module})
    const line = ${JSON.stringify(line('x'))}
    for (let n = 0; n < 12; n++) await appendHistory(process.argv[1], { ...line, id: process.argv[2] + n }, { runs: 30, bytes: 1e9 })`
  const children = ['p', 'q', 'r'].map(name =>
    spawn(process.execPath, ['--input-type=module', '-e', script, folder, name], { stdio: 'inherit' }),
  )
  await Promise.all(children.map(child => once(child, 'exit')))
  const kept = await ids()
  expect(kept.length).toBeGreaterThanOrEqual(30)
  expect(new Set(kept).size).toBe(kept.length)
  for (const name of ['p', 'q', 'r']) {
    const numbers = kept.filter(id => id.startsWith(name)).map(id => Number(id.slice(1)))
    const all = Array.from({ length: numbers.length }, (_, index) => 12 - numbers.length + index)
    expect(numbers).toEqual(all)
  }
})

test('takes over the lock of a process that has gone, and one that is a minute old', async () => {
  const lock = `${historyFile(folder)}.lock`
  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'exit')
  const { hostname } = await import('node:os')
  await writeFile(lock, `${hostname()} ${child.pid}\n`)
  await appendHistory(folder, line('one'))
  await writeFile(lock, 'elsewhere 1\n')
  await utimes(lock, 1, 1)
  await appendHistory(folder, line('two'))
  expect(await ids()).toEqual(['one', 'two'])
  expect(await readFile(historyFile(folder), 'utf8')).toMatch(/\n$/)
})
