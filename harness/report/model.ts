import type { Tier } from '../targets/target.ts'

/** What became of a case; the order is that of the report. */
export const VERDICTS = [
  'failed',
  'limit broken',
  'undecided',
  'errored',
  'blocked',
  'unexpected pass',
  'known failure',
  'flaky',
  'skipped',
  'passed',
] as const
export type Verdict = (typeof VERDICTS)[number]

/** The result of one run: everything that junit.xml, report.html, summary.md and the history are made from. JSON through and through. */
export type RunResult = {
  readonly version: 1
  /** UTC time of the start, like `2026-11-20T08-56-30Z`; also the name of the run's folder. */
  readonly id: string
  readonly startedAt: string
  /** Milliseconds. */
  readonly duration: number
  readonly seed: string
  readonly strict: boolean
  readonly interrupted: boolean
  readonly exitCode: number
  /** What narrowed the run (files, names, tags, a shard); absent when every case was asked for. Only whole runs can miss a case. */
  readonly filter?: string
  /** The command that runs the same again, seed included. */
  readonly replay: string
  readonly commit?: string
  readonly branch?: string
  readonly machine: MachineFacts
  /** `{ assay, node, vitest }` and what the targets reported, like `mariadb: '10.11.14'`. */
  readonly versions: Readonly<Record<string, string>>
  /** Files that hold no results: a case file that did not parse, an error outside all cases. */
  readonly problems: readonly RunProblem[]
  readonly cases: readonly CaseResult[]
}

export type MachineFacts = {
  readonly host: string
  /** Series of measurements are compared within one class only: `linux-x64-2cpu-24gb`, or ASSAY_MACHINE_CLASS. */
  readonly class: string
  readonly cpus: number
  readonly memoryMb: number
  readonly os: string
}

export type RunProblem = { readonly file?: string; readonly error: ErrorRecord }

export type CaseResult = {
  /** `<tier>/<case id>[<cell>]`: the key of the history, of deep links and of the evidence folder. */
  readonly key: string
  readonly id: string
  /** Interpolated. */
  readonly name: string
  /** The values of its matrix cell, like `signal=SIGKILL, mode=full`; absent without a matrix. */
  readonly cell?: string
  readonly suite: string
  readonly about?: string
  readonly tier: Tier
  /** Of the targets, the first part: `mariadb`; else the folder of the file. */
  readonly system: string
  /** Relative to the project, with forward slashes. */
  readonly file: string
  readonly line: number
  readonly owner?: string
  readonly tags: readonly string[]
  readonly links: Readonly<Record<string, readonly string[]>>
  readonly targets: readonly { readonly name: string; readonly versions: Readonly<Record<string, string>> }[]
  readonly verdict: Verdict
  /** Why it was skipped or blocked; the ticket of a known failure. */
  readonly reason?: string
  readonly ticket?: string
  readonly startedAt: number
  readonly duration: number
  /** At least one, unless the case was skipped or blocked; the last decides. */
  readonly attempts: readonly Attempt[]
  readonly limits: readonly LimitResult[]
  /** Recorded numbers by name: metrics that limits refer to. */
  readonly metrics: Readonly<Record<string, number>>
  /** Lines of the case file around the case, for a failing step. */
  readonly excerpt?: Excerpt
}

export type Excerpt = { readonly file: string; readonly from: number; readonly lines: readonly string[] }

export type Attempt = {
  readonly verdict: Verdict
  readonly startedAt: number
  readonly duration: number
  readonly error?: ErrorRecord
  /** Errors of the clean-up and of always-on checks; they never replace `error`. */
  readonly alsoFailed: readonly ErrorRecord[]
  readonly steps: readonly StepResult[]
  /** Server log lines of the failing step's time window. */
  readonly serverLog: readonly ServerLogLine[]
  /** Files of the evidence folder, relative to the run folder. */
  readonly evidence: readonly EvidenceFile[]
}

export type ServerLogLine = { readonly server: string; readonly at?: number; readonly text: string }
export type EvidenceFile = { readonly name: string; readonly path: string; readonly bytes: number }

export const PHASES = ['file setup', 'setup', 'steps', 'checks', 'evidence', 'teardown', 'file teardown'] as const
export type Phase = (typeof PHASES)[number]

