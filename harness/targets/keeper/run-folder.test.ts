import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, realpath, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { processesIn, processStart } from '../process-tree.ts'
import { createRunFolder, sweepRunFolders } from './run-folder.ts'

let cache: string

beforeEach(async () => {
  cache = await realpath(await mkdtemp(join(tmpdir(), 'assay-cache-')))
  vi.stubEnv('ASSAY_CACHE', cache)
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(cache, { recursive: true, force: true })
})

async function leftBehind(name: string, owner?: object): Promise<string> {
  const path = join(cache, 'run', name)
  await mkdir(join(path, 'instance'), { recursive: true })
  if (owner) await writeFile(join(path, 'owner.json'), JSON.stringify(owner))
  return path
}

test('a sweep takes what dead keepers left, processes too, and leaves the living alone', async () => {
  const own = await createRunFolder()
  // The pid is in use, by a process that started at another time.
  const { ino } = await stat('/proc/self/ns/pid')
  const owner = { pid: process.pid, start: '1', pidNamespace: `pid:[${ino}]`, socket: '/nowhere' }
  const dead = await leftBehind('dead', owner)
  const foreign = await leftBehind('foreign', { ...owner, pidNamespace: 'pid:[1]', start: processStart(process.pid) })
  const new_ = await leftBehind('new')
  const unfinished = await leftBehind('unfinished')
  await utimes(unfinished, 0, 0)
  const server = spawn('sleep', ['100'], { cwd: join(dead, 'instance'), stdio: 'ignore' })
  await once(server, 'spawn')
  const ended = once(server, 'exit')
  expect(processesIn(dead)).toEqual([server.pid])

  expect(new Set(await sweepRunFolders())).toEqual(new Set([dead, foreign, unfinished]))
  expect(await ended).toEqual([null, 'SIGKILL'])
  expect([dead, foreign, unfinished, new_, own.path].map(existsSync)).toEqual([false, false, false, true, true])
  await own.remove()
  expect(existsSync(own.path)).toBe(false)
})

test('the folder lets other accounts pass, but not look, and its socket is out of their reach', async () => {
  const own = await createRunFolder()
  const mode = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8)
  expect(await mode(own.path)).toBe('711')
  expect(await mode(join(own.path, 'keeper'))).toBe('700')
  expect(await mode(join(own.path, 'owner.json'))).toBe('600')
})
