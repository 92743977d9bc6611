import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

const main = join(import.meta.dirname, 'main.ts')
const assay = (...args: readonly string[]) =>
  spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } })

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)(
  'a command that %s ends says so, and is no wrong usage',
  async (signal, expected) => {
    const server = createServer(() => {})
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const child = spawn(process.execPath, [main, 'openstore', 'check', '--url', url], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', text => {
      said += text
    })
    const closed = once(child, 'close')
    await once(server, 'request')
    child.kill(signal)
    expect(await closed).toEqual([expected, null])
    expect(said).toBe(`ASSAY_INTERRUPTED  stopped by ${signal}\n`)
    server.close().closeAllConnections()
  },
  60_000,
)

test('a config that Node takes for CommonJS is told what to do about it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-commonjs-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }')
  writeFileSync(join(folder, 'assay.config.ts'), `import { join } from 'node:path'\nexport default join('a', 'b')\n`)
  const { status, stderr } = spawnSync(process.execPath, [main, 'list'], {
    ...{ cwd: folder, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } },
  })
  expect(stderr).toContain('Node takes it for a CommonJS module, which has no `import`')
  expect(stderr).toContain('Say `"type": "module"` in the package.json beside it.')
  expect(status).toBe(3)
}, 60_000)

test('a number of workers that is none is wrong usage', () => {
  for (const workers of ['many', '0', '-1', '1.5']) {
    const { status, stderr } = assay('run', `--workers=${workers}`, 'cases/postgres')
    expect([status, stderr]).toEqual([
      64,
      `ASSAY_USAGE  --workers takes a number from 1, not "${workers}"\n  Run \`assay help run\`.\n`,
    ])
  }
}, 60_000)
