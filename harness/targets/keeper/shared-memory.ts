import { execFile } from 'node:child_process'
import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Gives back the System V shared memory of a PostgreSQL server that was killed: the kernel keeps it until someone does. The
 * server must have ended. Line 7 of postmaster.pid is the segment's key and id (src/include/utils/pidfile.h); a server that
 * ends in good order removes the file.
 */
export async function freeSegment(data: string): Promise<void> {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')
  const id = text.split('\n')[6]?.trim().split(/\s+/)[1]
  if (id && /^\d+$/.test(id)) await new Promise(resolve => execFile('ipcrm', ['-m', id], resolve))
}

/** The same for all data directories in the folder, one or two levels down. */
export async function freeSharedMemory(folder: string): Promise<void> {
  for await (const path of glob('{,*/}*/postmaster.pid', { cwd: folder })) await freeSegment(join(folder, path, '..'))
}
