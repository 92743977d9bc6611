import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { ClientChannel, ConnectConfig } from 'ssh2'
import { ActionError } from '../errors.ts'
import type { Secret } from '../log/secret.ts'
import {
  noPython,
  SIDECAR,
  type SidecarExit,
  type SidecarHost,
  type SidecarProcess,
  sidecarEnv,
} from './sidecar-host.ts'
import type { CurveSettings } from './types.ts'

const CONNECT_WITHIN = 15_000
const KILL_WITHIN = 5_000

export type SshAccount = {
  readonly host: string
  /** Default 22. */
  readonly port?: number
  readonly user: string
  /** One of them; without any the agent of SSH_AUTH_SOCK. */
  readonly password?: Secret
  readonly privateKey?: Secret
  /** SHA-256 of the host's key, as `ssh-keygen -lf` prints it without `SHA256:`. Required: a host is not trusted unseen. */
  readonly hostKey: string
}

/**
 * What a remote interpreter is started with: it takes the sources of the sidecar from its stdin, so that nothing is installed
 * there. The first line it writes is its process id.
 */
const BOOTSTRAP = [
  'import os,sys,json,types',
  'def take(n):',
  ' b=b""',
  ' while len(b)<n:',
  '  p=os.read(0,n-len(b))',
  '  if not p: sys.exit(4)',
  '  b+=p',
  ' return b',
  'os.write(1,b"%d\\n"%os.getpid())',
  'sources=json.loads(take(int(take(10))).decode())',
  'import importlib.abc,importlib.util',
  'class Shipped(importlib.abc.MetaPathFinder,importlib.abc.Loader):',
  ' def find_spec(self,name,path=None,target=None):',
  '  return importlib.util.spec_from_loader(name,self) if name in sources else None',
  ' def create_module(self,spec): return None',
  ' def exec_module(self,module): exec(compile(sources[module.__name__],module.__name__+".py","exec"),module.__dict__)',
  'sys.meta_path.insert(0,Shipped())',
  'scope={"__name__":"__main__","__file__":"sidecar.py"}',
  'exec(compile(sources["sidecar"],"sidecar.py","exec"),scope)',
].join('\n')

/** A machine that is reached by ssh. Sidecars end with their connection; one that hangs is killed over another. */
export function sshHost(account: SshAccount): SidecarHost {
  const name = `${account.user}@${account.host}`
  return {
    name,
    async spawn(settings, signal) {
      const connection = await connect(account, name, signal)
      try {
        const channel = await execute(connection.client, commandOf(settings))
        const sources = await readSources()
        channel.write(`${Buffer.byteLength(sources)}`.padStart(10))
        channel.write(sources)
        const pid = await firstLine(channel, settings)
        return processOf(channel, connection.client, () => killRemote(account, name, pid))
      } catch (error) {
        connection.client.end()
        throw error
      }
    },
  }
}

async function connect(account: SshAccount, name: string, signal?: AbortSignal) {
  // loaded late: most runs have no use for it
  const { Client } = (await import('ssh2')).default
  const client = new Client()
  const options: ConnectConfig = {
    host: account.host,
    port: account.port ?? 22,
    username: account.user,
    readyTimeout: CONNECT_WITHIN,
    keepaliveInterval: 5_000,
    hostHash: 'sha256',
    hostVerifier: (hash: string) => Buffer.from(hash, 'hex').toString('base64').replace(/=+$/, '') === account.hostKey,
    ...(account.password ? { password: account.password.reveal() } : {}),
    ...(account.privateKey ? { privateKey: account.privateKey.reveal() } : {}),
    ...(account.password || account.privateKey ? {} : { agent: process.env.SSH_AUTH_SOCK }),
  }
  await new Promise<void>((resolve, reject) => {
    const aborted = () => reject(signal?.reason)
    signal?.addEventListener('abort', aborted, { once: true })
    client.once('ready', resolve)
    client.once('error', cause =>
      reject(
        new ActionError('ASSAY_CURVE_SIDECAR', `${name} could not be reached by ssh: ${cause.message}`, {
          class: 'connection_lost',
          cause,
        }),
      ),
    )
    client.connect(options)
  }).catch(error => {
    client.end()
    throw error
  })
  client.on('error', () => {})
  return { client }
}

type SshClient = Awaited<ReturnType<typeof connect>>['client']

function execute(client: SshClient, command: string): Promise<ClientChannel> {
  return new Promise((resolve, reject) =>
    client.exec(command, (error, channel) => (error ? reject(error) : resolve(channel))),
  )
}

function processOf(channel: ClientChannel, client: SshClient, killThere: () => Promise<void>): SidecarProcess {
  const exited = new Promise<SidecarExit>(resolve => {
    let exit: SidecarExit = { code: null, signal: 'a lost connection' }
    channel.once('exit', (code: number | null, signal?: string) => {
      exit = { code, signal: signal === undefined ? null : `SIG${signal.replace(/^SIG/, '')}` }
    })
    channel.once('close', () => {
      client.end()
      resolve(exit)
    })
  })
  return {
    input: channel,
    output: channel,
    errors: channel.stderr,
    exited,
    kill() {
      // the channel closes when the process has gone; without an answer from there the connection is cut
      void killThere()
        .catch(() => {})
        .then(() => client.end())
    },
    hold: () => {},
  }
}

async function killRemote(account: SshAccount, name: string, pid: number): Promise<void> {
  const { client } = await connect(account, name, AbortSignal.timeout(KILL_WITHIN))
  try {
    const channel = await execute(client, `kill -KILL ${pid}`)
    await new Promise(resolve => channel.resume().once('close', resolve))
  } finally {
    client.end()
  }
}

/** The process id that the bootstrap writes; whatever comes before it means that there is no such interpreter. */
function firstLine(channel: ClientChannel, settings: CurveSettings): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = ''
    let said = ''
    const fail = () =>
      reject(noPython(settings.python ?? 'python3', new Error(said.trim() || text.trim() || 'it ended')))
    const onData = (chunk: Buffer) => {
      text += chunk.toString('latin1')
      const end = text.indexOf('\n')
      if (end < 0) return
      channel.off('data', onData)
      channel.off('close', fail)
      channel.pause()
      const rest = Buffer.from(text.slice(end + 1), 'latin1')
      if (rest.length > 0) channel.unshift(rest)
      const pid = Number(text.slice(0, end))
      if (Number.isInteger(pid) && pid > 1) resolve(pid)
      else fail()
    }
    channel.on('data', onData)
    channel.stderr.on('data', (chunk: Buffer) => {
      said += chunk
    })
    channel.once('close', fail)
  })
}

/** The command line, every word quoted for the remote shell; variables by `env`, since servers drop those of the protocol. */
function commandOf(settings: CurveSettings): string {
  const { PATH: _, HOME: __, TMPDIR: ___, ...env } = sidecarEnv({ ...settings })
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  return ['exec', 'env', ...variables, settings.python ?? 'python3', '-u', '-B', '-c', BOOTSTRAP].map(quote).join(' ')
}

const quote = (word: string): string => (/^[A-Za-z0-9_./=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)

async function readSources(): Promise<string> {
  const folder = join(dirname(SIDECAR), 'io')
  const jobs = (await readdir(folder)).filter(file => file.endsWith('.py')).map(file => join(folder, file))
  const sources = await Promise.all(
    [SIDECAR, ...jobs].map(async path => [basename(path, '.py'), await readFile(path, 'utf8')] as const),
  )
  // JSON in ASCII, so that its length in bytes is that of the text
  return JSON.stringify(Object.fromEntries(sources)).replace(
    /[\u0080-\uffff]/g,
    unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
