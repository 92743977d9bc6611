import { secret } from '../../log/secret.ts'
import type { SqlValue } from '../../sql/session.ts'
import {
  type Cluster,
  type ComputeNode,
  type Hosts,
  type NodeStatus,
  type Profile,
  runningStatuses,
  type Shard,
  type StorageNode,
} from '../model.ts'
import { addressOf, type Metadata, type MetadataRow } from './metadata.ts'
import { profileOf } from './profile.ts'

export type NodeInfoOptions = {
  readonly metadata: Metadata
  /** Without it the metadata are asked: community 1.0 has no rcr tables (reference 6.9). */
  readonly profile?: Profile
  /** The target that the endpoints belong to, so that faults find them. */
  readonly target?: string
}

export type NodeFilter = { readonly cluster?: number; readonly shard?: number; readonly role?: StorageNode['role'] }

const STORAGE = `SELECT n.id, n.hostaddr, n.port, n.user_name, n.passwd, n.shard_id, n.db_cluster_id, n.member_state, n.status
  FROM shard_nodes n`
const COMPUTE = 'SELECT id, name, hostaddr, port, user_name, passwd, db_cluster_id, status FROM comp_nodes'

/** Readers of the metadata: seed 000's `info` (reference 4.3), every one with a cluster filter, flat and typed. */
export class NodeInfo {
  readonly #metadata: Metadata
  #profile: Promise<Profile> | undefined
  readonly #target: string | undefined

  constructor({ metadata, profile, target }: NodeInfoOptions) {
    this.#metadata = metadata
    this.#profile = profile && Promise.resolve(profile)
    this.#target = target
  }

