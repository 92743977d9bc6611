import type { Attempt, CaseResult, ErrorRecord, StepResult } from './model.ts'
import { duration } from './plain-text.ts'

const MARK: Readonly<Record<StepResult['state'], string>> = {
  passed: 'ok  ',
  failed: 'FAIL',
  errored: 'ERR ',
  undecided: '?   ',
  skipped: 'skip',
  'not run': '-   ',
}

/** The steps of an attempt, one per line, those inside another indented: for junit.xml. */
export function stepLines(steps: readonly StepResult[], indent = ''): string[] {
  return steps.flatMap(step => {
    const notes = [step.on.join(', '), step.tries && step.tries > 1 ? `${step.tries} tries` : '', step.note ?? '']
    const note = notes.filter(Boolean).join('; ')
    const time = step.state === 'not run' || step.state === 'skipped' ? '' : `  ${duration(step.duration)}`
    const line = `${indent}${MARK[step.state]} ${step.name}${time}${note && `  (${note})`}`
    return [line, ...stepLines(step.steps, `${indent}     `)]
  })
}

/** An error as a person reads it without the report: code, message, place, frame, hint, cause. */
export function errorText(error: ErrorRecord): string {
  const place = [error.file, error.line, error.column].filter(part => part !== undefined).join(':')
  const system = [error.class, error.systemCode].filter(part => part !== undefined).join(', ')
  return [
    [error.code, place, error.message].filter(Boolean).join('  '),
    system && `  ${system}`,
    error.hint && `  ${error.hint}`,
    error.frame && `\n${error.frame}\n`,
    error.cause && `Caused by: ${error.cause}`,
  ]
    .filter(Boolean)
    .join('\n')
}

/** Everything an attempt says about why it did not pass. */
export function attemptText(attempt: Attempt, result: CaseResult): string {
  const differences = allSteps(attempt.steps).flatMap(step =>
    step.differences.map(one => `${step.name}: ${one.path ? `${one.path}: ` : ''}${one.message}`),
  )
  const limits = result.limits.filter(limit => limit.state === 'broken').map(limit => limit.message)
  const also = attempt.alsoFailed.map(error => `Also failed: ${errorText(error)}`)
  return [attempt.error ? errorText(attempt.error) : '', ...differences, ...limits, ...also].filter(Boolean).join('\n')
}

export function allSteps(steps: readonly StepResult[]): StepResult[] {
  return steps.flatMap(step => [step, ...allSteps(step.steps)])
}
