import { randomBytes } from 'node:crypto'
import { readlinkSync } from 'node:fs'
import { chmod, mkdir, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { cacheFolder } from '../cache.ts'
import { processesIn, processStart } from '../process-tree.ts'
import { spreadFolder } from '../spread-folder.ts'
import { freeSharedMemory } from './shared-memory.ts'

const OWNER = 'owner.json'
/** A folder without an owner file is about to get one, unless it is older than this. */
const UNOWNED_MS = 60_000
const KILL_WITHIN = 3_000

type Owner = { readonly pid: number; readonly start: string; readonly pidNamespace: string; readonly socket: string }

export type RunFolder = { readonly path: string; readonly socket: string; remove(): Promise<void> }

function runsFolder(): string {
  return join(cacheFolder(), 'run')
}

/** The folder of this process's servers. Other uids may pass through it (PostgreSQL runs under one), not list it; the socket's folder is closed. */
export async function createRunFolder(): Promise<RunFolder> {
  await mkdir(runsFolder(), { recursive: true })
  // Real, because the kernel shows the real working directory of a process.
  const path = join(await realpath(runsFolder()), `${process.pid}-${randomBytes(4).toString('hex')}`)
  const socket = join(path, 'keeper', 'socket')
  await spreadFolder(runsFolder())
  await mkdir(path)
  await spreadFolder(path)
  await chmod(path, 0o711)
  await mkdir(join(path, 'keeper'), { mode: 0o700 })
  const owner: Owner = {
    pid: process.pid,
    start: processStart(process.pid) ?? '',
    pidNamespace: pidNamespace(),
    socket,
  }
  await writeFile(join(path, OWNER), JSON.stringify(owner), { mode: 0o600 })
  return { path, socket, remove: () => removeRunFolder(path) }
}

/** Removes what dead keepers left: their servers, shared memory and folders. Returns the folders; what may not be removed stays. */
export async function sweepRunFolders(): Promise<readonly string[]> {
  const swept: string[] = []
  const runs = await realpath(runsFolder())
  for (const name of await readdir(runs)) {
    const path = join(runs, name)
    if (await alive(path)) continue
    try {
      await removeRunFolder(path)
      swept.push(path)
    } catch {
      // another user's, in a cache that several share
    }
  }
  return swept
}

async function removeRunFolder(path: string): Promise<void> {
  const deadline = performance.now() + KILL_WITHIN
  for (let left = processesIn(path); left.length > 0 && performance.now() < deadline; left = processesIn(path)) {
    for (const pid of left) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It ended in between.
      }
    }
    await delay(5)
  }
  await freeSharedMemory(path)
  await rm(path, { recursive: true, force: true, maxRetries: 3 })
}

async function alive(path: string): Promise<boolean> {
  let owner: Owner
  try {
    owner = JSON.parse(await readFile(join(path, OWNER), 'utf8'))
  } catch {
    const made = await stat(path).catch(() => undefined)
    return made !== undefined && Date.now() - made.mtimeMs < UNOWNED_MS
  }
  // In another container that shares the cache pids mean other processes; its socket answers all the same.
  if (process.platform !== 'linux' || owner.pidNamespace !== pidNamespace()) return answers(owner.socket)
  return processStart(owner.pid) === owner.start
}

function pidNamespace(): string {
  return process.platform === 'linux' ? readlinkSync('/proc/self/ns/pid') : ''
}

function answers(socket: string): Promise<boolean> {
  return new Promise(resolve => {
    const probe = connect(socket)
    probe.once('connect', () => resolve(true))
    probe.once('error', () => resolve(false))
    probe.once('close', () => probe.destroy())
    probe.once('connect', () => probe.destroy())
  })
}
