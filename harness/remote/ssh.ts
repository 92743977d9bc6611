import type { Client, ClientChannel, ConnectConfig, SFTPWrapper } from 'ssh2'
import { ActionError } from '../errors.ts'
import type { Secret } from '../log/secret.ts'

/** How long a host may take to let somebody in, in milliseconds. */
const CONNECT_WITHIN = 15_000
const KEEP_ALIVE_EVERY = 5_000

export type SshAccount = {
  readonly host: string
  /** Default 22. */
  readonly port?: number
  readonly user: string
  /** One of them; without any the agent of SSH_AUTH_SOCK. */
  readonly password?: Secret
  readonly privateKey?: Secret
  /** SHA-256 of the host's key, as `ssh-keygen -lf` prints it, with or without `SHA256:`. Required: a host is not trusted unseen. */
  readonly hostKey: string
}

export const sshName = ({ user, host }: SshAccount): string => `${user}@${host}`

/** A connection to a host whose key was checked. Rejects with ASSAY_SSH: class `host_key`, `refused` (the account) or `unreachable`. */
export async function connectSsh(account: SshAccount, signal?: AbortSignal): Promise<Client> {
  // loaded late: most runs have no use for it
  const { Client } = (await import('ssh2')).default
  signal?.throwIfAborted()
  const client = new Client()
  let shownKey: string | undefined
  const options: ConnectConfig = {
    host: account.host,
    port: account.port ?? 22,
    username: account.user,
    readyTimeout: CONNECT_WITHIN,
    keepaliveInterval: KEEP_ALIVE_EVERY,
    hostHash: 'sha256',
    hostVerifier: (hash: string) => {
      shownKey = Buffer.from(hash, 'hex').toString('base64').replace(/=+$/, '')
      return shownKey === account.hostKey.replace(/^SHA256:/, '')
    },
    ...(account.password ? { password: account.password.reveal() } : {}),
    ...(account.privateKey ? { privateKey: account.privateKey.reveal() } : {}),
    ...(account.password || account.privateKey ? {} : { agent: process.env.SSH_AUTH_SOCK }),
  }
  const onAbort = (): void => void client.destroy()
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    await new Promise<void>((resolve, reject) => {
      client.once('ready', resolve)
      client.once('error', cause => reject(failure(account, cause, shownKey)))
      client.once('close', () => reject(signal?.reason ?? failure(account, new Error('it hung up'), shownKey)))
      client.connect(options)
    })
  } catch (error) {
    client.end()
    throw error
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
  // what happens to the connection from now on shows at its channels
  client.on('error', () => {})
  return client
}

/** Starts a command line there. Its streams are the channel and `channel.stderr`. */
/**
 * Does what a connection is for, within a deadline in milliseconds; what still waits on it at the end of either the deadline or the signal
 * fails, for it is cut. Rejects with what `work` rejects with, with the signal's reason, or with ASSAY_SSH.
 */
export async function overSsh<T>({ client, signal, within, what }: OverSsh, work: () => Promise<T>): Promise<T> {
  const late = AbortSignal.timeout(within)
  const either = signal ? AbortSignal.any([signal, late]) : late
  const { promise: cut, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => {
    client.destroy()
    const slow = new ActionError('ASSAY_SSH', `${what} took longer than ${within / 1000} s`, { class: 'unreachable' })
    reject(signal?.aborted ? signal.reason : slow)
  }
  either.addEventListener('abort', onAbort, { once: true })
  try {
    signal?.throwIfAborted()
    return await Promise.race([work(), cut])
  } finally {
    either.removeEventListener('abort', onAbort)
  }
}

export type OverSsh = {
  readonly client: Client
  readonly signal?: AbortSignal | undefined
  readonly within: number
  /** Names it in the error: `starting the job on etl@lab`. */
  readonly what: string
}

export function execSsh(client: Client, command: string): Promise<ClientChannel> {
  return new Promise((resolve, reject) =>
    client.exec(command, (error, channel) => (error ? reject(error) : resolve(channel))),
  )
}

export function openSftp(client: Client): Promise<SFTPWrapper> {
  return new Promise((resolve, reject) => client.sftp((error, sftp) => (error ? reject(error) : resolve(sftp))))
}

/** A word as a POSIX shell takes it for one. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9_./=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

function failure(account: SshAccount, cause: Error, shownKey: string | undefined): ActionError {
  const name = sshName(account)
  if (/verification failed/i.test(cause.message))
    return new ActionError('ASSAY_SSH', `${account.host} shows another key than the one that is trusted: ${shownKey}`, {
      class: 'host_key',
      cause,
      hint: 'Ask the host’s owner whether its key has changed, and write down the new one.',
    })
  const refused = /authentication/i.test(cause.message)
  return new ActionError('ASSAY_SSH', `${name} could not be reached by ssh: ${cause.message}`, {
    class: refused ? 'refused' : 'unreachable',
    cause,
  })
}
