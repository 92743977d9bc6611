import { readFile } from 'node:fs/promises'
import { AssayError } from '../../errors.ts'
import { Secret } from '../../log/secret.ts'
import type { SshAccount } from '../../remote/ssh.ts'
import type { Endpoint } from '../target.ts'
import { realIni } from './section.ts'

type Fields = Pick<typeof import('../../config/fields.ts'), 'text' | 'port' | 'secretText'>

/** The keys `ssh_*` of a section: the host on which the system is installed, where that is not this one. */
export function sshFields({ text, port, secretText }: Fields) {
  return {
    ssh_host: text().optional(),
    ssh_port: port().optional(),
    ssh_user: text().optional(),
    ssh_key_file: text().optional(),
    ssh_password: secretText().optional(),
    ssh_host_key: text().optional(),
  }
}

type SshSettings = {
  readonly ssh_host?: string
  readonly ssh_port?: number
  readonly ssh_user?: string
  readonly ssh_key_file?: string
  readonly ssh_password?: Secret
  readonly ssh_host_key?: string
}

/**
 * The same as options of an endpoint, with the key itself. Rejects with ASSAY_CONFIG_MISSING_KEY where the host's own key is
 * not given, and with ASSAY_CONFIG_VALUE where the key file cannot be read.
 */
export async function sshOptions(section: string, settings: SshSettings): Promise<Endpoint['options']> {
  const { ssh_host, ssh_port, ssh_user, ssh_key_file, ssh_password, ssh_host_key } = settings
  if (ssh_host === undefined) return {}
  const where = { file: realIni() }
  if (ssh_host_key === undefined)
    throw new AssayError('ASSAY_CONFIG_MISSING_KEY', `[${section}] has ssh_host and no key "ssh_host_key"`, {
      where,
      hint: 'Write down what `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` prints there.',
    })
  let ssh_key: Secret | undefined
  try {
    if (ssh_key_file !== undefined) ssh_key = new Secret(await readFile(ssh_key_file, 'utf8'))
  } catch (cause) {
    const message = `[${section}] ssh_key_file ${JSON.stringify(ssh_key_file)} cannot be read: ${(cause as Error).message}`
    throw new AssayError('ASSAY_CONFIG_VALUE', message, { where, cause })
  }
  return { ssh_host, ssh_port, ssh_user, ssh_key, ssh_password, ssh_host_key }
}

/** The account of the options `ssh_*` of an endpoint; undefined where it has none, and its system is on this machine. */
export function sshAccountOf(endpoint: Endpoint): SshAccount | undefined {
  const { ssh_host, ssh_port, ssh_user, ssh_key, ssh_password, ssh_host_key } = endpoint.options ?? {}
  if (typeof ssh_host !== 'string') return undefined
  return {
    host: ssh_host,
    user: String(ssh_user ?? endpoint.user),
    hostKey: String(ssh_host_key ?? ''),
    ...(typeof ssh_port === 'number' ? { port: ssh_port } : {}),
    ...(ssh_key instanceof Secret ? { privateKey: ssh_key } : {}),
    ...(ssh_password instanceof Secret ? { password: ssh_password } : {}),
  }
}
