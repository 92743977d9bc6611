import type { NodeInfo } from '../metadata/node-info.ts'
import { onNode } from '../on-node.ts'

export type WriteBlock = {
  readonly node: string
  readonly cluster: number
  readonly shard: number
  readonly role: 'primary' | 'replica'
  /** Whether an ordinary account is kept from writing. */
  readonly blocked: boolean
  readonly expected: boolean
}

export type MatrixOptions = {
  readonly info: NodeInfo
  readonly cluster?: number
  /** Clusters that follow another one: their primaries take no writes either. */
  readonly followers?: readonly number[]
  /** Milliseconds that a node may take to answer. Default 30,000. */
  readonly within?: number
  readonly signal?: AbortSignal
}

/**
 * Whether each storage node takes writes exactly where it should (reference 3.2, and `show_read_only` of 4.8, which looked at
 * one shard and let a blocked primary pass): replicas never, primaries of writable clusters always. MySQL says so by
 * super_read_only; MariaDB has none, and there read_only binds every account without READ ONLY ADMIN.
 */
export async function readOnlyMatrix({
  info,
  cluster,
  followers = [],
  within,
  signal,
}: MatrixOptions): Promise<readonly WriteBlock[]> {
  const nodes = await info.storageNodes(cluster === undefined ? {} : { cluster })
  return await Promise.all(
    nodes.map(async node => {
      const { values } = await onNode({ node, within, signal }, (session, ends) =>
        session.query(`SHOW GLOBAL VARIABLES WHERE variable_name IN ('read_only', 'super_read_only')`, {
          signal: ends,
        }),
      )
      const on = new Map(values.map(([name, value]) => [String(name).toLowerCase(), /^(on|1)/i.test(String(value))]))
      return {
        ...{ node: node.name, cluster: node.cluster, shard: node.shard, role: node.role },
        blocked: on.get('super_read_only') ?? on.get('read_only') ?? false,
        expected: node.role === 'replica' || followers.includes(node.cluster),
      }
    }),
  )
}
