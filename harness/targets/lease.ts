import type { Capabilities, Endpoints, FaultKind, Finding, LogLine, Tier } from './target.ts'

/** `shared`: a database of one's own on a target that others use too. `exclusive`: the whole target. */
export type LeaseMode = 'shared' | 'exclusive'

export type LeaseRequest = {
  readonly target: string
  readonly tier: Tier
  readonly mode: LeaseMode
  /** Who asks, for logs and for the message when nothing is free: a case key. */
  readonly holder: string
  readonly signal?: AbortSignal
}

/** A target in the hands of one case (or of one file). Disposing it releases it. */
export interface Lease extends AsyncDisposable {
  readonly target: string
  readonly tier: Tier
  readonly mode: LeaseMode
  readonly endpoints: Endpoints
  readonly capabilities: Capabilities
  readonly versions: Readonly<Record<string, string>>
  fault(kind: FaultKind, endpoint: string, signal?: AbortSignal): Promise<void>
  logs(from: number, to: number, limit: number): Promise<readonly LogLine[]>
  check(from: number): Promise<readonly Finding[]>
  /** Gives it back. A dirty target is thrown away; a clean one is checked (`StartedTarget.clean`) before another gets it. */
  release(options?: { readonly dirty?: string }): Promise<void>
}

/** What is known of a target without starting it. */
export type TargetStatus = {
  readonly target: string
  readonly tier: Tier
  readonly available: boolean
  /** Why not. */
  readonly reason?: string
}

/** A worker's connection to the keeper. */
export interface Keeper extends AsyncDisposable {
  /** Waits for a free instance, starting one where the memory budget allows. Rejects with ASSAY_TARGET_UNAVAILABLE, ASSAY_SERVER_START, ASSAY_KEEPER_LOST. */
  lease(request: LeaseRequest): Promise<Lease>
  status(target: string, tier: Tier): Promise<TargetStatus>
  close(): Promise<void>
}

/** The environment variable that holds the path of the keeper's socket for workers of a run. */
export const KEEPER_SOCKET = 'ASSAY_KEEPER_SOCKET'
