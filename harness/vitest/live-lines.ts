import { styleText } from 'node:util'
import { formatDuration } from '../cases/duration.ts'
import type { LimitResult, StepResult, Verdict } from '../report/model.ts'
import type { CaseMeta } from './case-meta.ts'

const COLOURS = {
  failed: 'red',
  'limit broken': 'yellow',
  undecided: 'yellow',
  errored: 'magenta',
  blocked: 'magenta',
  'known failure': 'cyan',
  'unexpected pass': 'yellow',
  skipped: 'dim',
  flaky: 'yellow',
  passed: 'green',
} as const satisfies Record<Verdict, Parameters<typeof styleText>[0]>

const MARKS: Partial<Record<Verdict, string>> = {
  passed: '✓',
  flaky: '✓',
  'unexpected pass': '✓',
  skipped: '↓',
  'known failure': '↓',
}

const dim = (text: string): string => styleText('dim', text)

/** The sign of a verdict, in its colour. */
export function mark(verdict: Verdict): string {
  return styleText(COLOURS[verdict], MARKS[verdict] ?? '×')
}

/** `   KL-HA-001 ✓ wait for the replicas  1.2s  4 tries` */
export function stepLine(id: string, step: StepResult): string {
  const facts = [
    formatDuration(step.duration),
    step.tries !== undefined && step.tries > 1 ? `${step.tries} tries` : '',
    step.note ?? '',
  ].filter(Boolean)
  const error = step.error ? `  ${styleText('red', firstLine(step.error.message))}` : ''
  return `   ${dim(id)} ${stepMark(step)} ${step.name}  ${dim(facts.join('  '))}${error}`
}

function stepMark({ state, background }: StepResult): string {
  if (state === 'passed') return styleText('green', '✓')
  // whether it had to fail is for the step to say that joins it
  if (state !== 'skipped' && background !== undefined) return styleText('yellow', '!')
  return state === 'skipped' ? dim('↓') : styleText('red', '×')
}

export type CaseLine = {
  readonly meta: CaseMeta
  readonly verdict: Verdict
  /** Milliseconds; undefined for a case that did not run. */
  readonly duration?: number
  /** Why it was skipped, the ticket of a known failure. */
  readonly reason?: string
  readonly limits: readonly LimitResult[]
}

/** ` ✓ KL-HA-001 rows survive [signal=SIGKILL]  cases/failover.case.yaml:12  1.2s` */
export function caseLine({ meta, verdict, duration, reason, limits }: CaseLine): string {
  const cell = meta.cell === undefined ? '' : dim(` [${meta.cell}]`)
  const told = limits.filter(({ state }) => state !== 'holds').map(({ message }) => message)
  return [
    ` ${mark(verdict)} ${styleText('bold', meta.id)} ${meta.name}${cell}`,
    dim(`${meta.file}:${meta.line}`),
    duration === undefined ? '' : dim(formatDuration(duration)),
    verdict === 'passed' ? '' : styleText(COLOURS[verdict], verdict),
    reason === undefined || verdict === 'passed' ? '' : dim(reason),
    told.join('; '),
  ]
    .filter(Boolean)
    .join('  ')
}

/** A line for what befell a whole file. */
export function fileLine(verdict: Verdict, file: string, what: string, why = ''): string {
  return ` ${mark(verdict)} ${file}  ${styleText('red', what)}${why === '' ? '' : `  ${firstLine(why)}`}`
}

const firstLine = (text: string): string => text.split('\n')[0] ?? ''
