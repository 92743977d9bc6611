import type { Secret } from '../../log/secret.ts'
import { postgresDialect } from '../../sql/dialect.ts'
import { SSL_MODES, tlsFrom } from '../../sql/tls.ts'
import type { Endpoint, Endpoints, StartedTarget, TargetHost, TargetProvider } from '../target.ts'
import { readSection, sectionMissing } from './section.ts'
import { runOnce, unreachable } from './session.ts'

const TARGET = 'postgres.pair'
const ENDS = ['source', 'destination'] as const

/** Section [postgres.pair] of real.ini; conf/real.example.ini explains every key. */
export const realPostgresPair: TargetProvider = realPair(TARGET)

/** The two servers that a section of real.ini names, as the target of the same name. */
export function realPair(target: string): TargetProvider {
  return {
    tier: 'real',
    memory: 0,
    limit: 1,
    unavailable: () => sectionMissing(target),
    start: host => startReal(target, host),
  }
}

async function startReal(target: string, { signal }: TargetHost): Promise<StartedTarget> {
  const settings = await readSection(target, ({ text, port, secretText, flag }, z) =>
    z.strictObject({
      source_host: text(),
      source_port: port().default(5432),
      source_user: text(),
      source_password: secretText(),
      source_database: text().default('postgres'),
      source_sslmode: z.enum(SSL_MODES).default('disable'),
      source_sslrootcert: text().optional(),
      source_admin_user: text().optional(),
      source_admin_password: secretText().optional(),
      destination_host: text(),
      destination_port: port().default(5432),
      destination_user: text(),
      destination_password: secretText(),
      destination_database: text().default('postgres'),
      destination_sslmode: z.enum(SSL_MODES).default('disable'),
      destination_sslrootcert: text().optional(),
      destination_admin_user: text().optional(),
      destination_admin_password: secretText().optional(),
      own_databases: flag().default(true),
    }),
  )
  const ends = ENDS.map(
    (name): Endpoint => ({
      ...{ target, role: name, name, protocol: 'postgres' },
      host: settings[`${name}_host`],
      port: settings[`${name}_port`],
      user: settings[`${name}_user`],
      password: settings[`${name}_password`],
      database: settings[`${name}_database`],
      ...tlsFrom(settings[`${name}_sslmode`], settings[`${name}_sslrootcert`]),
    }),
  )
  const admins = ends.flatMap((end): Endpoint[] => {
    const name = end.name as (typeof ENDS)[number]
    const user = settings[`${name}_admin_user`]
    const password = settings[`${name}_admin_password`] ?? end.password
    return user === undefined ? [] : [{ ...end, role: `${name}_admin`, name: `${name}_admin`, user, password }]
  })
  return await started(ends, admins, settings.own_databases, signal)
}

/** The section that names these endpoints. */
export function postgresPairSection(endpoints: Endpoints): Readonly<Record<string, string | number | Secret>> {
  return Object.fromEntries(
    ENDS.flatMap(name => {
      const [end, admin] = [endpoints[name], endpoints[`${name}_admin`]] as [Endpoint, Endpoint]
      return [
        [`${name}_host`, end.host],
        [`${name}_port`, end.port],
        [`${name}_user`, end.user],
        [`${name}_password`, end.password],
        [`${name}_admin_user`, admin.user],
        [`${name}_admin_password`, admin.password],
      ]
    }),
  )
}

async function started(
  ends: readonly Endpoint[],
  admins: readonly Endpoint[],
  ownDatabases: boolean,
  signal: AbortSignal,
): Promise<StartedTarget> {
  const versions = await Promise.all(ends.map(end => runOnce(end, 'SHOW server_version', { signal })))
  const version = `${versions[0]?.values[0]?.[0] ?? ''}`.split(' ')[0] ?? ''
  const endpoints = (database?: string): StartedTarget['endpoints'] =>
    Object.fromEntries([...ends, ...admins].map(one => [one.name, database === undefined ? one : { ...one, database }]))
  return {
    endpoints: endpoints(),
    capabilities: {
      'sql.dialect': 'postgres',
      'postgres.version': Number.parseInt(version, 10),
      ...(admins.length === ends.length ? { superuser: true } : {}),
    },
    versions: { postgresql: version },
    ...(ownDatabases ? { isolate } : {}),
    check: () => unreachable(ends),
    clean: async () => (await unreachable(ends)).length === 0,
    async [Symbol.asyncDispose]() {},
  }

  async function isolate(name: string, isolating: AbortSignal): ReturnType<NonNullable<StartedTarget['isolate']>> {
    const database = postgresDialect.identifier(name)
    const drop = async (): Promise<void> => {
      // FORCE came with version 13; Greenplum 6 is 9.4
      await Promise.all(
        ends.map(end =>
          runOnce(end, `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`).catch(error => {
            if (error.class !== 'syntax_error') throw error
            return runOnce(end, `DROP DATABASE IF EXISTS ${database}`)
          }),
        ),
      )
    }
    const made = await Promise.allSettled(
      ends.map(end => runOnce(end, `CREATE DATABASE ${database}`, { signal: isolating })),
    )
    const failed = made.find(one => one.status === 'rejected')
    if (failed) {
      await drop().catch(() => {})
      throw failed.reason
    }
    return { endpoints: endpoints(name), [Symbol.asyncDispose]: drop }
  }
}
