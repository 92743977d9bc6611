import { execFile } from 'node:child_process'
import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Gives back the System V shared memory of PostgreSQL servers that were killed: the kernel keeps it until someone does. The
 * servers under the folder must have ended. Line 7 of postmaster.pid is the segment's key and id (src/include/utils/pidfile.h).
 */
export async function freeSharedMemory(folder: string): Promise<void> {
  for await (const path of glob('{,*/}*/postmaster.pid', { cwd: folder })) {
    const text = await readFile(join(folder, path), 'utf8').catch(() => '')
    const id = text.split('\n')[6]?.trim().split(/\s+/)[1]
    if (id && /^\d+$/.test(id)) await new Promise(resolve => execFile('ipcrm', ['-m', id], resolve))
  }
}
