import { connect as dial } from 'node:net'
import type { Metadata } from '../metadata/metadata.ts'
import { profileOf } from '../metadata/profile.ts'
import { runningStatuses } from '../model.ts'

/** Something that a job left half done: the row or port, in words. */
export type Leftover = { readonly kind: string; readonly about: string }

type Query = { readonly kind: string; readonly sql: string }

const GONE = `(SELECT id FROM db_clusters WHERE status = 'inuse')`
const RUNS = `status IN ('active', 'creating', 'inactive', 'manual_stop')`

/** Rows that no finished job leaves behind, in either product line. */
const QUERIES: readonly Query[] = [
  {
    kind: 'cluster without memo',
    sql: `SELECT id FROM db_clusters WHERE status = 'inuse' AND COALESCE(memo, '') = ''`,
  },
  { kind: 'shard of no cluster', sql: `SELECT id FROM shards WHERE status = 'inuse' AND db_cluster_id NOT IN ${GONE}` },
  {
    kind: 'storage node of no cluster',
    sql: `SELECT id FROM shard_nodes WHERE ${RUNS} AND db_cluster_id NOT IN ${GONE}`,
  },
  {
    kind: 'storage node of no shard',
    sql: `SELECT id FROM shard_nodes WHERE ${RUNS} AND shard_id NOT IN (SELECT id FROM shards WHERE status = 'inuse')`,
  },
  {
    kind: 'compute node of no cluster',
    sql: `SELECT id FROM comp_nodes WHERE ${RUNS} AND db_cluster_id NOT IN ${GONE}`,
  },
  {
    kind: 'shard with no primary, or several',
    sql: `SELECT s.id FROM shards s LEFT JOIN shard_nodes n ON n.shard_id = s.id AND n.member_state = 'source' AND n.${RUNS}
          WHERE s.status = 'inuse' GROUP BY s.id HAVING COUNT(n.id) <> 1`,
  },
  {
    kind: 'shard whose num_nodes is wrong',
    sql: `SELECT s.id FROM shards s LEFT JOIN shard_nodes n ON n.shard_id = s.id AND n.${RUNS}
          WHERE s.status = 'inuse' GROUP BY s.id, s.num_nodes HAVING COUNT(n.id) <> s.num_nodes`,
  },
  {
    kind: 'node_map_master row of no node',
    sql: `SELECT m.node_host FROM node_map_master m LEFT JOIN shard_nodes n
            ON CONCAT(n.hostaddr, '_', n.port) = m.node_host AND n.${RUNS} WHERE n.id IS NULL`,
  },
  {
    kind: 'log table of no cluster',
    sql: `SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()
          AND (table_name LIKE 'ddl\\_ops\\_log\\_cluster%' OR table_name LIKE 'commit\\_log\\_cluster%')
          AND SUBSTRING(table_name, LOCATE('log_cluster_', table_name) + 4) NOT IN
            (SELECT name FROM db_clusters WHERE status = 'inuse')`,
  },
  {
    kind: 'port still being installed',
    sql: `SELECT hostaddr FROM server_nodes WHERE COALESCE(installing_port, '') <> ''`,
  },
]

/**
 * The always-on check: no half-registered rows, every used port has an instance and every instance its port, and each node that
 * is said to be active answers. Empty when all is well. Call it while no job runs.
 */
export async function leftovers(metadata: Metadata, signal?: AbortSignal): Promise<readonly Leftover[]> {
  const rows = await Promise.all(
    QUERIES.map(async ({ kind, sql }) =>
      (await metadata.run(sql)).values.map(([value]): Leftover => ({ kind, about: String(value) })),
    ),
  )
  return [...rows.flat(), ...(await ports(metadata)), ...(await silent(metadata, signal))]
}

async function ports(metadata: Metadata): Promise<readonly Leftover[]> {
  const hosts = await metadata.query(
    `SELECT hostaddr, machine_type, COALESCE(used_port, '') AS used FROM server_nodes WHERE machine_type IS NOT NULL`,
  )
  const nodes = await metadata.query(
    `SELECT hostaddr, port, 'storage' AS machine_type FROM shard_nodes WHERE ${RUNS}
     UNION ALL SELECT hostaddr, port, 'computer' FROM comp_nodes WHERE ${RUNS}`,
  )
  const key = (host: unknown, type: unknown, port: unknown): string => `${type} ${host}:${port}`
  const used = hosts.flatMap(row =>
    String(row.used)
      .split(',')
      .filter(Boolean)
      .map(port => key(row.hostaddr, row.machine_type, port.trim())),
  )
  const real = nodes.map(row => key(row.hostaddr, row.machine_type, row.port))
  return [
    ...used.filter(port => !real.includes(port)).map(about => ({ kind: 'port in use by nobody', about })),
    ...real.filter(port => !used.includes(port)).map(about => ({ kind: 'node whose port is not in use', about })),
  ]
}

async function silent(metadata: Metadata, signal?: AbortSignal): Promise<readonly Leftover[]> {
  const states = runningStatuses(await profileOf(metadata))
    .map(state => `'${state}'`)
    .join(', ')
  const nodes = await metadata.query(
    `SELECT hostaddr, port FROM shard_nodes WHERE status IN (${states}) UNION ALL SELECT hostaddr, port FROM comp_nodes WHERE status = 'active'`,
  )
  const found = await Promise.all(
    nodes.map(async ({ hostaddr, port }) => {
      const open = await listens(String(hostaddr), Number(port), signal)
      return open ? undefined : { kind: 'active node that does not listen', about: `${hostaddr}:${port}` }
    }),
  )
  return found.filter(one => one !== undefined)
}

async function listens(host: string, port: number, signal?: AbortSignal): Promise<boolean> {
  return await new Promise(resolve => {
    const socket = dial({ host, port, timeout: 2_000, signal })
    const done = (open: boolean) => (): void => {
      socket.destroy()
      resolve(open)
    }
    socket.once('connect', done(true)).once('error', done(false)).once('timeout', done(false))
  })
}
