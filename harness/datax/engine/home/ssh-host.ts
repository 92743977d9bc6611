import { randomBytes } from 'node:crypto'
import { PassThrough } from 'node:stream'
import type { Client, ClientChannel, SFTPWrapper } from 'ssh2'
import { connectSsh, execSsh, openSftp, overSsh, type SshAccount, shellWord, sshName } from '../../../remote/ssh.ts'
import { GROUP_SCRIPT, type HomeExit, type HomeHost, type HomeProcess } from './host.ts'

/** How long a host may take to take a job's files and to start it, in milliseconds. */
const START_WITHIN = 60_000
/** How long a host may take to stop a job and to say so, in milliseconds; it gives the job five seconds itself. */
const STOP_WITHIN = 15_000

/** A machine that is reached by ssh. Files go there by SFTP; a job ends with its connection, whoever cuts it. */
export function sshHost(account: SshAccount): HomeHost {
  return {
    name: sshName(account),
    async list(folder, signal) {
      const client = await connectSsh(account, signal)
      try {
        return await overSsh({ client, signal, within: START_WITHIN, what: `looking into ${folder}` }, async () => {
          const sftp = await openSftp(client)
          return await new Promise(resolve =>
            sftp.readdir(folder, (error, entries) => resolve(error ? undefined : entries.map(entry => entry.filename))),
          )
        })
      } finally {
        client.end()
      }
    },
    async start({ files, command, signal }) {
      const client = await connectSsh(account, signal)
      const folder = `/tmp/assay-datax-${randomBytes(9).toString('base64url')}`
      try {
        const what = `starting the job on ${sshName(account)}`
        return await overSsh({ client, signal, within: START_WITHIN, what }, async () => {
          const sftp = await openSftp(client)
          await done(callback => sftp.mkdir(folder, { mode: 0o700 }, callback))
          for (const [name, text] of Object.entries(files)) await put(sftp, `${folder}/${name}`, text)
          return processOf(await execSsh(client, commandLine(folder, command(folder))), client)
        })
      } catch (error) {
        client.end()
        throw error
      }
    },
  }
}

function commandLine(folder: string, command: readonly string[]): string {
  const words = ['env', 'LC_ALL=C.UTF-8', 'sh', '-c', GROUP_SCRIPT, 'assay-datax', folder, ...command]
  return `cd ${shellWord(folder)} && exec ${words.map(shellWord).join(' ')}`
}

function done(start: (callback: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => start(error => (error ? reject(error) : resolve())))
}

async function put(sftp: SFTPWrapper, path: string, text: string): Promise<void> {
  await done(callback => sftp.writeFile(path, text, { mode: 0o600, flag: 'wx' }, callback))
}

function processOf(channel: ClientChannel, client: Client): HomeProcess {
  let timer: NodeJS.Timeout | undefined
  let exit: HomeExit = { code: null, signal: 'a lost connection' }
  const stderr = channel.stderr.pipe(new PassThrough())
  const exited = new Promise<HomeExit>(resolve => {
    channel.once('exit', (code: number | null, signal?: string) => {
      exit = { code, signal: signal ?? null }
    })
    channel.once('close', () => {
      clearTimeout(timer)
      stderr.end()
      resolve(exit)
    })
    client.once('close', () => resolve(exit))
  })
  channel.on('error', () => {})
  const stop = (): void => {
    channel.end()
    timer ??= setTimeout(() => client.destroy(), STOP_WITHIN)
  }
  return {
    stdout: channel,
    stderr,
    exited,
    stop,
    async [Symbol.asyncDispose]() {
      stop()
      await exited
      clearTimeout(timer)
      client.end()
    },
  }
}
