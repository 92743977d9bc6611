import type { System } from '../assay.ts'
import { await_, job, jobActions, request, status, submit } from './actions/jobs.ts'
import { readBack as readBackAction, writeLoad as writeLoadAction } from './actions/load.ts'
import { cluster, clusters, hosts, leftovers, metadata, readOnly } from './actions/readers.ts'
import { compareStandby as compareStandbyAction } from './actions/standby.ts'
import { changeVariable, readVariable } from './actions/variables.ts'

export { JOB_TYPES, type JobName, type JobParas } from './api/job-types.ts'
export { type AwaitOptions, ClusterManager, type JobResult, type JobState } from './api/manager.ts'
export { leftovers } from './checks/leftovers.ts'
export { readOnlyMatrix } from './checks/read-only-matrix.ts'
export { type Klustron, type KlustronOptions, openKlustron } from './klustron.ts'
export { type ReadBack, readBack } from './load/read-back.ts'
export { type WriteLoad, writeLoad } from './load/write-load.ts'
export { Metadata } from './metadata/metadata.ts'
export { NodeInfo } from './metadata/node-info.ts'
export type { Cluster, ComputeNode, Hosts, Profile, Shard, StorageNode } from './model.ts'
export { ClusterSettings } from './settings/cluster-settings.ts'
export { nodesInOrder, randomNodes } from './settings/hosts.ts'
export { compareShardMasterAndStandby, compareStandby } from './standby/compare-standby.ts'
export { Variables } from './variables/variables.ts'

export const klustron: System = {
  name: 'klustron',
  about: 'Klustron: clusters through cluster_mgr, their metadata, variables and standbys.',
  actions: [
    ...jobActions,
    ...[job, submit, await_, status, request],
    ...[clusters, cluster, hosts, metadata, readOnly, leftovers, compareStandbyAction],
    ...[readVariable, changeVariable, writeLoadAction, readBackAction],
  ],
}
