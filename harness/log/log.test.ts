import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DailyLog } from './daily-log.ts'
import { maskText } from './mask-text.ts'
import { openRunLog } from './run-log.ts'
import { secret } from './secret.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'assay-log-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const read = (name: string) => readFileSync(join(folder, 'log', name), 'utf8')

test('a new file at midnight, one newline per entry', () => {
  let now = Date.UTC(2026, 10, 20, 23, 59, 59, 999)
  const printed: string[] = []
  const log = new DailyLog({ folder: join(folder, 'log'), now: () => now, print: line => printed.push(line) })
  log.toLog('first')
  log.printLog('second\n\n')
  now += 1
  log.tolog('third')
  log.print_log('fourth')
  expect(read('2026-11-20.log')).toBe('2026-11-20 23:59:59.999 first\n2026-11-20 23:59:59.999 second\n')
  expect(read('2026-11-21.log')).toBe('2026-11-21 00:00:00.000 third\n2026-11-21 00:00:00.000 fourth\n')
  expect(printed).toEqual(['2026-11-20 23:59:59.999 second\n', '2026-11-21 00:00:00.000 fourth\n'])
})

test('other files: with or without a newline, in folders of the folder', () => {
  const log = new DailyLog({ folder: join(folder, 'log') })
  log.toOther('a.txt', 'x')
  log.toOther('a.txt', 'y', { newline: false })
  log.toOther('sub/b.txt', 'z\n')
  expect(read('a.txt')).toBe('x\ny')
  expect(read('sub/b.txt')).toBe('z\n')
  expect(statSync(join(folder, 'log')).mode & 0o777).toBe(0o700)
  expect(statSync(join(folder, 'log', 'a.txt')).mode & 0o777).toBe(0o600)
})

test.each(['../out', '/etc/out', 'a/../../out', '..', '.', '', 'a\0b'])('%j is refused', name => {
  const log = new DailyLog({ folder: join(folder, 'log') })
  expect(() => log.toOther(name, 'x')).toThrow(expect.objectContaining({ code: 'ASSAY_LOG_PATH' }))
  expect(readdirSync(folder)).toEqual(['log'])
})

test('links that lead out are refused', () => {
  const log = new DailyLog({ folder: join(folder, 'log') })
  symlinkSync(folder, join(folder, 'log', 'up'))
  symlinkSync(join(folder, 'target'), join(folder, 'log', 'file'))
  for (const name of ['up/out', 'file']) {
    expect(() => log.toOther(name, 'x')).toThrow(expect.objectContaining({ code: 'ASSAY_LOG_PATH' }))
  }
  expect(readdirSync(folder)).toEqual(['log'])
})

test('entries of several processes stay whole', async () => {
  const program = `
    import { openRunLog } from ${JSON.stringify(new URL('./run-log.ts', import.meta.url).href)}
    const log = openRunLog({ file: process.argv[1] })
    for (let i = 0; i < 200; i++) log.write(process.argv[2], process.argv[2].repeat(500) + '\\n' + i)`
  const file = join(folder, 'log', 'run.log')
  await Promise.all(
    ['a', 'b', 'c'].map(name =>
      promisify(execFile)(process.execPath, ['--input-type=module-typescript', '-e', program, file, name]),
    ),
  )
  const lines = read('run.log').trimEnd().split('\n')
  expect(lines).toHaveLength(1200)
  for (let at = 0; at < lines.length; at += 2) {
    expect(lines[at]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z {2}(?:a {2}a{500}|b {2}b{500}|c {2}c{500})$/)
    expect(lines[at + 1]).toMatch(/^ {4}\d+$/)
  }
})

test('secrets are masked', () => {
  const log = openRunLog({ file: join(folder, 'log', 'run.log'), now: () => 0, secrets: [secret('hunter2')] })
  log.write('keeper', 'the word is hunter2')
  expect(read('run.log')).toBe('1970-01-01T00:00:00.000Z  keeper  the word is ***\n')
})

test.each([
  ["create user a identified by 'it''s' require ssl", 'create user a identified by *** require ssl'],
  ["alter role a password 'x\\'y'", 'alter role a password ***'],
  ['{"user":"a","password":"b\\"c","n":1}', '{"user":"a","password":***,"n":1}'],
  ['connect host=h password=abc user=u', 'connect host=h password=*** user=u'],
  ['postgres://app:pw@127.0.0.1/db', 'postgres://app:***@127.0.0.1/db'],
  ['Authorization: Bearer abc.def', 'Authorization: Bearer ***'],
  ['the password of the user is wrong', 'the password of the user is wrong'],
])('%s', (text, masked) => {
  expect(maskText(text)).toBe(masked)
})
