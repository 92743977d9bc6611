import type { Endpoint } from '../targets/target.ts'
import { type CompareReplicasResult, type CompareReplicasSpec, compareReplicas } from './compare-replicas.ts'

/** One shard as the metadata has it: its source, and its replicas. */
export type ShardNodes = { readonly shard: string; readonly primary: Endpoint; readonly standbys: readonly Endpoint[] }

/** Storage databases of a PostgreSQL database are named `<database>_$$_<schema>` (reference klustron.md 3.4). */
export function storageDatabases(name: string): string {
  return name.includes('_$$_') ? name : `${name}_$$_*`
}

/**
 * Seed 000's `compare_shard_master_and_standby(dbname)` over shards that the caller has found: 1 when every standby of every shard holds
 * what its primary holds, else 0. Nothing compared, a standby down or behind, a shard without a primary: 0. `report` gets what was found.
 */
export async function compareShardMasterAndStandby(
  dbname: string | readonly string[],
  shards: readonly ShardNodes[],
  options: Omit<CompareReplicasSpec, 'primary' | 'replicas' | 'databases'> & {
    readonly report?: (shard: string, result: CompareReplicasResult) => void
  } = {},
): Promise<1 | 0> {
  const { report, ...rest } = options
  const databases = [dbname].flat().map(storageDatabases)
  let equal = shards.length > 0
  for (const { shard, primary, standbys } of shards) {
    const result = await compareReplicas({ ...rest, primary, replicas: standbys, databases })
    report?.(shard, result)
    if (result.verdict !== 'equal') equal = false
  }
  return equal ? 1 : 0
}
