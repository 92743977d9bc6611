import type { Endpoint } from '../targets/target.ts'
import { ClusterManager } from './api/manager.ts'
import { Metadata } from './metadata/metadata.ts'
import { NodeInfo } from './metadata/node-info.ts'
import type { Profile } from './model.ts'
import { ClusterSettings } from './settings/cluster-settings.ts'
import { Variables } from './variables/variables.ts'

export type KlustronOptions = {
  /** Metadata nodes, with an account that may read them: all else is found from there. */
  readonly metadata: readonly Endpoint[]
  readonly profile?: Profile
  readonly signal?: AbortSignal
  readonly log?: (text: string) => void
  /** Stored with each job. */
  readonly user?: string
  /** Milliseconds that a failover of the metadata or of cluster_mgr may take, and a node that is asked for a variable. Default 30,000. */
  readonly within?: number
  /** Milliseconds that a job may take. Default 300,000. */
  readonly jobWithin?: number
}

/** A Klustron installation: its cluster_mgr client, and the rooms that the project is known by. */
export type Klustron = AsyncDisposable & {
  readonly metadata: Metadata
  readonly manager: ClusterManager
  readonly settings: ClusterSettings
  readonly info: NodeInfo
  readonly variables: Variables
}

/** Opens a client. Nothing is connected before the first call; `await using klustron = openKlustron({ metadata })` closes it. */
export function openKlustron(options: KlustronOptions): Klustron {
  const { metadata: nodes, profile, signal, log, user, within, jobWithin } = options
  const metadata = new Metadata({ nodes, signal, log, within })
  const manager = new ClusterManager({ metadata, signal, log, user, leaderWithin: within, jobWithin })
  const info = new NodeInfo({ metadata, profile, target: nodes[0]?.target })
  return {
    metadata,
    manager,
    info,
    settings: new ClusterSettings({ manager, info }),
    variables: new Variables({ info, within, signal }),
    [Symbol.asyncDispose]: () => metadata[Symbol.asyncDispose](),
  }
}
