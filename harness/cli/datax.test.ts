import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'assay-cli-datax-'))
// each starts a process or several, on a machine that may be busy
vi.setConfig({ testTimeout: 60_000 })
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const main = join(import.meta.dirname, 'main.ts')
const assay = (...args: string[]) =>
  spawnSync(process.execPath, [main, 'datax', ...args], { encoding: 'utf8', timeout: 50_000 })

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

test.each([
  ['empty', '', 'the file is empty'],
  ['truncated', '{"job": {"setting": ', 'the file ends where a value should stand'],
  ['of 100 MB', `{"job": ${' '.repeat(100 * 1024 * 1024)}}`, 'larger than'],
  ['with NUL bytes', '\0\0{"job": {}}', 'stands where'],
  ['of bytes that are no text', Buffer.from([0xff, 0xfe, 0x00, 0x80]), 'stands where'],
])('a job file that is %s is told by check and by run', (name, text, message) => {
  const path = join(folder, `${name}.json`)
  writeFileSync(path, text)
  for (const verb of ['check', 'run']) {
    const { status, stdout, stderr } = assay(verb, path)
    expect(status).toBe(1)
    const said = stdout + stderr
    expect(said).toContain(message)
    expect(said.length).toBeLessThan(5_000)
  }
})

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s stops a job: exit code 143, and what was written is told',
  async signal => {
    const path = file(`${signal}.json`, good.replace('"sliceRecordCount": 2', '"sliceRecordCount": 100000000000'))
    const child = spawn(process.execPath, [main, 'datax', 'run', path, '-p', '-Dword=x'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    child.stderr.on('data', chunk => {
      said += chunk
    })
    await once(child.stdout, 'data')
    child.stdout.resume()
    child.kill(signal)
    const [code] = (await once(child, 'close')) as [number]
    expect(code).toBe(143)
    expect(said).toMatch(/Framework-143 {2}the job was stopped; \d+ records had been written/)
  },
)

// a limit of the file size is the one full disk that any user can have
test('a disk that takes no more fails the job with the file, and the exit code of DataX', () => {
  const out = join(folder, 'full')
  mkdirSync(out)
  const path = file(
    'full.json',
    JSON.stringify({
      job: {
        setting: { speed: { channel: 1 }, errorLimit: { record: 0 } },
        content: [
          {
            reader: {
              name: 'streamreader',
              parameter: { sliceRecordCount: 200_000, column: [{ value: 'x'.repeat(40) }] },
            },
            writer: { name: 'txtfilewriter', parameter: { path: out, fileName: 'o', writeMode: 'append' } },
          },
        ],
      },
    }),
  )
  const run = spawnSync(
    'sh',
    ['-c', 'ulimit -f 1000; exec "$@"', 'sh', process.execPath, main, 'datax', 'run', path, '--quiet'],
    {
      encoding: 'utf8',
      timeout: 50_000,
    },
  )
  expect(run.status).toBe(1)
  expect(run.stderr).toContain(`TxtFileWriter-03  ${join(out, readdirSync(out)[0] ?? '')} could not be written: EFBIG`)
})

test('a home that is none, and ssh without a section, are told', () => {
  const path = file('home.json', good)
  const none = assay('run', path, '--home', folder)
  expect(none).toMatchObject({ status: 3, stderr: expect.stringContaining('is no DataX or Addax home') })
  const far = assay('run', path, '--engine', 'ssh')
  expect(far).toMatchObject({ status: 3, stderr: expect.stringContaining('has no section [datax.home] with ssh_host') })
})
