import type { Attempt, StepResult } from '../../model.ts'
import type { CompactAttempt, CompactBase, CompactStep } from '../compact.ts'

/** What compact.ts left out of an attempt, put back. */
export function expandAttempt({ at, steps, ...attempt }: CompactAttempt, base: CompactBase): Attempt {
  return { ...attempt, startedAt: base.startedAt + at, steps: steps.map(step => expandStep(step, base)) }
}

function expandStep({ at, steps = [], ...step }: CompactStep, base: CompactBase): StepResult {
  return {
    phase: 'steps',
    state: 'passed',
    file: base.file,
    on: [],
    differences: [],
    sql: [],
    rows: [],
    texts: [],
    attachments: [],
    log: [],
    ...step,
    startedAt: base.startedAt + at,
    steps: steps.map(inner => expandStep(inner, base)),
  }
}
