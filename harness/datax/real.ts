import { userInfo } from 'node:os'
import { secret } from '../log/secret.ts'
import { readSection, sectionMissing } from '../targets/real/section.ts'
import { sshFields, sshOptions } from '../targets/real/ssh.ts'
import type { Endpoint, StartedTarget, TargetProvider } from '../targets/target.ts'
import { type HomeSettings, openHome } from './engine/home/home.ts'
import { HOME_TARGET, hostOf, settingsOf } from './home-endpoint.ts'

/** Section [datax.home] of real.ini; conf/real.example.ini explains every key. */
export async function realHome(): Promise<Endpoint> {
  const settings = await readSection(HOME_TARGET, (fields, z) =>
    z.strictObject({
      path: fields.text(),
      java: fields.text().default('java'),
      jvm: fields.text().optional(),
      ...sshFields(fields),
    }),
  )
  return {
    ...homeEndpoint({ path: settings.path, java: settings.java }),
    options: {
      path: settings.path,
      java: settings.java,
      ...(settings.jvm === undefined ? {} : { jvm: settings.jvm.split(/\s+/) }),
      ...(await sshOptions(HOME_TARGET, settings)),
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
