import type { System } from '../assay.ts'
import { blockActions } from './actions/blocks.ts'
import { holdActions } from './actions/holds.ts'
import { instanceActions } from './actions/instances.ts'
import { poolActions } from './actions/pools.ts'
import { requestAction } from './actions/request.ts'
import { setActions } from './actions/sets.ts'
import { transferActions } from './actions/transfer.ts'
import { workActions } from './actions/work.ts'

export { type AwaitOptions, awaitBlock, awaitInstance, awaitWork } from './await-work.ts'
export { type CallOptions, OpenstoreClient } from './client.ts'
export { OpenstoreError } from './errors.ts'
export { listAll } from './list-all.ts'
export { NbdClient } from './nbd-client.ts'
export type * from './types.ts'

/** openstore: pools, sets, blocks and cdm instances behind the twenty endpoints of seed 004. */
export const openstore: System = {
  name: 'openstore',
  about: 'The twenty REST endpoints of an openstore: pools, sets, blocks and cdm instances.',
  actions: [
    ...poolActions,
    ...setActions,
    ...blockActions,
    ...transferActions,
    ...instanceActions,
    ...workActions,
    ...holdActions,
    requestAction,
  ],
}
