import { AssayError } from '../errors.ts'
import { Secret } from '../log/secret.ts'
import { sshAccountOf } from '../targets/real/ssh.ts'
import type { Endpoint } from '../targets/target.ts'
import { CurveClient } from './client.ts'
import { localHost, type SidecarHost } from './sidecar-host.ts'
import { sshHost } from './ssh-host.ts'
import type { CurveSettings, CurveUser } from './types.ts'

/** The settings of a client from what a target says of its endpoint. */
export function settingsOf(endpoint: Endpoint): CurveSettings {
  const { python, python_path, conf } = endpoint.options ?? {}
  if (endpoint.protocol !== 'curve' || typeof conf !== 'string')
    throw new AssayError(
      'ASSAY_CASE_NO_ENDPOINT',
      `${endpoint.name} is no Curve cluster: it speaks ${endpoint.protocol}`,
    )
  return {
    conf,
    user: { owner: endpoint.user, password: endpoint.password },
    ...(typeof python === 'string' ? { python } : {}),
    ...(typeof python_path === 'string' ? { pythonPath: python_path } : {}),
  }
}

/** The machine whose module is used: the options `ssh_*` of the endpoint, else this one. */
export function hostOf(endpoint: Endpoint): SidecarHost {
  const account = sshAccountOf(endpoint)
  return account === undefined ? localHost : sshHost(account)
}

/** A client of the cluster behind an endpoint. */
export function clientOf(endpoint: Endpoint): CurveClient {
  return new CurveClient(settingsOf(endpoint), hostOf(endpoint))
}

/** Who a step calls as: an owner's name, with the cluster's password where that is root, or an owner with a password. */
export function userOf(
  endpoint: Endpoint,
  as: string | { readonly owner: string; readonly password?: string } | undefined,
): CurveUser {
  if (as === undefined) return settingsOf(endpoint).user
  if (typeof as !== 'string')
    return { owner: as.owner, ...(as.password === undefined ? {} : { password: new Secret(as.password) }) }
  const password = endpoint.options?.root_password
  return { owner: as, ...(as === 'root' && password instanceof Secret ? { password } : {}) }
}
