import { Secret } from '../log/secret.ts'
import { readSection, sectionMissing } from '../targets/real/section.ts'
import type { Capabilities, Endpoint, Endpoints, TargetProvider } from '../targets/target.ts'

const TARGET = 'openstore'
const CAPABLE: Capabilities = { 'openstore.data': true }

/** Section [openstore] of real.ini: `host`, `port`, `token`. Cases that need nodes to fault, or our own reference service, are skipped there. */
export const realOpenstore: TargetProvider = {
  tier: 'real',
  memory: 0,
  limit: 1,
  unavailable: () => sectionMissing(TARGET),
  async start() {
    const { host, port, token, data } = await readSection(TARGET, ({ text, port: portField, secretText, flag }, z) =>
      z.strictObject({ host: text(), port: portField(), token: secretText().optional(), data: flag().default(true) }),
    )
    const center: Endpoint = {
      ...{ target: TARGET, role: 'center', name: 'center', protocol: 'http', host, port },
      ...{ user: '', password: token ?? new Secret('') },
    }
    return {
      endpoints: { center },
      capabilities: data ? CAPABLE : {},
      versions: {},
      async [Symbol.asyncDispose]() {},
    }
  },
}

/** The section that names these endpoints. */
export function openstoreSection(endpoints: Endpoints): Readonly<Record<string, string | number | Secret>> {
  const center = endpoints.center as Endpoint
  return { host: center.host, port: center.port, token: center.password }
}
