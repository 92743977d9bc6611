import { Secret } from '../log/secret.ts'
import { readSection, sectionMissing } from '../targets/real/section.ts'
import { unreachable } from '../targets/real/session.ts'
import type { Endpoint, Endpoints, StartedTarget, TargetProvider } from '../targets/target.ts'
import type { Member } from './api/manager.ts'
import { openKlustron } from './klustron.ts'
import { METADATA_DATABASE } from './metadata/metadata.ts'

const TARGET = 'klustron'

/** Section [klustron] of real.ini: any of the metadata nodes, and an account that may read them. All else is found from there. */
export const realKlustron: TargetProvider = {
  tier: 'real',
  memory: 0,
  limit: 1,
  unavailable: () => sectionMissing(TARGET),
  async start({ signal }) {
    const settings = await readSection(TARGET, ({ text, port, secretText, commaList }, z) =>
      z
        .strictObject({
          metadata_hosts: commaList(text()),
          metadata_ports: commaList(port()),
          user: text(),
          password: secretText(),
          profile: z.enum(['enterprise', 'community10']).default('enterprise'),
        })
        .refine(
          ({ metadata_hosts: hosts, metadata_ports: ports }) => hosts.length === ports.length && hosts.length > 0,
          {
            path: ['metadata_ports'],
            message: 'does not list one port for each of metadata_hosts',
          },
        ),
    )
    const { user, password, profile } = settings
    const metadata = settings.metadata_hosts.map(
      (host, index): Endpoint => ({
        ...{ target: TARGET, role: 'metadata', name: `metadata.${index}`, protocol: 'mysql' },
        ...{ host, port: settings.metadata_ports[index] as number, user, password, database: METADATA_DATABASE },
      }),
    )
    await using klustron = openKlustron({ metadata, profile, signal, within: 10_000 })
    await klustron.manager.leader()
    const managers = await klustron.manager.members()
    const [version] = await klustron.info.firstColumn('SELECT VERSION()')
    return started({ metadata, profile, managers, version: String(version) })
  },
}

/** The section that names these endpoints. */
export function klustronSection(endpoints: Endpoints): Readonly<Record<string, string | number | Secret>> {
  const metadata = [endpoints.metadata].flat() as readonly Endpoint[]
  return {
    metadata_hosts: metadata.map(one => one.host).join(', '),
    metadata_ports: metadata.map(one => one.port).join(', '),
    user: metadata[0]?.user ?? '',
    password: metadata[0]?.password ?? '',
  }
}

type Parts = {
  readonly metadata: readonly Endpoint[]
  readonly profile: 'enterprise' | 'community10'
  /** The leader first. */
  readonly managers: readonly Member[]
  readonly version: string
}

function started({ metadata, profile, managers, version }: Parts): StartedTarget {
  const enterprise = [
    'soft_delete',
    'active_status',
    'rbr',
    'mirror_tables',
    'repartition',
    'logical_backup',
    'pitr',
    'rcr',
  ] as const
  return {
    endpoints: {
      metadata,
      manager: manager('manager', managers[0] as Member, 0),
      managers: managers.map((member, index) => manager('managers', member, index)),
    },
    capabilities: {
      profile,
      metadata_nodes: metadata.length,
      pg_transactions: true,
      partitioned_pk: true,
      ...(profile === 'enterprise' ? Object.fromEntries(enterprise.map(name => [name, true as const])) : {}),
    },
    versions: { metadata: version },
    check: () => unreachable(metadata),
    clean: async () => (await unreachable(metadata)).length === 0,
    async [Symbol.asyncDispose]() {},
  }
}

/** cluster_mgr asks for no account. */
const manager = (role: string, { host, port }: Member, index: number): Endpoint => ({
  ...{ target: TARGET, role, name: `managers.${index}`, protocol: 'http', host, port },
  ...{ user: '', password: new Secret('') },
})
