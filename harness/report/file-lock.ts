import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

const WAIT = 10_000
const STALE = 60_000

/**
 * Runs `work` while a lock file exists that only we made. A lock whose process has gone, or that is a minute old, is taken
 * over. When it cannot be had within ten seconds, `work` runs with `held` false: a history without a line is worse than
 * one that is not trimmed.
 */
export async function withFileLock<T>(file: string, work: (held: boolean) => Promise<T>): Promise<T> {
  const held = await take(file, Date.now() + WAIT)
  try {
    return await work(held)
  } finally {
    if (held) await rm(file, { force: true })
  }
}

async function take(file: string, deadline: number): Promise<boolean> {
  for (;;) {
    try {
      await writeFile(file, `${hostname()} ${process.pid}\n`, { flag: 'wx', mode: 0o644 })
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    if (await abandoned(file)) await rm(file, { force: true })
    else if (Date.now() > deadline) return false
    else await sleep(20)
  }
}

async function abandoned(file: string): Promise<boolean> {
  try {
    if (Date.now() - (await stat(file)).mtimeMs > STALE) return true
    const [host, pid] = (await readFile(file, 'utf8')).trim().split(' ')
    if (host !== hostname() || !pid) return false
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}
