import type { StepResult } from '../report/model.ts'
import type { CaseOutcome } from '../run/case-outcome.ts'

/** What is known of a case before it runs: in the `meta` of its test, for the reporter and for cases that never ran. */
export type CaseMeta = {
  readonly id: string
  /** `<case id>[<cell>]`, without the tier. */
  readonly key: string
  readonly name: string
  readonly cell?: string
  readonly suite: string
  readonly about?: string
  readonly system: string
  /** Relative to the project, with forward slashes. */
  readonly file: string
  readonly line: number
  readonly owner?: string
  readonly tags: readonly string[]
  readonly links: Readonly<Record<string, readonly string[]>>
}

/** Sent while a case runs: steps that have ended. */
export type StepsArtifact = {
  readonly type: 'assay:steps'
  readonly attempt: number
  readonly steps: readonly StepResult[]
}

/**
 * The end of an attempt, as JSON in the test's `meta`: vitest sends that with the test's result, many at once. An artifact for
 * each would make every test wait for two answers of the main process.
 */
export type AttemptEnd = {
  /** The run that it belongs to, and its seed: merged shards are reported under theirs. */
  readonly run: string
  readonly seed: string
  readonly attempt: number
  readonly outcome: CaseOutcome
}

declare module 'vitest' {
  interface TaskMeta {
    /**
     * A CaseMeta as JSON: meta goes from worker to main process at every change of a test's state, and one text is
     * copied many times faster than a tree of objects.
     */
    assay?: string
    /** AttemptEnds, each as JSON. */
    assayAttempts?: string[]
  }
  interface TestArtifactRegistry {
    'assay:steps': StepsArtifact
  }
  interface ProvidedContext {
    assay: import('./run-context.ts').RunContext
    assayTier: import('../targets/target.ts').Tier
  }
}
