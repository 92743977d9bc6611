import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'assay-cli-datax-'))
// each starts a process or several, on a machine that may be busy
vi.setConfig({ testTimeout: 60_000 })
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const main = join(import.meta.dirname, 'main.ts')
const assay = (...args: string[]) =>
  spawnSync(process.execPath, [main, 'datax', ...args], { encoding: 'utf8', timeout: 20_000 })

const file = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const good = `{"job": {"setting": {"speed": {"channel": 1}, "errorLimit": {"record": 0}}, "content": [{
  "reader": {"name": "streamreader", "parameter": {"sliceRecordCount": 2, "column": [{"value": "\${word}"}]}},
  "writer": {"name": "streamwriter", "parameter": {}}}]}}`

test('run prints the rows to the standard output, the log to the standard error, and ends with 0', () => {
  const run = assay('run', file('good.json', good), '-p', '-Dword=hello')
  expect(run.stdout).toBe('hello\nhello\n')
  expect(run.stderr).toContain('读出记录总数')
  expect(run.status).toBe(0)
})

test('exit codes are those of DataX', () => {
  const bad = file('bad.json', good.replace('streamwriter', 'streamwriting'))
  expect(assay('run', bad, '-p', '-Dword=x', '--quiet')).toMatchObject({ status: 1, stdout: '' })
  expect(assay('run', join(folder, 'none.json')).status).toBe(1)
  expect(assay('run').status).toBe(255)
  expect(assay('run', bad, '--mode', 'lax').status).toBe(255)
})

test('check names file, line, column, code and the next step', () => {
  const path = file('check.json', good.replace('"channel"', '"chanel"'))
  const check = assay('check', path, '-p', '-Dword=x')
  expect(check.status).toBe(1)
  expect(check.stdout).toContain(
    `${path}:1:32  error  DATAX_UNKNOWN_KEY  speed has no key "chanel", and DataX ignores it in silence; did you mean "channel"?`,
  )
  expect(check.stdout).toMatch(/2 errors, 0 warnings\n$/)
})
