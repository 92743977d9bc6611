import type { Endpoint } from '../targets/target.ts'

/** `shard_nodes.status` and `comp_nodes.status` (reference 2.2). */
export type NodeStatus = 'creating' | 'inactive' | 'active' | 'deleted' | 'manual_stop'

/** One storage instance: a row of `shard_nodes`, as an endpoint that `on:` takes. */
export type StorageNode = Endpoint & {
  readonly id: number
  readonly cluster: number
  readonly shard: number
  /** From `member_state`: `source` is a primary. */
  readonly role: 'primary' | 'replica'
  readonly status: NodeStatus
}

/** One compute node: a row of `comp_nodes`. Its id is unique only together with the cluster's. */
export type ComputeNode = Endpoint & {
  readonly id: number
  readonly cluster: number
  readonly compute: string
  readonly status: NodeStatus
}

export type Shard = {
  readonly id: number
  readonly cluster: number
  /** `shard_1`. */
  readonly name: string
  /** Absent while a failover is under way. */
  readonly primary?: StorageNode
  readonly replicas: readonly StorageNode[]
  /** The primary first. */
  readonly nodes: readonly StorageNode[]
}

export type Cluster = {
  readonly id: number
  /** Generated: `cluster_<epoch seconds>_<serial>`. */
  readonly name: string
  readonly nick: string
  readonly shards: readonly Shard[]
  readonly computes: readonly ComputeNode[]
}

/** Hosts that take new instances. */
export type Hosts = { readonly computer: readonly string[]; readonly storage: readonly string[] }

/** Two product lines that really differ (reference 0): what can be read of 1.0, and what newer clients show. */
export type Profile = 'enterprise' | 'community10'

/** Rows that a client counts as running: community 1.0 never leaves `creating`. */
export function runningStatuses(profile: Profile): readonly NodeStatus[] {
  return profile === 'community10' ? ['active', 'creating'] : ['active']
}
