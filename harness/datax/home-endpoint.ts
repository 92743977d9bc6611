import { AssayError } from '../errors.ts'
import { sshAccountOf } from '../targets/real/ssh.ts'
import type { Endpoint } from '../targets/target.ts'
import type { Engine } from './engine/engine.ts'
import type { HomeSettings } from './engine/home/home.ts'
import { homeEngine } from './engine/home/home-engine.ts'
import type { HomeHost } from './engine/home/host.ts'
import { localHost } from './engine/home/local-host.ts'
import { sshHost } from './engine/home/ssh-host.ts'

/** The target whose role `home` is a DataX or Addax installation, and its section in real.ini. */
export const HOME_TARGET = 'datax.home'

/** The engine behind an endpoint of `datax.home`: on this machine, or where its options `ssh_*` say. */
export function engineAt(endpoint: Endpoint): Engine {
  const host = hostOf(endpoint)
  return homeEngine(host === localHost ? 'home' : 'ssh', host, settingsOf(endpoint))
}

export function settingsOf({ name, protocol, options = {} }: Endpoint): HomeSettings {
  const { path, java, jvm } = options
  if (protocol !== 'datax' || typeof path !== 'string')
    throw new AssayError('ASSAY_CASE_NO_ENDPOINT', `${name} is no DataX home: it speaks ${protocol}`)
  return {
    path,
    ...(typeof java === 'string' ? { java } : {}),
    ...(Array.isArray(jvm) ? { jvm: jvm.map(String) } : {}),
  }
}

export function hostOf(endpoint: Endpoint): HomeHost {
  const account = sshAccountOf(endpoint)
  return account === undefined ? localHost : sshHost(account)
}