  /** The product line, asked for once. */
  profile(): Promise<Profile> {
    this.#profile ??= profileOf(this.#metadata).catch(error => {
      this.#profile = undefined
      throw error
    })
    return this.#profile
  }

  /** `get_sql`: the first column of every row. */
  async firstColumn(sql: string): Promise<readonly SqlValue[]> {
    return (await this.#metadata.run(sql)).values.map(row => row[0] ?? null)
  }

  /** `get_res`: the rows of a statement on the metadata. */
  rows(sql: string, parameters: readonly unknown[] = []): Promise<readonly MetadataRow[]> {
    return this.#metadata.query(sql, parameters)
  }

  /** `show_all_running_sever_nodes`: hosts that take new instances, in order. */
  async hosts(): Promise<Hosts> {
    const rows = await this.#metadata.query(
      `SELECT machine_type, hostaddr FROM server_nodes WHERE node_stats = 'running' AND machine_type IS NOT NULL ORDER BY id`,
    )
    const of = (type: string): string[] =>
      rows.filter(row => row.machine_type === type).map(row => String(row.hostaddr))
    return { computer: of('computer'), storage: of('storage') }
  }

  /** `show_all_running_computer` and `…_with_id`. */
  async computeNodes({ cluster }: Pick<NodeFilter, 'cluster'> = {}): Promise<readonly ComputeNode[]> {
    const { where, parameters } = await this.#filter({ 'db_cluster_id = ?': cluster }, 'status')
    const rows = await this.#metadata.query(`${COMPUTE} WHERE ${where} ORDER BY db_cluster_id, id`, parameters)
    return rows.map(row => this.#compute(row))
  }

  /** `show_all_running_storage`, `…_storage_replice`, `show_specify_shard_master_node`: running nodes, the primary of a shard first. */
  async storageNodes({ cluster, shard, role }: NodeFilter = {}): Promise<readonly StorageNode[]> {
    const state = role === undefined ? undefined : role === 'primary' ? 'source' : 'replica'
    const { where, parameters } = await this.#filter(
      { 'n.db_cluster_id = ?': cluster, 'n.shard_id = ?': shard, 'n.member_state = ?': state },
      'n.status',
    )
    const rows = await this.#metadata.query(
      `${STORAGE} WHERE ${where} ORDER BY n.db_cluster_id, n.shard_id, n.member_state, n.id`,
      parameters,
    )
    return rows.map(row => this.#storage(row))
  }

  /** `show_all_storage_with_id`: the nodes of one shard. `deleted: true` shows those that were deleted too, as the original did. */
  async storageOfShard(shard: number, options: { readonly deleted?: boolean } = {}): Promise<readonly StorageNode[]> {
    if (options.deleted !== true) return await this.storageNodes({ shard })
    const rows = await this.#metadata.query(`${STORAGE} WHERE n.shard_id = ? ORDER BY n.id`, [shard])
    return rows.map(row => this.#storage(row))
  }

  /** `show_all_running_cluster_id`. */
  async clusterIds(): Promise<readonly number[]> {
    const rows = await this.#metadata.query(`SELECT id FROM db_clusters WHERE status = 'inuse' ORDER BY id`)
    return rows.map(row => Number(row.id))
  }

  /** `show_all_running_shard_id`, and `…_with_cluster_id`. */
  async shardIds({ cluster }: Pick<NodeFilter, 'cluster'> = {}): Promise<readonly number[]> {
    const rows = await this.#metadata.query(
      `SELECT id FROM shards WHERE status = 'inuse' ${cluster === undefined ? '' : 'AND db_cluster_id = ?'} ORDER BY id`,
      cluster === undefined ? [] : [cluster],
    )
    return rows.map(row => Number(row.id))
  }

  /** `show_all_meta_ip_port_by_clustermgr_format`: `ip:port,ip:port`, as `master_info.meta_db` wants it. */
  async metadataList(): Promise<string> {
    const rows = await this.#metadata.query('SELECT hostaddr, port FROM meta_db_nodes ORDER BY id')
    return rows.map(row => addressOf({ host: String(row.hostaddr), port: Number(row.port) })).join(',')
  }

  /** `show_cluster_nick_name`; undefined for a cluster that is not in use. */
  async nickName(cluster: number): Promise<string | undefined> {
    const [row] = await this.#metadata.query(`SELECT nick_name FROM db_clusters WHERE id = ? AND status = 'inuse'`, [
      cluster,
    ])
    return row === undefined ? undefined : String(row.nick_name)
  }

  /** `show_all_running_rcr_info`. */
  async rcrs(): Promise<
    readonly { id: number; master: number; masterMetadata: string; slave: number; status: string }[]
  > {
    if ((await this.profile()) === 'community10') return []
    const rows = await this.#metadata.query(
      `SELECT id, master_cluster_id, master_rcr_meta, slave_cluster_id, status FROM cluster_rcr_infos WHERE status <> 'deleted' ORDER BY id`,
    )
    return rows.map(row => ({
      id: Number(row.id),
      master: Number(row.master_cluster_id),
      masterMetadata: String(row.master_rcr_meta),
      slave: Number(row.slave_cluster_id),
      status: String(row.status),
    }))
  }

  async clusters(): Promise<readonly Cluster[]> {
    return await Promise.all((await this.clusterIds()).map(id => this.#cluster(id)))
  }

  /** The cluster with its shards and nodes; undefined when it is not in use. */
  async cluster(id: number): Promise<Cluster | undefined> {
    return (await this.clusterIds()).includes(id) ? await this.#cluster(id) : undefined
  }

  async #cluster(id: number): Promise<Cluster> {
    const [row] = await this.#metadata.query('SELECT name, nick_name FROM db_clusters WHERE id = ?', [id])
    const shards = await this.#metadata.query(
      `SELECT id, name FROM shards WHERE db_cluster_id = ? AND status = 'inuse' ORDER BY id`,
      [id],
    )
    const nodes = await this.storageNodes({ cluster: id })
    return {
      id,
      name: String(row?.name ?? ''),
      nick: String(row?.nick_name ?? ''),
      shards: shards.map(shard => shardOf(id, shard, nodes)),
      computes: await this.computeNodes({ cluster: id }),
    }
  }

  async #filter(conditions: Readonly<Record<string, number | string | undefined>>, status: string) {
    const running: readonly NodeStatus[] = runningStatuses(await this.profile())
    const given = Object.entries(conditions).filter(([, value]) => value !== undefined)
    const states = running.map(() => '?').join(', ')
    return {
      where: [`${status} IN (${states})`, ...given.map(([condition]) => condition)].join(' AND '),
      parameters: [...running, ...given.map(([, value]) => value)],
    }
  }

  #storage(row: MetadataRow): StorageNode {
    const role = row.member_state === 'source' ? 'primary' : 'replica'
    return {
      ...this.#endpoint(row, 'storage', 'mysql'),
      id: Number(row.id),
      cluster: Number(row.db_cluster_id),
      shard: Number(row.shard_id),
      role,
      status: row.status as NodeStatus,
    }
  }

  #compute(row: MetadataRow): ComputeNode {
    return {
      ...this.#endpoint(row, 'compute', 'postgres'),
      database: 'postgres',
      id: Number(row.id),
      cluster: Number(row.db_cluster_id),
      compute: String(row.name),
      status: row.status as NodeStatus,
    }
  }

  #endpoint(row: MetadataRow, role: string, protocol: string) {
    return {
      ...(this.#target === undefined ? {} : { target: this.#target }),
      ...{ role, protocol, name: `${row.hostaddr}_${row.port}`, host: String(row.hostaddr), port: Number(row.port) },
      ...{ user: String(row.user_name), password: secret(String(row.passwd)) },
    }
  }
}

function shardOf(cluster: number, row: MetadataRow, all: readonly StorageNode[]): Shard {
  const nodes = all.filter(node => node.shard === Number(row.id))
  const primary = nodes.find(node => node.role === 'primary')
  return {
    id: Number(row.id),
    cluster,
    name: String(row.name),
    ...(primary ? { primary } : {}),
    replicas: nodes.filter(node => node.role === 'replica'),
    nodes,
  }
}
