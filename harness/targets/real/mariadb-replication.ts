import { AssayError } from '../../errors.ts'
import type { Secret } from '../../log/secret.ts'
import { mysqlDialect } from '../../sql/dialect.ts'
import { SSL_MODES, tlsFrom } from '../../sql/tls.ts'
import type { Endpoint, Endpoints, StartedTarget, TargetProvider } from '../target.ts'
import { readSection, sectionMissing } from './section.ts'
import { runOnce, unreachable } from './session.ts'

const TARGET = 'mariadb.replication'
const CAUGHT_UP_SECONDS = 30

/** Section [mariadb.replication] of real.ini; conf/real.example.ini explains every key. */
export const realMariadbReplication: TargetProvider = {
  tier: 'real',
  memory: 0,
  limit: 1,
  unavailable: () => sectionMissing(TARGET),
  async start({ signal }) {
    const settings = await readSection(TARGET, ({ text, port, secretText, flag, commaList }, z) =>
      z
        .strictObject({
          primary_host: text(),
          primary_port: port().default(3306),
          replica_hosts: commaList(text()),
          replica_ports: commaList(port()).optional(),
          user: text(),
          password: secretText(),
          database: text().optional(),
          sslmode: z.enum(SSL_MODES).default('disable'),
          sslrootcert: text().optional(),
          admin_user: text().optional(),
          admin_password: secretText().optional(),
          own_databases: flag().default(true),
        })
        .refine(({ replica_hosts: hosts, replica_ports: ports }) => !ports || ports.length === hosts.length, {
          path: ['replica_ports'],
          message: 'does not list one port for each of replica_hosts',
        }),
    )
    const { user, password, database, admin_user, admin_password, replica_ports, own_databases } = settings
    const shared = { protocol: 'mysql', user, password, database, ...tlsFrom(settings.sslmode, settings.sslrootcert) }
    const primary: Endpoint = {
      ...{ target: TARGET, role: 'primary', name: 'primary', ...shared },
      host: settings.primary_host,
      port: settings.primary_port,
    }
    const replicas = settings.replica_hosts.map(
      (host, index): Endpoint => ({
        ...{ target: TARGET, role: 'replicas', name: `replicas.${index}`, ...shared },
        host,
        port: replica_ports?.[index] ?? 3306,
      }),
    )
    const admin = admin_user === undefined ? undefined : { user: admin_user, password: admin_password ?? password }
    return await started({ primary, replicas, admin, ownDatabases: own_databases, signal })
  },
}

/** The section that names these endpoints. */
export function mariadbReplicationSection(endpoints: Endpoints): Readonly<Record<string, string | number | Secret>> {
  const [primary, admin] = [endpoints.primary, endpoints.primary_admin] as [Endpoint, Endpoint]
  const replicas = endpoints.replicas as readonly Endpoint[]
  return {
    primary_host: primary.host,
    primary_port: primary.port,
    replica_hosts: replicas.map(one => one.host).join(', '),
    replica_ports: replicas.map(one => one.port).join(', '),
    user: primary.user,
    password: primary.password,
    admin_user: admin.user,
    admin_password: admin.password,
  }
}

type Servers = {
  readonly primary: Endpoint
  readonly replicas: readonly Endpoint[]
  readonly admin: Pick<Endpoint, 'user' | 'password'> | undefined
  readonly ownDatabases: boolean
  readonly signal: AbortSignal
}

async function started({ primary, replicas, admin, ownDatabases, signal }: Servers): Promise<StartedTarget> {
  const { values } = await runOnce(primary, 'SELECT VERSION()', { signal })
  const said = `${values[0]?.[0] ?? ''}`
  if (!/mariadb/i.test(said)) {
    throw new AssayError(
      'ASSAY_TARGET_UNAVAILABLE',
      `${primary.host}:${primary.port} is MySQL ${said}, and ${TARGET} is of MariaDB, whose GTIDs are its own`,
    )
  }
  const version = said.split('-')[0] ?? ''
  const endpoints = (database = primary.database): Endpoints => {
    const within = (one: Endpoint): Endpoint => ({ ...one, database })
    const asAdmin = (one: Endpoint, role: string): Endpoint => ({
      ...{ ...within(one), ...admin, role },
      name: one.name.replace(one.role, role),
    })
    return {
      primary: within(primary),
      replicas: replicas.map(within),
      ...(admin && {
        primary_admin: asAdmin(primary, 'primary_admin'),
        replica_admins: replicas.map(one => asAdmin(one, 'replica_admins')),
      }),
    }
  }
  return {
    endpoints: endpoints(),
    capabilities: {
      replicas: replicas.length,
      'sql.dialect': 'mysql',
      'replication.gtid': true,
      'mariadb.version': version,
      ...(admin ? { superuser: true } : {}),
    },
    versions: { mariadb: version },
    ...(ownDatabases ? { isolate } : {}),
    check: () => unreachable([primary, ...replicas]),
    async clean(cleaning) {
      if ((await unreachable([primary, ...replicas])).length > 0) return false
      await caughtUp(primary, replicas, cleaning)
      return true
    },
    async [Symbol.asyncDispose]() {},
  }

  async function isolate(name: string, isolating: AbortSignal): ReturnType<NonNullable<StartedTarget['isolate']>> {
    const database = mysqlDialect.identifier(name)
    const drop = async (): Promise<void> => {
      await runOnce(primary, `DROP DATABASE IF EXISTS ${database}`)
    }
    await runOnce(primary, `CREATE DATABASE ${database}`, { signal: isolating })
    try {
      await caughtUp(primary, replicas, isolating)
    } catch (error) {
      await drop().catch(() => {})
      throw error
    }
    return { endpoints: endpoints(name), [Symbol.asyncDispose]: drop }
  }
}

async function caughtUp(primary: Endpoint, replicas: readonly Endpoint[], signal: AbortSignal): Promise<void> {
  const { values } = await runOnce(primary, 'SELECT @@global.gtid_binlog_pos', { signal })
  const gtid = `${values[0]?.[0] ?? ''}`
  if (gtid === '') return
  await Promise.all(
    replicas.map(async replica => {
      const wait = await runOnce(replica, 'SELECT MASTER_GTID_WAIT(?, ?)', {
        ...{ signal, parameters: [gtid, CAUGHT_UP_SECONDS] },
      })
      if (Number(wait.values[0]?.[0]) !== 0)
        throw new AssayError(
          'ASSAY_TARGET_UNAVAILABLE',
          `${replica.name} (${replica.host}:${replica.port}) did not reach GTID ${gtid} within ${CAUGHT_UP_SECONDS} s`,
        )
    }),
  )
}
