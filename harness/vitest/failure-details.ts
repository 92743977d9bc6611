import type { ErrorRecord, RowDifference, RowDifferences, StepResult } from '../report/model.ts'

const MAX_DIFFERENCES = 12
/** What the action logged last says more than the difference of two numbers. */
const MAX_LOG_LINES = 5
/** The report has more of them, side by side. */
const MAX_ROWS = 3
const MAX_VALUE = 60

/** What a failure says below its message: the step, where it ran, the shared action it stands in, and the differences. */
export function failureDetails(steps: readonly StepResult[], error: ErrorRecord): string[] {
  const failing = failingStep(steps, error)
  if (!failing) return []
  const endpoints = failing.failedOn ?? failing.on
  const on = endpoints.length > 0 ? ` on ${endpoints.join(', ')}` : ''
  const { differences } = failing
  const lines = differences.length < 2 ? [] : differences.slice(0, MAX_DIFFERENCES)
  const more = differences.length - MAX_DIFFERENCES
  return [
    `in step "${failing.name}"${on}`,
    ...lines.map(({ path, message }) => `${path === '' ? 'result' : path}  ${message}`),
    ...(more > 0 ? [`… ${more} more`] : []),
    ...failing.log.slice(-MAX_LOG_LINES),
    ...failing.rows.flatMap(rowLines).slice(0, MAX_ROWS),
    // vitest prints the lines of the case file; those of the shared action are ours to show
    ...(failing.file === error.file ? [] : (error.frame?.split('\n\n')[1]?.split('\n') ?? [])),
  ]
}

/**
 * The step that the error points at. A background step that was ended fails as well, so of several failing steps the one
 * counts that stands last before the place of the error.
 */
function failingStep(steps: readonly StepResult[], place: Pick<ErrorRecord, 'file' | 'line'>): StepResult | undefined {
  const { file, line = 0 } = place
  const failing = steps.filter(
    ({ phase, state }) => phase !== 'teardown' && ['failed', 'errored', 'undecided'].includes(state),
  )
  const chosen =
    failing
      .filter(step => step.file === file && step.line <= line)
      .sort((a, b) => b.line - a.line)
      .at(0) ?? failing[0]
  return chosen && (failingStep(chosen.steps, place) ?? chosen)
}

/** `replicas.0 id 417  item "order of turn 20" | "lost"`: the key, and both values of each column that differs. */
function rowLines({ right, columns, key, examples }: RowDifferences): string[] {
  return examples.map(({ kind, differing, ...row }: RowDifference) => {
    const values = row.left ?? row.right ?? []
    const at = (name: string) => `${name} ${value(values[columns.indexOf(name)])}`
    const which = (key.length > 0 ? key : columns).map(at).join(', ')
    if (kind !== 'changed') return `${right} ${which}  ${kind}`
    const changes = differing.map(
      index => `${columns[index]} ${value(row.left?.[index])} | ${value(row.right?.[index])}`,
    )
    return `${right} ${which}  ${changes.join('; ')}`
  })
}

function value(text: string | null | undefined): string {
  if (text === null || text === undefined) return 'NULL'
  return JSON.stringify(text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text)
}
