import type { Clock } from '../actions/define-action.ts'
import { formatDuration } from '../cases/duration.ts'
import { ActionError } from '../errors.ts'

/** How long an operation may go on after it was told to stop, before it is left alone. */
const GRACE = 2_000
/** A reason of our own: without one every step would pay for an exception and its stack. */
const SETTLED = 'it has settled'

export type DeadlineOptions = {
  /** Milliseconds; without it only the signal ends the operation. */
  readonly within?: number
  /** What did not end in time: `the step "insert a row"`. */
  readonly what: string
  /** Aborted from outside: the case's deadline, Ctrl-C. */
  readonly signal: AbortSignal
  readonly clock: Clock
}

/**
 * Runs an operation with a signal that is aborted at the deadline. Always settles: an operation that does not
 * heed its signal is left behind after a short grace, and its late result is dropped.
 */
export async function withDeadline<T>(
  { within = Number.POSITIVE_INFINITY, what, signal, clock }: DeadlineOptions,
  operation: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted()
  const controller = new AbortController()
  const settled = new AbortController()
  const forward = () => controller.abort(signal.reason)
  signal.addEventListener('abort', forward, { once: true })
  after(clock, within, settled.signal, () => controller.abort(timeoutError(what, within)))
  const leftBehind = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => {
      after(clock, GRACE, settled.signal, () => reject(controller.signal.reason))
    })
  })
  try {
    return await Promise.race([operation(controller.signal), leftBehind])
  } catch (error) {
    // what an aborted operation says about it ("query canceled") is less than why it was aborted
    throw controller.signal.aborted ? withCause(controller.signal.reason, error) : error
  } finally {
    settled.abort(SETTLED)
    signal.removeEventListener('abort', forward)
  }
}

/** Calls back after some time, unless the signal is aborted before. */
export function after(clock: Clock, ms: number, signal: AbortSignal, callback: () => void): void {
  if (Number.isFinite(ms)) clock.sleep(ms, signal).then(callback, () => {})
}

export function timeoutError(what: string, within: number): ActionError {
  return new ActionError('ASSAY_STEP_TIMEOUT', `${what} did not end within ${formatDuration(within)}`, {
    class: 'timeout',
  })
}

function withCause(reason: unknown, cause: unknown): unknown {
  if (reason instanceof Error && reason.cause === undefined && !stemsFrom(cause, reason)) reason.cause = cause
  return reason
}

/** True where an error is, or was caused by, another: a step of steps ends with the reason of its own deadline. */
function stemsFrom(error: unknown, origin: Error): boolean {
  for (let one = error; one instanceof Error; one = one.cause) if (one === origin) return true
  return false
}
