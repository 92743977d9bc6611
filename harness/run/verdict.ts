import { fits } from '../cases/condition.ts'
import { interpolate, type Scope } from '../cases/interpolate.ts'
import type { Known } from '../cases/model.ts'
import { ActionError, AssayError } from '../errors.ts'
import type { StepState, Verdict } from '../report/model.ts'

/** How a step that threw is shown. */
export function stateOf(error: unknown): StepState {
  const verdict = verdictOf(error)
  return verdict === 'failed' || verdict === 'undecided' ? verdict : 'errored'
}

/** Which verdict an error gives: the system differs, nobody can tell, or harness or target broke. */
export function verdictOf(error: unknown): Extract<Verdict, 'failed' | 'undecided' | 'errored'> {
  if (!(error instanceof AssayError)) return 'errored'
  if (error.kind === 'product') return 'failed'
  return error.kind === 'undecided' ? 'undecided' : 'errored'
}

/** True for what another attempt may not meet again: harness, target or infrastructure. */
export function isInfrastructure(error: unknown): boolean {
  return !(error instanceof AssayError) || error.kind === 'infrastructure'
}

/** The `known` entries that apply to this cell and target. */
export function applicable(known: readonly Known[], scope: Scope): Known[] {
  return known.filter(({ when }) =>
    Object.entries(when).every(([path, pattern]) => fits(valueAt(path, scope), pattern)),
  )
}

/** The entry that names this error: by a part of its message, its code or its class. */
export function matchKnown(known: readonly Known[], error: unknown): Known | undefined {
  const texts = errorTexts(error)
  return known.find(entry => texts.some(text => text === entry.error || text.includes(entry.error)))
}

function errorTexts(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)]
  const own = error instanceof ActionError ? [String(error.systemCode ?? ''), error.class ?? ''] : []
  const code = error instanceof AssayError ? [error.code] : []
  return [error.message, ...own, ...code, ...(error.cause === undefined ? [] : errorTexts(error.cause))]
}

function valueAt(path: string, scope: Scope): unknown {
  try {
    return interpolate(`$(${path})`, scope)
  } catch {
    return undefined
  }
}
