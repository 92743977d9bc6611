import { formatDuration } from '../cases/duration.ts'
import { ActionError } from '../errors.ts'

/** How long an operation may go on after it was told to stop, before it is left alone. */
const GRACE = 2_000

export type DeadlineOptions = {
  /** Milliseconds. */
  readonly within: number
  /** What did not end in time: `the step "insert a row"`. */
  readonly what: string
  /** Aborted from outside: the case's deadline, Ctrl-C. */
  readonly signal: AbortSignal
}

/**
 * Runs an operation with a signal that is aborted at the deadline. Always settles: an operation that does not
 * heed its signal is left behind after a short grace, and its late result is dropped.
 */
export async function withDeadline<T>(
  { within, what, signal }: DeadlineOptions,
  operation: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted()
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(timeoutError(what, within)), Math.min(within, 2 ** 31 - 1))
  const forward = () => controller.abort(signal.reason)
  signal.addEventListener('abort', forward, { once: true })
  let grace: NodeJS.Timeout | undefined
  const left = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => {
      grace = setTimeout(() => reject(controller.signal.reason), GRACE)
    })
  })
  try {
    return await Promise.race([operation(controller.signal), left])
  } catch (error) {
    // what an aborted operation says about it ("query canceled") is less than why it was aborted
    throw controller.signal.aborted ? withCause(controller.signal.reason, error) : error
  } finally {
    clearTimeout(timer)
    clearTimeout(grace)
    signal.removeEventListener('abort', forward)
  }
}

export function timeoutError(what: string, within: number): ActionError {
  return new ActionError('ASSAY_STEP_TIMEOUT', `${what} did not end within ${formatDuration(within)}`, {
    class: 'timeout',
  })
}

function withCause(reason: unknown, cause: unknown): unknown {
  if (reason instanceof Error && reason.cause === undefined && reason !== cause) reason.cause = cause
  return reason
}
