import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CaseText, type Path } from '../cases/case-text.ts'
import { codeFrame } from '../cases/frame.ts'
import type { Step } from '../cases/model.ts'
import { AssayError, type Place } from '../errors.ts'
import type { Excerpt } from '../report/model.ts'
import { ExpectationError, StepFailure } from './step-failure.ts'

export type Located = { readonly place: Place; readonly frame: string }

/**
 * Where in the case file an error belongs: the expectation that did not hold, the character of the SQL that the server
 * complained about, else the step. Reads the file anew, since only failures need positions this fine.
 */
export function locate(error: unknown, root: string): Located | undefined {
  if (!(error instanceof StepFailure)) return undefined
  const { step } = error
  try {
    const source = new CaseText(step.place.file, readFileSync(join(root, step.place.file), 'utf8'))
    const place = finest(error, source)
    return { place, frame: codeFrame(source.text, { line: place.line ?? 1, column: place.column }) }
  } catch {
    // the file has gone or has changed since the run began; the step's own place is still true of what ran
    return { place: step.place, frame: '' }
  }
}

function finest({ step, error, templateOffset }: StepFailure, source: CaseText): Place {
  if (templateOffset) return source.textPlace([...step.path, step.action, ...templateOffset.key], templateOffset.offset)
  if (error instanceof ExpectationError) {
    const key =
      error.code === 'ASSAY_STEP_FAILS' ? 'fails' : error.code === 'ASSAY_STEP_GAVE_UP' ? 'eventually' : 'expect'
    if (step[key] !== undefined) return expectationPlace(step, key, error.differences[0]?.path ?? '', source)
  }
  if (error instanceof AssayError && error.where?.file === source.file) return error.where
  return step.place
}

/** The line of the expected value that differs; of the keyword where the whole differs. */
function expectationPlace(step: Step, key: string, differing: string, source: CaseText): Place {
  const at: Path = [...step.path, key]
  if (differing === '') return source.keyPlace(at)
  const inner = differing.split('.').map(part => (/^\d+$/.test(part) ? Number(part) : part))
  return source.place([...at, ...inner])
}

/** The lines of a case, from its id to its last step. */
export function excerpt(file: string, root: string, from: number, to: number): Excerpt | undefined {
  try {
    const lines = readFileSync(join(root, file), 'utf8').split(/\r?\n/)
    return { file, from, lines: lines.slice(from - 1, Math.min(to, from + 120)) }
  } catch {
    return undefined
  }
}
