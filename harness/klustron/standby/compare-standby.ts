import { type CompareReplicasResult, compareReplicas } from '../../compare/compare-replicas.ts'
import type { CompareMode } from '../../compare/model.ts'
import type { NodeInfo } from '../metadata/node-info.ts'
import type { Cluster, Shard } from '../model.ts'

export type CompareStandbyOptions = {
  readonly info: NodeInfo
  /** Default: every cluster that is in use. */
  readonly cluster?: number
  /** A PostgreSQL database (all its schemas), a storage database, or patterns with `*`. Default: every `<db>_$$_<schema>` there is. */
  readonly databases?: readonly string[]
  readonly tables?: readonly string[]
  readonly mode?: CompareMode
  /** Milliseconds in which each replica must reach its primary's position. Default 30,000. */
  readonly within?: number
  readonly signal?: AbortSignal
  readonly log?: (text: string) => void
}

export type ShardVerdict = {
  readonly cluster: number
  readonly shard: number
  readonly verdict: 'equal' | 'different' | 'undecided' | 'empty'
  readonly summary: string
  readonly result?: CompareReplicasResult
}

export type StandbyResult = {
  readonly verdict: 'equal' | 'different' | 'undecided'
  readonly summary: string
  readonly shards: readonly ShardVerdict[]
  /** Tables compared, counted once for each replica. */
  readonly tables: number
  readonly rows: number
  /** Differing rows and schema differences. */
  readonly differing: number
}

/**
 * Seed 000's `compare_shard_master_and_standby` with its twelve faults mended (reference 4.3): every cluster or the one that is
 * named, every schema's database, each replica waited for and compared with its primary in schema and rows. A shard without
 * tables is `empty`; when there is nothing at all to compare the answer is undecided, never equal.
 */
export async function compareStandby(options: CompareStandbyOptions): Promise<StandbyResult> {
  const all = await options.info.clusters()
  const clusters = all.filter(one => options.cluster === undefined || one.id === options.cluster)
  const shards: ShardVerdict[] = []
  for (const cluster of clusters)
    for (const shard of cluster.shards) {
      const verdict = await compareShard(cluster, shard, options)
      options.log?.(verdict.summary)
      shards.push(verdict)
    }
  const replicas = shards.flatMap(one => one.result?.replicas ?? [])
  const tables = replicas.reduce((sum, one) => sum + one.tables, 0)
  const worst = (['different', 'undecided'] as const).find(name => shards.some(one => one.verdict === name))
  const nothing = clusters.length === 0 ? 'there is no cluster in use' : 'no shard has a table and a replica to compare'
  return {
    verdict: worst ?? (tables === 0 ? 'undecided' : 'equal'),
    summary:
      worst === undefined && tables === 0
        ? `nothing was compared: ${nothing}`
        : shards.map(one => one.summary).join('\n'),
    shards,
    tables,
    rows: replicas.reduce((sum, one) => sum + one.rowsCompared, 0),
    differing: shards.reduce((sum, one) => sum + (one.result?.differing ?? 0), 0),
  }
}

async function compareShard(cluster: Cluster, shard: Shard, options: CompareStandbyOptions): Promise<ShardVerdict> {
  const place = { cluster: cluster.id, shard: shard.id }
  const name = `cluster ${cluster.id}, ${shard.name}`
  if (!shard.primary) return { ...place, verdict: 'undecided', summary: `${name}: undecided, it has no primary` }
  if (shard.replicas.length === 0) return { ...place, verdict: 'empty', summary: `${name}: it has no replica` }
  const result = await compareReplicas({
    primary: shard.primary,
    replicas: shard.replicas,
    databases: patterns(options.databases),
    tables: options.tables,
    mode: options.mode,
    within: options.within,
    signal: options.signal,
  })
  // Databases agree and hold no table: nothing is wrong here, and nothing was shown.
  const empty =
    result.verdict === 'undecided' &&
    result.replicas.every(one => one.verdict === 'undecided' && one.tables === 0 && one.databases.length > 0)
  return { ...place, verdict: empty ? 'empty' : result.verdict, summary: `${name}: ${result.summary}`, result }
}

/** Storage databases of a PostgreSQL database are `<database>_$$_<schema>` (reference 3.4). */
function patterns(databases: readonly string[] | undefined): readonly string[] {
  return (databases ?? ['*']).map(name => (name.includes('_$$_') ? name : `${name}_$$_*`))
}

/** The original's answer: 1 when all is equal, else 0; undecided is 0 as well. */
export async function compareShardMasterAndStandby(options: CompareStandbyOptions): Promise<0 | 1> {
  return (await compareStandby(options)).verdict === 'equal' ? 1 : 0
}
