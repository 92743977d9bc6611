import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { expect, test, vi } from 'vitest'
import { processState } from '../../../targets/process-tree.ts'
import { localHost } from './local-host.ts'

vi.setConfig({ testTimeout: 60_000 })

const start = (script: string, files: Readonly<Record<string, string>> = {}) =>
  localHost.start({ files, command: folder => ['sh', '-c', script, 'job', folder], signal: undefined })

/** Two processes below the job, each of which would live for ever; their ids are the first line. */
const FAMILY = '(while :; do sleep 100; done) & echo $$ $!; wait'

async function firstPids(stdout: NodeJS.ReadableStream): Promise<readonly number[]> {
  const [chunk] = (await once(stdout, 'data')) as [Buffer]
  return chunk.toString().trim().split(' ').map(Number)
}

const living = (pids: readonly number[]): readonly number[] => pids.filter(pid => processState(pid) !== undefined)

test('both streams, the exit code, and files that only their user can read and that are gone with the job', async () => {
  await using job = await start('echo "$1"; stat -c %a "$1" "$1/job.json"; cat "$1/job.json"; echo said >&2; exit 7', {
    'job.json': '{"a": 1}',
  })
  const [out, said] = await Promise.all([text(job.stdout), text(job.stderr)])
  expect(await job.exited).toEqual({ code: 7, signal: null })
  const [folder = '', ...rest] = out.split('\n')
  expect([...rest, said]).toEqual(['700', '600', '{"a": 1}', 'said\n'])
  expect(folder).toMatch(/assay-datax-/)
  expect(existsSync(folder)).toBe(false)
})

test('the end of a program is told as it is: killed by a signal, or not there', async () => {
  await using killed = await start('kill -KILL $$')
  killed.stdout.resume()
  killed.stderr.resume()
  expect(await killed.exited).toEqual({ code: 137, signal: null })
  await using missing = await localHost.start({ files: {}, command: () => ['/no/such/java'], signal: undefined })
  missing.stdout.resume()
  expect(await text(missing.stderr)).toContain('/no/such/java')
  expect(await missing.exited).toEqual({ code: 127, signal: null })
})

test('stopping ends the whole group, also what ignores SIGTERM', async () => {
  await using polite = await start(FAMILY)
  polite.stderr.resume()
  const pids = await firstPids(polite.stdout)
  expect(living(pids)).toEqual(pids)
  polite.stop()
  expect(await polite.exited).toEqual({ code: 143, signal: null })
  await expect.poll(() => living(pids), { timeout: 20_000 }).toEqual([])

  await using deaf = await start(`trap "" TERM; ${FAMILY}`)
  deaf.stderr.resume()
  const others = await firstPids(deaf.stdout)
  deaf.stop()
  await deaf.exited
  await expect.poll(() => living(others), { timeout: 20_000 }).toEqual([])
})

test('a job does not outlive the process that started it, however that ends', async () => {
  const program = `
    const { localHost } = await import(${JSON.stringify(new URL('./local-host.ts', import.meta.url).href)})
    const job = await localHost.start({ files: {}, command: () => ['sh', '-c', ${JSON.stringify(FAMILY)}], signal: undefined })
    job.stdout.pipe(process.stdout)
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const pids = await firstPids(child.stdout)
  expect(living(pids)).toEqual(pids)
  child.kill('SIGKILL')
  await expect.poll(() => living(pids), { timeout: 20_000 }).toEqual([])
})
