import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'

vi.setConfig({ testTimeout: 180_000 })
const SOON = { timeout: 90_000, interval: 50 }

const folder = mkdtempSync(join(tmpdir(), 'assay-serve-'))
const children: ChildProcess[] = []
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  rmSync(folder, { recursive: true, force: true })
})

function start(...args: readonly string[]): {
  readonly child: ChildProcess
  readonly url: Promise<string>
  told(): string
} {
  const main = resolve('harness/cli/main.ts')
  const child = spawn(process.execPath, [main, 'datax', 'serve', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  let told = ''
  const url = new Promise<string>((found, lost) => {
    const hear = (chunk: Buffer): void => {
      told += chunk
      const match = /^(http:\S+)/m.exec(told)
      if (match) found(match[1] as string)
    }
    child.stdout?.on('data', hear)
    child.stderr?.on('data', hear)
    child.once('exit', code => lost(new Error(`ended with ${code}: ${told}`)))
  })
  url.catch(() => {})
  return { child, url, told: () => told }
}

async function post(url: string, body: unknown): Promise<{ readonly id: number; readonly status: string }> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  return ((await answer.json()) as { data: { id: number; status: string } }).data
}

async function states(url: string): Promise<readonly string[]> {
  const answer = await fetch(`${url}/api/config/logs`)
  const { data } = (await answer.json()) as { data: { rows: readonly { status: string }[] } }
  return data.rows.map(row => row.status)
}

const endless = {
  job: {
    setting: { speed: { channel: 1 } },
    content: [
      {
        reader: { name: 'streamreader', parameter: { sliceRecordCount: 1e12, column: [{ value: 'x' }] } },
        writer: { name: 'streamwriter', parameter: { print: false } },
      },
    ],
  },
}

test('two servers that begin at once on one folder share it; what one ran when it was killed the other marks', async () => {
  const servers = [start('--folder', folder, '--port', '0'), start('--folder', folder, '--port', '0')]
  const [first, second] = (await Promise.all(servers.map(one => one.url))) as [string, string]
  expect(readdirSync(folder).filter(name => name.startsWith('key'))).toEqual(['key'])
  for (const name of ['key', 'platform.db']) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  const config = await post(`${first}/api/config/save`, { config_name: 'endless', content: endless })
  expect(statSync(join(folder, 'configs', `${config.id}.json`)).mode & 0o777).toBe(0o600)
  await post(`${first}/api/config/exec`, { id: config.id })
  await post(`${second}/api/config/exec`, { id: config.id })
  await expect.poll(() => states(second), SOON).toEqual(['running', 'running'])
  servers[0]?.child.kill('SIGKILL')
  await expect.poll(() => states(second), SOON).toEqual(['running', 'interrupted'])
  // Ctrl-C: what runs is stopped, and said to have been
  servers[1]?.child.kill('SIGINT')
  await once(servers[1]?.child as ChildProcess, 'exit')
  const again = await start('--folder', folder, '--port', '0').url
  expect(await states(again)).toEqual(['interrupted', 'interrupted'])
  expect(readFileSync(join(folder, 'logs', `${config.id}-2.log`), 'utf8')).toContain('the job was stopped')
})

// beside it home-engine.test.ts runs a home, and cases/datax/platform.case.yaml the platform with the engine of this process
const home = process.env.DATAX_HOME ?? process.env.ADDAX_HOME

test.skipIf(home === undefined)(
  'a server runs its configs with a real DataX or Addax, and cancels them there',
  async () => {
    const { url, child } = start('--folder', folder, '--port', '0', '--engine', 'home', '--home', home as string)
    const at = await url
    const run = async (name: string, content: object): Promise<number> => {
      const config = await post(`${at}/api/config/save`, { config_name: name, content })
      return (await post(`${at}/api/config/exec`, { id: config.id })).id
    }
    const look = async (id: number) => {
      const { data } = (await (await fetch(`${at}/api/config/logs?id=${id}`)).json()) as {
        data: { rows: readonly { status: string; counters: Readonly<Record<string, string>> | null }[] }
      }
      return data.rows[0]
    }
    const log = async (id: number): Promise<string> => {
      const { data } = (await (await fetch(`${at}/api/config/log?id=${id}`)).json()) as { data: { text: string } }
      return data.text
    }
    // what it prints stands among its log
    const short = await run('short', job({ sliceRecordCount: 3, column: [{ value: 'from-afar' }] }, true))
    await expect.poll(async () => (await look(short))?.status, SOON).toBe('succeeded')
    expect((await look(short))?.counters).toMatchObject({ total: '3', written: '3', failed: '0' })
    expect((await log(short)).match(/^from-afar$/gm)).toHaveLength(3)
    // canceled there means stopped there: no Java machine lives on
    const long = await run('long', job({ sliceRecordCount: 1e12, column: [{ value: 'x' }] }, false))
    await expect.poll(() => log(long), SOON).toContain('taskId[0]')
    expect(machinesOf(child)).toHaveLength(1)
    await post(`${at}/api/config/cancel`, { id: long })
    await expect.poll(async () => (await look(long))?.status, SOON).toBe('canceled')
    expect(machinesOf(child)).toEqual([])
  },
)

function job(parameter: object, print: boolean): object {
  return {
    // without it DataX waits its ten seconds out
    core: { container: { job: { sleepInterval: 200, reportInterval: 500 } } },
    job: {
      setting: { speed: { channel: 1 }, errorLimit: { record: 0 } },
      content: [
        {
          reader: { name: 'streamreader', parameter },
          writer: { name: 'streamwriter', parameter: { print } },
        },
      ],
    },
  }
}

/** Java machines that a server has started, itself or by others. */
function machinesOf(server: ChildProcess): readonly string[] {
  const stat = (pid: string): { readonly name?: string; readonly parent?: string } => {
    try {
      const [, name, parent] = /\((.*)\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
      return { name, parent }
    } catch {
      // it has ended
      return {}
    }
  }
  const isOf = (pid: string | undefined): boolean =>
    pid === String(server.pid) || (pid !== undefined && pid !== '0' && isOf(stat(pid).parent))
  return readdirSync('/proc').filter(pid => /^\d+$/.test(pid) && stat(pid).name === 'java' && isOf(pid))
}

test('a key that others may read, an open address without a token, and odd options are refused in words', async () => {
  const first = start('--folder', folder, '--port', '0')
  await first.url
  first.child.kill('SIGINT')
  await once(first.child, 'exit')
  chmodSync(join(folder, 'key'), 0o644)
  const refused = [
    [['--folder', folder, '--port', '0'], 'others may read it'],
    [['--folder', folder, '--host', '0.0.0.0'], 'would be open to everyone'],
    [['--port', '99999'], '--port must be an integer from 0 to 65535, and is "99999"'],
    [['--folders', 'x'], '"--folders" is no option of serve; did you mean "--folder"?'],
    [['--engine', 'hom'], '"hom" is no engine; there are in-process, home, ssh'],
    [['--at-once', '0'], '--at-once must be an integer from 1 to 64, and is "0"'],
  ] as const
  for (const [args, words] of refused) {
    const one = start(...args)
    const [code] = await once(one.child, 'close')
    expect(code).toBeGreaterThan(0)
    expect(one.told()).toContain(words)
    expect(one.told()).not.toContain('    at ')
  }
})
