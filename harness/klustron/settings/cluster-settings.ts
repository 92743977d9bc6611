import { AssayError } from '../../errors.ts'
import type { JobParas } from '../api/job-types.ts'
import type { AwaitOptions, ClusterManager, JobResult } from '../api/manager.ts'
import type { NodeInfo } from '../metadata/node-info.ts'
import type { Cluster, ComputeNode, Shard, StorageNode } from '../model.ts'
import { checkedParas } from './checked-paras.ts'

export type ClusterSettingsOptions = { readonly manager: ClusterManager; readonly info: NodeInfo }

/**
 * Seed 000's `cluster_setting` (reference 4.7). Each method submits a job, awaits it, and reads what is new from the metadata:
 * attachments differ from version to version. A job that fails rejects with ASSAY_KLUSTRON_JOB.
 */
export class ClusterSettings {
  readonly #manager: ClusterManager
  readonly #info: NodeInfo

  constructor({ manager, info }: ClusterSettingsOptions) {
    this.#manager = manager
    this.#info = info
  }

  /** Returns the cluster that is new. `fullsync_level` and the like have the product's defaults. */
  async createCluster(paras: JobParas<'create_cluster'>, options?: AwaitOptions): Promise<Cluster> {
    const before = new Set(await this.#info.clusterIds())
    const result = await this.#run('create_cluster', paras, options)
    const named = Number((result.attachment as { cluster_id?: unknown } | null)?.cluster_id)
    const added = (await this.#info.clusterIds()).filter(id => !before.has(id))
    // Another cluster may have been made meanwhile; the memo tells ours where it names one.
    const id = added.includes(named) ? named : added.length === 1 ? added[0] : undefined
    const cluster = id === undefined ? undefined : await this.#info.cluster(id)
    if (!cluster)
      throw new AssayError('ASSAY_KLUSTRON_LEFTOVER', `job ${result.job} is done, and ${added.length} clusters are new`)
    return cluster
  }

  async deleteCluster(cluster: number, options?: AwaitOptions): Promise<JobResult> {
    return await this.#run('delete_cluster', { cluster_id: cluster }, options)
  }

  /**
   * `delete_cluster_all`: ends what clusters follow, deletes each, collects the errors and looks whether any is left. Nothing to
   * delete is well. Returns the ids that were deleted.
   */
  async deleteAllClusters(options?: AwaitOptions): Promise<readonly number[]> {
    const errors: Error[] = []
    const attempt = async (run: () => Promise<unknown>): Promise<void> => {
      await run().catch((error: Error) => void errors.push(error))
    }
    for (const { masterMetadata, master, slave } of await this.#info.rcrs())
      await attempt(() =>
        this.#run(
          'delete_rcr',
          { master_info: { meta_db: masterMetadata, cluster_id: master }, cluster_id: slave },
          options,
        ),
      )
    const ids = await this.#info.clusterIds()
    for (const id of ids) await attempt(() => this.deleteCluster(id, options))
    const left = await this.#info.clusterIds()
    if (errors.length > 0 || left.length > 0)
      throw new AssayError(
        'ASSAY_KLUSTRON_LEFTOVER',
        `${left.length} of ${ids.length} clusters could not be deleted; the errors were: ${errors.map(error => error.message).join('; ') || 'none'}`,
        { cause: errors[0] },
      )
    return ids
  }

  /** Returns the shards that are new. */
  async addShards(paras: JobParas<'add_shards'>, options?: AwaitOptions): Promise<readonly Shard[]> {
    const cluster = Number(paras.cluster_id)
    const before = new Set(await this.#info.shardIds({ cluster }))
    await this.#run('add_shards', paras, options)
    return ((await this.#info.cluster(cluster))?.shards ?? []).filter(shard => !before.has(shard.id))
  }

  async deleteShard(cluster: number, shard: number, options?: AwaitOptions): Promise<JobResult> {
    return await this.#run('delete_shard', { cluster_id: cluster, shard_id: shard }, options)
  }

  /** Returns the compute nodes that are new. */
  async addComps(paras: JobParas<'add_comps'>, options?: AwaitOptions): Promise<readonly ComputeNode[]> {
    const cluster = Number(paras.cluster_id)
    const before = new Set((await this.#info.computeNodes({ cluster })).map(node => node.id))
    await this.#run('add_comps', paras, options)
    return (await this.#info.computeNodes({ cluster })).filter(node => !before.has(node.id))
  }

  async deleteComp(cluster: number, compute: number, options?: AwaitOptions): Promise<JobResult> {
    return await this.#run('delete_comp', { cluster_id: cluster, comp_id: compute }, options)
  }

  /** Returns the storage nodes that are new. */
  async addNodes(paras: JobParas<'add_nodes'>, options?: AwaitOptions): Promise<readonly StorageNode[]> {
    const cluster = Number(paras.cluster_id)
    const before = new Set((await this.#info.storageNodes({ cluster })).map(node => node.id))
    await this.#run('add_nodes', paras, options)
    return (await this.#info.storageNodes({ cluster })).filter(node => !before.has(node.id))
  }

  async deleteNode(
    node: Pick<StorageNode, 'cluster' | 'shard' | 'host' | 'port'>,
    options?: AwaitOptions,
  ): Promise<JobResult> {
    const { cluster, shard, host, port } = node
    return await this.#run('delete_node', { cluster_id: cluster, shard_id: shard, hostaddr: host, port }, options)
  }

  /** Any other job, its parameters checked: `job('expand_cluster', { cluster_id: 7, … })`. A synchronous one gives its attachment. */
  async job(
    type: Parameters<typeof checkedParas>[0],
    paras: Readonly<Record<string, unknown>>,
    options?: AwaitOptions,
  ): Promise<JobResult> {
    return await this.#run(type, paras, options)
  }

  async #run(type: Parameters<typeof checkedParas>[0], paras: object, options?: AwaitOptions): Promise<JobResult> {
    const { mode, paras: checked } = checkedParas(type, paras)
    if (mode === 'async') return await this.#manager.run(type, checked, options)
    const attachment = await this.#manager.call(type, checked)
    return { job: 0, type, status: 'done', code: '0', info: '', attachment }
  }
}
