import type { Change } from '../changes.ts'
import type { CaseResult, LimitResult, RunResult, Verdict } from '../model.ts'
import type { VerdictCounts } from '../verdicts.ts'
import type { CompactAttempt } from './compact.ts'

/** What the page decodes first: everything but the attempts of the cases. */
export type PageSummary = {
  readonly run: Omit<RunResult, 'cases'>
  readonly counts: VerdictCounts
  readonly previous?: string
  readonly previousVersions?: Readonly<Record<string, string>>
  readonly lastGreen?: string
  readonly changes: readonly Change[]
  readonly groups: readonly PageGroup[]
  readonly cases: readonly PageCase[]
}

/** Failures with one fingerprint. */
export type PageGroup = { readonly title: string; readonly step?: string; readonly keys: readonly string[] }

export type PageCase = Pick<
  CaseResult,
  | 'key'
  | 'id'
  | 'name'
  | 'cell'
  | 'suite'
  | 'tier'
  | 'system'
  | 'file'
  | 'line'
  | 'owner'
  | 'tags'
  | 'verdict'
  | 'reason'
  | 'ticket'
  | 'duration'
> & {
  readonly targets: readonly string[]
  readonly attempts: number
  /** What it failed by, in one short line. */
  readonly message?: string
  /** Absent when it has none. */
  readonly limits?: readonly LimitResult[]
  /** Verdicts of the runs before, newest first, one letter each. */
  readonly recent?: string
  /** Which block of details holds it, and where in it. */
  readonly block: number
  readonly at: number
}

/** The rest of a case as the data holds it. */
export type PackedDetail = Omit<PageDetail, 'attempts'> & { readonly attempts: readonly CompactAttempt[] }

/** The rest of a case, decoded when its page is opened. */
export type PageDetail = Pick<
  CaseResult,
  'about' | 'links' | 'targets' | 'startedAt' | 'attempts' | 'metrics' | 'excerpt'
> & {
  /** The command that runs this case alone, with the run's seed. */
  readonly replay: string
  /** Texts of evidence files by path, those that fit. */
  readonly texts: Readonly<Record<string, string>>
}

/** Letters of verdicts in `recent`. */
export const VERDICT_LETTERS: Readonly<Record<Verdict, string>> = {
  failed: 'f',
  'limit broken': 'l',
  undecided: 'u',
  errored: 'e',
  blocked: 'b',
  'unexpected pass': 'x',
  'known failure': 'k',
  flaky: 'y',
  skipped: 's',
  passed: 'p',
}
