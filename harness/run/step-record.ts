import type { StepRecord as ActionRecord } from '../actions/define-action.ts'
import type { Step } from '../cases/model.ts'
import { maskText } from '../log/mask-text.ts'
import type {
  Difference,
  ErrorRecord,
  Phase,
  RowDifferences,
  SqlRecord,
  StepResult,
  StepState,
} from '../report/model.ts'
import { cap } from './cap.ts'

/** What is noted of a step while it runs; `result()` is what the report gets. */
export class StepRecord {
  readonly step: Step
  readonly phase: Phase
  readonly startedAt: number
  readonly children: StepRecord[] = []
  name: string
  state: StepState = 'passed'
  on: readonly string[] = []
  failedOn: readonly string[] | undefined
  input: unknown
  value: unknown
  expected: unknown
  differences: readonly Difference[] = []
  tries: number | undefined
  error: ErrorRecord | undefined
  note: string | undefined
  /** Of a join: the background step that it waited for. */
  joined: StepRecord | undefined
  #endedAt: number | undefined
  #sql: SqlRecord[] = []
  #rows: RowDifferences[] = []
  #texts: { title: string; text: string }[] = []
  #attachments: { name: string; path: string }[] = []
  #log: string[] = []

  constructor(step: Step, phase: Phase, startedAt: number) {
    this.step = step
    this.phase = phase
    this.startedAt = startedAt
    this.name = step.name ?? step.action
  }

  differ(differences: readonly Difference[]): void {
    this.differences = differences
    // of several endpoints a result is a list, so that a path begins with the number of one
    const differing = this.on.filter((_, index) => differences.some(({ path }) => path.split('.')[0] === String(index)))
    if (this.on.length > 1 && differing.length > 0) this.failedOn ??= differing
  }

  add(entry: ActionRecord): void {
    if (entry.kind === 'sql') this.#sql.push(masked(entry.sql))
    else if (entry.kind === 'rows') this.#rows.push(entry.rows)
    else if (entry.kind === 'text') this.#texts.push({ title: maskText(entry.title), text: maskText(entry.text) })
    else this.#attachments.push({ name: entry.name, path: entry.path })
  }

  log(text: string): void {
    this.#log.push(maskText(text))
  }

  /** A new try under `eventually`: the report shows what the last one recorded, and how many there were. */
  nextTry(): void {
    this.tries = (this.tries ?? 0) + 1
    this.#sql = []
    this.#rows = []
    this.#texts = []
    this.#attachments = []
    this.children.length = 0
  }

  skipped(note: string): void {
    this.state = 'skipped'
    this.note = note
  }

  /** Of a background step that nothing came to join: that it was ended says nothing about it. */
  abandoned(): void {
    if (this.state === 'passed') return
    this.skipped(`${this.note ?? 'in the background'}; it was ended because nothing joined it`)
    this.error = undefined
    this.differences = []
  }

  /** Of a background step that failed as the step that joined it expects. */
  failedAsExpected(): void {
    this.state = 'passed'
    this.note = [this.note, `failed as its join expects: ${this.error?.message}`].filter(Boolean).join('; ')
    this.error = undefined
    this.differences = []
  }

  end(now: number): void {
    this.#endedAt = now
  }

  result(): StepResult {
    return {
      phase: this.phase,
      name: this.name,
      action: this.step.action,
      state: this.state,
      file: this.step.place.file,
      line: this.step.place.line ?? 0,
      startedAt: this.startedAt,
      duration: (this.#endedAt ?? this.startedAt) - this.startedAt,
      on: this.on,
      failedOn: this.failedOn,
      input: cap(this.input),
      result: cap(this.value),
      expected: cap(this.expected),
      differences: this.differences.slice(0, 100).map(({ path, message, expected, actual }) => ({
        ...{ path, message: maskText(message), expected: cap(expected), actual: cap(actual) },
      })),
      tries: this.tries,
      sql: this.#sql.map(entry =>
        entry.parameters ? { ...entry, parameters: entry.parameters.map(value => cap(value)) } : entry,
      ),
      rows: this.#rows,
      texts: this.#texts,
      attachments: this.#attachments,
      log: this.#log,
      error: this.error,
      background: this.step.background,
      note: this.note,
      steps: this.children.map(child => child.result()),
    }
  }
}

/** Statements and rows may hold passwords of the system under test, which no target has told of. */
function masked(record: SqlRecord): SqlRecord {
  const rows = record.rows?.map(row => row.map(value => (value === null ? null : maskText(value))))
  return { ...record, text: maskText(record.text), ...(rows === undefined ? {} : { rows }) }
}
