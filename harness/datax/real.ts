import { readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { AssayError } from '../errors.ts'
import { secret } from '../log/secret.ts'
import { readSection, sectionMissing } from '../targets/real/section.ts'
import type { Endpoint, StartedTarget, TargetProvider } from '../targets/target.ts'
import { type HomeSettings, openHome } from './engine/home/home.ts'
import { HOME_TARGET, hostOf, settingsOf } from './home-endpoint.ts'

/** Section [datax.home] of real.ini; conf/real.example.ini explains every key. */
export async function realHome(): Promise<Endpoint> {
  const settings = await readSection(HOME_TARGET, ({ text, secretText, port }, z) =>
    z.strictObject({
      path: text(),
      java: text().default('java'),
      jvm: text().optional(),
      ssh_host: text().optional(),
      ssh_port: port().optional(),
      ssh_user: text().optional(),
      ssh_key_file: text().optional(),
      ssh_password: secretText().optional(),
      ssh_host_key: text().optional(),
    }),
  )
  const { ssh_host, ssh_host_key, ssh_key_file } = settings
  if (ssh_host !== undefined && ssh_host_key === undefined)
    throw new AssayError('ASSAY_CONFIG_MISSING_KEY', `[${HOME_TARGET}] has ssh_host and no key "ssh_host_key"`, {
      hint: 'Write down what `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` prints there.',
    })
  return {
    ...homeEndpoint({ path: settings.path, java: settings.java }),
    options: {
      path: settings.path,
      java: settings.java,
      ...(settings.jvm === undefined ? {} : { jvm: settings.jvm.split(/\s+/) }),
      ssh_host,
      ssh_port: settings.ssh_port,
      ssh_user: settings.ssh_user,
      ssh_host_key,
      ssh_password: settings.ssh_password,
      ...(ssh_key_file === undefined ? {} : { ssh_key: secret(await readFile(ssh_key_file, 'utf8')) }),
    },
  }
}

/** A home of this machine as an endpoint. There is no server behind it, so that its port means nothing. */
export function homeEndpoint({ path, java, jvm }: HomeSettings): Endpoint {
  return {
    ...{ target: HOME_TARGET, role: 'home', name: 'home', protocol: 'datax', host: '127.0.0.1', port: 0 },
    ...{ user: userInfo().username, password: secret('') },
    options: { path, ...(java === undefined ? {} : { java }), ...(jvm === undefined ? {} : { jvm }) },
  }
}

/** The target of a home that was found. Cases ask for `datax.engine`, or for `datax.engine == addax`. */
export async function startedHome(home: Endpoint, signal?: AbortSignal): Promise<StartedTarget> {
  const { kind, version } = await openHome(hostOf(home), settingsOf(home), signal)
  return {
    endpoints: { home },
    capabilities: { 'datax.engine': kind, ...(home.options?.ssh_host === undefined ? {} : { 'datax.ssh': true }) },
    versions: { [kind]: version },
    // jobs share nothing in a home, so that each case has it as it is
    isolate: async () => ({ endpoints: { home }, async [Symbol.asyncDispose]() {} }),
    async [Symbol.asyncDispose]() {},
  }
}

export const realDatax: TargetProvider = {
  tier: 'real',
  memory: 0,
  limit: 1,
  unavailable: () => sectionMissing(HOME_TARGET),
  start: async ({ signal }) => startedHome(await realHome(), signal),
}
