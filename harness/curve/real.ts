import { Secret } from '../log/secret.ts'
import { readSection, sectionMissing } from '../targets/real/section.ts'
import { sshFields, sshOptions } from '../targets/real/ssh.ts'
import type { Endpoint, Finding, StartedTarget, TargetProvider } from '../targets/target.ts'
import type { CurveClient } from './client.ts'
import { clientOf, userOf } from './endpoint.ts'
import { CurveError } from './errors.ts'
import type { CurveUser } from './types.ts'

const TARGET = 'curve.cluster'

/** Section [curve.cluster] of real.ini; conf/real.example.ini explains every key. */
export const realCurve: TargetProvider = {
  tier: 'real',
  memory: 0,
  limit: 1,
  unavailable: () => sectionMissing(TARGET),
  async start() {
    const settings = await readSection(TARGET, (fields, z) =>
      z.strictObject({
        python: fields.text().default('python3'),
        python_path: fields.text().optional(),
        conf: fields.text().default('/etc/curve/py_client.conf'),
        user: fields.text().default('assay'),
        password: fields.secretText().optional(),
        root_password: fields.secretText().optional(),
        ...sshFields(fields),
      }),
    )
    const cluster: Endpoint = {
      ...{ target: TARGET, role: 'cluster', name: 'cluster', protocol: 'curve', host: '127.0.0.1', port: 6666 },
      user: settings.user,
      password: settings.password ?? new Secret(''),
      options: {
        python: settings.python,
        python_path: settings.python_path,
        conf: settings.conf,
        root_password: settings.root_password,
        ...(await sshOptions(TARGET, settings)),
      },
    }
    return await started(cluster)
  },
}

async function started(cluster: Endpoint): Promise<StartedTarget> {
  await using client = clientOf(cluster)
  const info = await client.info()
  const findings = async (): Promise<readonly Finding[]> => {
    const message = await unreachable(cluster)
    return message === undefined ? [] : [{ check: 'server.alive', server: 'cluster', message }]
  }
  const named = (at: string): Endpoint => ({ ...cluster, options: { ...cluster.options, at, refreshed: '1500ms' } })
  return {
    endpoints: { cluster: named('/assay-') },
    async isolate(name) {
      const own = named(`/${name}-`)
      return { endpoints: { cluster: own }, [Symbol.asyncDispose]: () => sweep(own) }
    },
    capabilities: {
      'curve.real': true,
      ...(cluster.options?.root_password === undefined ? {} : { 'curve.root': true }),
      ...(info.flavour === 'bytes' ? { 'curve.bytes': true } : {}),
      ...(info.calls.includes('ListPoolset') ? { 'curve.poolsets': true } : {}),
    },
    versions: { python: info.python },
    check: findings,
    clean: async () => (await findings()).length === 0,
    async [Symbol.asyncDispose]() {},
  }
}

async function unreachable(cluster: Endpoint): Promise<string | undefined> {
  try {
    await using client = clientOf(cluster)
    await client.init()
    return (await client.getClusterId()) === '' ? 'the metadata servers do not answer' : undefined
  } catch (error) {
    return (error as Error).message
  }
}

/** Removes what a case left under its names, as root where the password is known, else as the target's user. */
async function sweep(cluster: Endpoint): Promise<void> {
  await using client = clientOf(cluster)
  await client.init()
  const as = userOf(cluster, cluster.options?.root_password === undefined ? undefined : 'root')
  const prefix = String(cluster.options?.at).slice(1)
  const names = await client.listdir('/', { as }).catch(() => [])
  for (const name of names.filter(one => one.startsWith(prefix))) await remove(client, `/${name}`, as)
}

async function remove(client: CurveClient, path: string, as: CurveUser): Promise<void> {
  const below = await client.listdir(path, { as }).catch(() => [])
  for (const name of below) await remove(client, `${path}/${name}`, as)
  await client.unlink(path, { as }).catch(async error => {
    if (!(error instanceof CurveError) || error.codeName !== 'FILE_OCCUPIED') return
    // the record of a client that ended: another client of this host shares it, and Close drops it
    const fd = await client.open(path, { as }).catch(() => undefined)
    if (fd !== undefined) await client.close(fd).catch(() => {})
    await client.unlink(path, { as }).catch(() => {})
  })
}
