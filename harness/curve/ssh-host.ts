import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Client, ClientChannel } from 'ssh2'
import { connectSsh, execSsh, type SshAccount, shellWord, sshName } from '../remote/ssh.ts'
import {
  noPython,
  SIDECAR,
  type SidecarExit,
  type SidecarHost,
  type SidecarProcess,
  sidecarEnv,
} from './sidecar-host.ts'
import type { CurveSettings } from './types.ts'

const KILL_WITHIN = 5_000

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
  return {
    name: sshName(account),
    async spawn(settings, signal) {
      const client = await connectSsh(account, signal)
      const cut = () => void client.destroy()
      signal?.addEventListener('abort', cut, { once: true })
      try {
        signal?.throwIfAborted()
        const channel = await execSsh(client, commandOf(settings))
        const sources = await readSources()
        channel.write(`${Buffer.byteLength(sources)}`.padStart(10))
        channel.write(sources)
        const pid = await firstLine(channel, settings)
        return processOf(channel, client, () => killRemote(account, pid))
      } catch (error) {
        client.end()
        throw signal?.aborted ? signal.reason : error
      } finally {
        signal?.removeEventListener('abort', cut)
      }
    },
  }
}

function processOf(channel: ClientChannel, client: Client, killThere: () => Promise<void>): SidecarProcess {
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

async function killRemote(account: SshAccount, pid: number): Promise<void> {
  const late = AbortSignal.timeout(KILL_WITHIN)
  const client = await connectSsh(account, late)
  const cut = () => void client.destroy()
  late.addEventListener('abort', cut, { once: true })
  try {
    const channel = await execSsh(client, `kill -KILL ${pid}`)
    await new Promise(resolve => channel.resume().once('close', resolve))
  } finally {
    late.removeEventListener('abort', cut)
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
  return ['exec', 'env', ...variables, settings.python ?? 'python3', '-u', '-B', '-c', BOOTSTRAP]
    .map(shellWord)
    .join(' ')
}

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
