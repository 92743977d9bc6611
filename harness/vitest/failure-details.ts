import type { ErrorRecord, StepResult } from '../report/model.ts'

const MAX_DIFFERENCES = 12
/** What the action logged last says more than the difference of two numbers. */
const MAX_LOG_LINES = 5

/** What a failure says below its message: the step, where it ran, the shared action it stands in, and the differences. */
export function failureDetails(steps: readonly StepResult[], { file, frame }: ErrorRecord): string[] {
  const failing = innermost(steps)
  if (!failing) return []
  const on = failing.on.length > 0 ? ` on ${failing.on.join(', ')}` : ''
  const { differences } = failing
  const lines = differences.length < 2 ? [] : differences.slice(0, MAX_DIFFERENCES)
  const more = differences.length - MAX_DIFFERENCES
  return [
    `in step "${failing.name}"${on}`,
    ...lines.map(({ path, message }) => `${path === '' ? 'result' : path}  ${message}`),
    ...(more > 0 ? [`… ${more} more`] : []),
    ...failing.log.slice(-MAX_LOG_LINES),
    // vitest prints the lines of the case file; those of the shared action are ours to show
    ...(failing.file === file ? [] : (frame?.split('\n\n')[1]?.split('\n') ?? [])),
  ]
}

function innermost(steps: readonly StepResult[]): StepResult | undefined {
  const failing = steps.find(
    ({ phase, state }) => phase !== 'teardown' && ['failed', 'errored', 'undecided'].includes(state),
  )
  return failing ? (innermost(failing.steps) ?? failing) : undefined
}
