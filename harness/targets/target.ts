import type { Secret } from '../log/secret.ts'

export const TIERS = ['embedded', 'containers', 'real'] as const
/** Where a target runs: processes on this machine, containers, or servers named in conf/real.ini. */
export type Tier = (typeof TIERS)[number]

/** The language an endpoint speaks. `postgres` and `mysql` have SQL sessions. */
export type Protocol = 'postgres' | 'mysql' | 'http' | (string & {})

/** One address of a running system, with the account that a step uses there. */
export type Endpoint = {
  /** The target it belongs to, like `mariadb.replication`; absent for endpoints that an action made. */
  readonly target?: string
  /** What it is in its system: `primary`, `replica`, `source`, `destination`. */
  readonly role: string
  /** Its path within the target: `primary`, `replicas.0`. Names it in reports and in faults. */
  readonly name: string
  readonly protocol: Protocol
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: Secret
  readonly database?: string
  /** What one system needs besides: a schema, a URL prefix, a client's settings. */
  readonly options?: Readonly<Record<string, unknown>>
}

/** Endpoints by role; a role that several servers play holds a list. */
export type Endpoints = Readonly<Record<string, Endpoint | readonly Endpoint[]>>

/** What a target can do: `{ 'fault.process': true, 'replicas': 2, 'sql.dialect': 'mysql' }`. Names are dotted snake_case. */
export type Capabilities = Readonly<Record<string, true | number | string>>

/** What can be done to one server of a target. The embedded tier supports all, the real tier none unless it says so. */
export const FAULT_KINDS = ['kill', 'pause', 'resume', 'stop', 'start'] as const
export type FaultKind = (typeof FAULT_KINDS)[number]

/** One line of a server's own log; `at` in milliseconds since 1970 where the line carries a time. */
export type LogLine = { readonly server: string; readonly at?: number; readonly text: string }

/** Something an always-on check found after a case. `check` is the name that `skip_checks` uses: `server.alive`, `log.panic`. */
export type Finding = { readonly check: string; readonly server: string; readonly message: string }

/** A target that runs. Lives in the keeper; workers see it through a lease. */
export interface StartedTarget extends AsyncDisposable {
  readonly endpoints: Endpoints
  readonly capabilities: Capabilities
  /** Version of each component, like `{ mariadb: '10.11.14' }`. `$(target.version)` is the first. */
  readonly versions: Readonly<Record<string, string>>
  /** A database of its own for one lease, on every endpoint; absent where the system has none. */
  isolate?(name: string, signal: AbortSignal): Promise<IsolatedTarget>
  /** Brings about a fault and returns once the server is in that state. Rejects with ASSAY_FAULT_UNSUPPORTED or ASSAY_FAULT_STATE. */
  fault?(kind: FaultKind, endpoint: string, signal: AbortSignal): Promise<void>
  /** The servers' log lines between two times (milliseconds since 1970), oldest first, at most `limit` of the newest. */
  logs?(from: number, to: number, limit: number): Promise<readonly LogLine[]>
  /** What is wrong since `from`: servers that died by no fault, panics in their logs. Empty when all is well. */
  check?(from: number): Promise<readonly Finding[]>
  /** True when it can be handed to another case: every server up, every fault healed, replication running. */
  clean?(signal: AbortSignal): Promise<boolean>
}

export interface IsolatedTarget extends AsyncDisposable {
  readonly endpoints: Endpoints
}

/** How one tier brings a target up. */
export interface TargetProvider {
  readonly tier: Tier
  /** Resident memory of one instance in MB, for the keeper's budget. */
  readonly memory: number
  /** Most instances at once; the real tier has one of each. Without it only memory bounds them. */
  readonly limit?: number
  /** Why this tier cannot run the target here (software missing, section missing in real.ini), or undefined. */
  unavailable(): Promise<string | undefined>
  start(host: TargetHost): Promise<StartedTarget>
}

/** What the keeper gives a provider to work with. */
export interface TargetHost {
  /** Empty folder of this instance; removed after it is disposed. */
  readonly folder: string
  /** A loopback address (127.0.0.x) that no other server of this keeper has. */
  address(): string
  readonly signal: AbortSignal
  log(text: string): void
}

/** A target as assay.config.ts registers it. */
export interface TargetDefinition {
  /** Dotted snake_case; the first part is the name under `$(target.…)`: `mariadb.replication` is `$(target.mariadb.primary)`. */
  readonly name: string
  readonly about: string
  /** The names that `on:` may use, in the order that docs show them. */
  readonly roles: readonly string[]
  readonly providers: readonly TargetProvider[]
  /** Names of the software (see fixtures/servers/software) that its embedded tier needs. */
  readonly software?: readonly string[]
  /** Keys of its section in real.ini that name these endpoints: `assay up` makes a real target of what it started. */
  realSection?(endpoints: Endpoints): Readonly<Record<string, string | number | Secret>>
  /** Commands that are worth a try on what `assay up` started; `folder` holds the files of `writeClientFiles`. */
  tryIt?(endpoints: Endpoints, folder: string): readonly string[]
}

export function defineTarget(definition: TargetDefinition): TargetDefinition {
  return definition
}
