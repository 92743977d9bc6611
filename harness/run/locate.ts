import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CaseText, type Path } from '../cases/case-text.ts'
import { codeFrame } from '../cases/frame.ts'
import type { Step } from '../cases/model.ts'
import { AssayError, type Place } from '../errors.ts'
import type { ErrorRecord, Excerpt } from '../report/model.ts'
import { errorRecord } from './error-record.ts'
import { ExpectationError, InputError, innerError, StepFailure } from './step-failure.ts'

/** The error of a case as the report keeps it, with its place in the case file and the lines around it. */
export function locatedRecord(error: unknown, root: string): ErrorRecord {
  const record = errorRecord(innerError(error))
  const located = locate(error, root)
  if (!located) return record
  const { file, line, column } = located.place
  return { ...record, file, line, column, frame: located.frame }
}

type Located = { readonly place: Place; readonly frame: string }

/**
 * Where an error belongs: the expectation that did not hold, the character of the SQL that the server complained
 * about, else the step. In a shared action that is below the step of the case file that used it: both are shown. Reads
 * the file anew, since only failures need positions this fine.
 */
function locate(error: unknown, root: string): Located | undefined {
  if (!(error instanceof StepFailure)) {
    return error instanceof AssayError && error.where ? framed(error.where, root) : undefined
  }
  const own = framed(finest(error, root), root)
  const [caller] = error.callers
  if (!caller) return own
  const outer = framed(caller.place, root)
  const { file, line, column } = own.place
  return { place: outer.place, frame: `${outer.frame}\n\nin ${caller.action}, ${file}:${line}:${column}\n${own.frame}` }
}

function framed(place: Place, root: string): Located {
  try {
    const text = readFileSync(join(root, place.file), 'utf8')
    return { place, frame: place.line === undefined ? '' : codeFrame(text, { line: place.line, column: place.column }) }
  } catch {
    // the file has gone since the run began; the place is still true of what ran
    return { place, frame: '' }
  }
}

function finest({ step, error, template }: StepFailure, root: string): Place {
  const { file } = step.place
  try {
    const source = new CaseText(file, readFileSync(join(root, file), 'utf8'))
    if (template) return source.textPlace([...step.path, step.action, ...template.key], template.offset)
    if (error instanceof InputError) return source.place([...step.path, step.action, ...error.path])
    if (error instanceof ExpectationError) return expectationPlace(step, error, source)
  } catch {
    // changed in the middle of the run, and no YAML any more
  }
  return error instanceof AssayError && error.where?.file === file ? error.where : step.place
}

/** The expected value that differs; the keyword where the whole differs. */
function expectationPlace(step: Step, { code, differences }: ExpectationError, source: CaseText): Place {
  const keys = { ASSAY_STEP_GAVE_UP: 'eventually', ASSAY_STEP_FAILS: 'fails' } as const
  const wanted = (keys as Partial<Record<string, 'eventually' | 'fails'>>)[code] ?? 'expect'
  const key = ([wanted, 'fails', 'eventually', 'repeat'] as const).find(one => step[one] !== undefined)
  if (key === undefined) return step.place
  const at: Path = key === 'repeat' ? [...step.path, key, 'until'] : [...step.path, key]
  const differing = differences[0]?.path ?? ''
  if (differing === '') return source.keyPlace(at)
  return source.place([...at, ...differing.split('.').map(part => (/^\d+$/.test(part) ? Number(part) : part))])
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
