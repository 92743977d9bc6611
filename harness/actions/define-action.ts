import type { z } from 'zod'
import type { RowDifferences, SqlRecord } from '../report/model.ts'
import type { ConnectOptions, SqlSession } from '../sql/session.ts'
import type { Endpoint, FaultKind } from '../targets/target.ts'

/** The clock that the harness waits by. Tests give one that does not wait. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Resolves after `ms`, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** What an action works with. One is made for every call; under `on:` with several endpoints one for each. */
export interface ActionContext {
  /** Aborted at the step's deadline, at the case's, and on Ctrl-C. Pass it to everything that waits. */
  readonly signal: AbortSignal
  readonly clock: Clock
  /** The endpoint of the step's `on`. Throws ASSAY_CASE_NO_ENDPOINT where the step has none. */
  readonly endpoint: Endpoint
  /** The same, or undefined. */
  readonly endpointIfAny: Endpoint | undefined
  /** Resolves what an input calls an endpoint: a role of the file's targets (`primary`, `replicas.0`) or an endpoint itself. */
  resolveEndpoint(value: unknown): Endpoint
  /** As `resolveEndpoint`, for inputs that name one or several. */
  resolveEndpoints(value: unknown): readonly Endpoint[]
  /** A session on the endpoint that the case keeps and closes at its end. Different names are different connections. */
  session(endpoint: Endpoint, options?: ConnectOptions & { readonly name?: string }): Promise<SqlSession>
  /** Something that the case keeps from step to step under a name: made on first use, disposed at the case's end. */
  keep<T extends AsyncDisposable>(name: string, make: () => Promise<T>): Promise<T>
  /** Does something to the server behind an endpoint of a leased target. */
  fault(kind: FaultKind, endpoint: Endpoint): Promise<void>
  /** A number in [0, 1) from the run's seed and the case's id. */
  random(): number
  /** The run's seed for this case: `<seed>:<case key>`. */
  readonly seed: string
  /** Absolute path of a file that the case names; relative to the case file, and not outside the project. */
  path(name: string): string
  /** Folder for what this case leaves as evidence; made on first use. Files in it are listed in the report. */
  evidenceFolder(): string
  /** A line in the run log and under the step in the report. */
  log(text: string): void
  /** Adds to what the report shows of this step. */
  record(entry: StepRecord): void
}

/** What an action can show in the report besides its input and result. */
export type StepRecord =
  | { readonly kind: 'sql'; readonly sql: SqlRecord }
  | { readonly kind: 'rows'; readonly rows: RowDifferences }
  | { readonly kind: 'attachment'; readonly name: string; readonly path: string }
  | { readonly kind: 'text'; readonly title: string; readonly text: string }

export interface Action<Input = unknown, Result = unknown> {
  /** Dotted snake_case: `sql`, `compare.rows`, `klustron.add_shards`. The key of a step. */
  readonly name: string
  /** One or two sentences: what it does, and what its result holds. Shown by the editor and in docs/actions.md. */
  readonly about: string
  /** Schema of the input, strict, with a `.describe()` on every key that is not obvious. */
  readonly input: z.ZodType<Input>
  /** Schema of the result, for docs and for completion under `expect`. */
  readonly result?: z.ZodType<Result>
  /** Whether the step's `on` names where it runs: `required` (default endpoint: the only one of the file's targets), `optional` or `none`. */
  readonly on: 'required' | 'optional' | 'none'
  /** True for actions that change what other cases would see (faults, global variables): the file then leases its targets exclusively. */
  readonly exclusive?: boolean
  /** Time after which a step with this action fails when it says nothing else, as `30s`. Default 60s. */
  readonly timeout?: string
  /** Steps as they are written in a case file, for the docs. */
  readonly examples?: readonly string[]
  run(input: Input, context: ActionContext): Promise<Result>
}

export type ActionDefinition<Input, Result> = Omit<Action<Input, Result>, 'on'> & { readonly on?: Action['on'] }

/** Declares an action. Register it through a system in assay.config.ts. */
export function defineAction<Input, Result>(definition: ActionDefinition<Input, Result>): Action<Input, Result> {
  return { on: 'none', ...definition }
}
