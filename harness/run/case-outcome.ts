import type { Scope } from '../cases/interpolate.ts'
import type { Known } from '../cases/model.ts'
import { AssayError } from '../errors.ts'
import type { Attempt, Excerpt, LimitResult, Verdict } from '../report/model.ts'
import { BlockedCase } from './blocked.ts'
import { SkipCase } from './skip.ts'
import { applicable, isInfrastructure, matchKnown, verdictOf } from './verdict.ts'

export type Decision = {
  readonly verdict: Verdict
  /** Why it was skipped or blocked; what is known of its failure. */
  readonly reason?: string
  readonly ticket?: string
  /** Where another attempt may help. */
  readonly retryable: boolean
}

/** What one attempt at a case came to. JSON through and through: the test sends it to the reporter. */
export type CaseOutcome = Decision & {
  readonly attempt: Attempt
  readonly limits: readonly LimitResult[]
  readonly metrics: Readonly<Record<string, number>>
  readonly targets: readonly { readonly name: string; readonly versions: Readonly<Record<string, string>> }[]
  readonly excerpt?: Excerpt
}

export type Evidence = {
  /** What was thrown, without the step around it; undefined when the case came to its end. */
  readonly error: unknown
  readonly known: readonly Known[]
  /** For the `when` of what is known. */
  readonly scope: Scope
  /** The run was cancelled while the case ran. */
  readonly interrupted: boolean
}

/** The verdict of an attempt, by the one table of the design. */
export function decide({ error, known, scope, interrupted }: Evidence): Decision {
  const applies = applicable(known, scope)
  if (error === undefined) {
    const [still] = applies
    if (!still) return { verdict: 'passed', retryable: false }
    const reason = `${still.ticket} is marked as known, but the case passed`
    return { verdict: 'unexpected pass', ticket: still.ticket, reason, retryable: false }
  }
  if (error instanceof SkipCase) return { verdict: 'skipped', reason: error.reason, retryable: false }
  if (error instanceof BlockedCase) return { verdict: 'blocked', reason: error.message, retryable: false }
  if (isLimit(error)) return { verdict: 'limit broken', retryable: false }
  const match = interrupted ? undefined : matchKnown(applies, error)
  if (match) {
    const reason = `${match.ticket}: ${match.error}`
    return { verdict: 'known failure', ticket: match.ticket, reason, retryable: false }
  }
  return { verdict: verdictOf(error), retryable: !interrupted && isInfrastructure(error) }
}

export function isLimit(error: unknown): boolean {
  return error instanceof AssayError && error.code === 'ASSAY_LIMIT'
}
