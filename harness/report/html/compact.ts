import type { Attempt, StepResult } from '../model.ts'

/** An attempt as the page's data holds it; `expandAttempt` of the page makes an Attempt of it again. */
export type CompactAttempt = Omit<Attempt, 'steps' | 'startedAt'> & {
  readonly at: number
  readonly steps: readonly CompactStep[]
}

/** A step without what is empty, usual or not shown. `at` counts from the start of the case. */
export type CompactStep = Partial<Omit<StepResult, 'steps' | 'startedAt'>> &
  Pick<StepResult, 'name' | 'action' | 'line' | 'duration'> & {
    readonly at: number
    readonly steps?: readonly CompactStep[]
  }

/** Of the case: what its times count from, and the file that most steps are in. */
export type CompactBase = { readonly startedAt: number; readonly file: string }

export function compactAttempt(attempt: Attempt, base: CompactBase): CompactAttempt {
  const { startedAt, steps, ...rest } = attempt
  return { ...rest, at: startedAt - base.startedAt, steps: steps.map(step => compactStep(step, base)) }
}

function compactStep(step: StepResult, base: CompactBase): CompactStep {
  const full = (list: readonly unknown[]) => list.length > 0 || undefined
  const sql = step.sql.map(record => ({ ...record, duration: hundredths(record.duration) }))
  const shownBySql = sql.length > 0 && (typeof step.input === 'string' || step.action === 'sql')
  return {
    name: step.name,
    action: step.action,
    line: step.line,
    at: Math.round(step.startedAt - base.startedAt),
    duration: hundredths(step.duration),
    phase: step.phase === 'steps' ? undefined : step.phase,
    state: step.state === 'passed' ? undefined : step.state,
    file: step.file === base.file ? undefined : step.file,
    on: full(step.on) && step.on,
    input: shownBySql ? undefined : step.input,
    result: sql.length > 0 && step.differences.length === 0 ? undefined : step.result,
    expected: step.differences.length > 0 ? undefined : step.expected,
    differences: full(step.differences) && step.differences,
    tries: step.tries,
    sql: full(sql) && sql,
    rows: full(step.rows) && step.rows,
    texts: full(step.texts) && step.texts,
    attachments: full(step.attachments) && step.attachments,
    log: full(step.log) && step.log,
    error: step.error,
    note: step.note,
    steps: full(step.steps) && step.steps.map(inner => compactStep(inner, base)),
  }
}

/** Digits that no person reads cost more than the rest of a step. */
function hundredths(ms: number): number {
  return Math.round(ms * 100) / 100
}
