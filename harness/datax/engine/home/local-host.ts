import { spawn } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AssayError } from '../../../errors.ts'
import { GROUP_SCRIPT, type HomeExit, type HomeHost, type HomeProcess } from './host.ts'

/** What a Java machine gets to see of this process's environment. */
const KEPT = ['PATH', 'HOME', 'JAVA_HOME', 'TMPDIR', 'TZ', 'LD_LIBRARY_PATH'] as const

export const localHost: HomeHost = {
  name: 'this machine',
  async list(folder) {
    return await readdir(folder).catch(() => undefined)
  },
  async start({ files, command, signal }) {
    const folder = await mkdtemp(join(tmpdir(), 'assay-datax-'))
    try {
      for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text, { mode: 0o600 })
      signal?.throwIfAborted()
      return await started(command(folder), folder)
    } catch (error) {
      await rm(folder, { recursive: true, force: true })
      throw error
    }
  },
}

async function started(command: readonly string[], folder: string): Promise<HomeProcess> {
  const child = spawn('/bin/sh', ['-c', GROUP_SCRIPT, 'assay-datax', folder, ...command], {
    cwd: folder,
    env: {
      ...Object.fromEntries(KEPT.flatMap(name => (process.env[name] === undefined ? [] : [[name, process.env[name]]]))),
      LC_ALL: 'C.UTF-8',
    },
    // the leader of a group and session of its own: Ctrl-C goes to this process alone, which then stops the job
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const exited = new Promise<HomeExit>(resolve => child.once('close', (code, signal) => resolve({ code, signal })))
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', cause =>
      reject(new AssayError('ASSAY_DATAX_HOME', `a shell could not be started: ${cause.message}`, { cause })),
    )
  })
  child.stdin.on('error', () => {})
  return {
    stdout: child.stdout,
    stderr: child.stderr,
    exited,
    stop: () => void child.stdin.end(),
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await exited
    },
  }
}