/** `passed` includes a step that failed as its `fails` says; `skipped` is an `if` that did not hold; `not run` comes after a failure. */
export type StepState = 'passed' | 'failed' | 'errored' | 'undecided' | 'skipped' | 'not run'

export type StepResult = {
  readonly phase: Phase
  /** Interpolated; the action where the step has no name. */
  readonly name: string
  /** `sql`, `compare.rows`, or `parallel`, `join`. */
  readonly action: string
  readonly state: StepState
  readonly file: string
  readonly line: number
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly duration: number
  /** Where it ran, like `mariadb.replication primary (127.0.0.3:3306)`. */
  readonly on: readonly string[]
  /** Of several endpoints, those on which it failed. */
  readonly failedOn?: readonly string[]
  /** Interpolated, masked, capped. */
  readonly input?: unknown
  readonly result?: unknown
  /** Interpolated `expect` or `fails`. */
  readonly expected?: unknown
  readonly differences: readonly Difference[]
  /** Under `eventually` and `repeat`. */
  readonly tries?: number
  readonly sql: readonly SqlRecord[]
  readonly rows: readonly RowDifferences[]
  readonly texts: readonly { readonly title: string; readonly text: string }[]
  readonly attachments: readonly { readonly name: string; readonly path: string }[]
  readonly log: readonly string[]
  readonly error?: ErrorRecord
  /** The handle under which it ran in the background, for a later step to join. */
  readonly background?: string
  /** Why it was skipped, or that it ran in the background. */
  readonly note?: string
  /** Steps inside: of `parallel`, of a composite action, of each turn of `repeat`. */
  readonly steps: readonly StepResult[]
}

/** One place where a result is not what was expected. */
export type Difference = {
  /** Path into the result: `rows.0.name`; empty for the whole. */
  readonly path: string
  readonly message: string
  readonly expected?: unknown
  readonly actual?: unknown
}

export type SqlRecord = {
  readonly endpoint: string
  readonly text: string
  readonly parameters?: readonly unknown[]
  /** Milliseconds. */
  readonly duration: number
  readonly rowCount?: number
  readonly affected?: number
  readonly columns?: readonly string[]
  /** The first rows (at most 20), as text; null stays null. */
  readonly rows?: readonly (readonly (string | null)[])[]
  readonly error?: string
}

/** Rows that differ between two sides, side by side. */
export type RowDifferences = {
  readonly table: string
  readonly left: string
  readonly right: string
  readonly columns: readonly string[]
  readonly key: readonly string[]
  /** Totals over everything compared, not over the examples. */
  readonly totals: {
    readonly compared: number
    readonly changed: number
    readonly onlyLeft: number
    readonly onlyRight: number
  }
  /** At most 50. */
  readonly examples: readonly RowDifference[]
}

export type RowDifference = {
  readonly kind: 'changed' | 'only left' | 'only right'
  readonly left?: readonly (string | null)[]
  readonly right?: readonly (string | null)[]
  /** Indexes into `columns` that differ. */
  readonly differing: readonly number[]
}

export type ErrorRecord = {
  /** An ErrorCode, or the name of an unknown error. */
  readonly code: string
  readonly message: string
  readonly hint?: string
  /** Of an ActionError: what the system calls it, and the portable name. */
  readonly systemCode?: string
  readonly class?: string
  readonly file?: string
  readonly line?: number
  readonly column?: number
  /** Lines of the file around the place, with a caret. */
  readonly frame?: string
  readonly data?: unknown
  readonly stack?: string
  readonly cause?: string
}

export type LimitResult = {
  readonly metric: string
  readonly value?: number
  readonly atLeast?: number
  readonly atMost?: number
  readonly state: 'holds' | 'broken' | 'recorded' | 'no value'
  readonly line: number
  readonly message: string
  /** What the case says of earlier runs, and once the run is reported what came of it. */
  readonly history?: LimitHistory
}

export type LimitHistory = {
  /** A share: 0.5 for `50%`. */
  readonly worseBy: number
  readonly nights: number
  readonly against: number
  readonly better: 'higher' | 'lower'
  readonly verdict?: 'as before' | 'worse' | 'not judged'
  /** The figures, or why it was not judged. */
  readonly message?: string
}
