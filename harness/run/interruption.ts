import { AssayError } from '../errors.ts'

/** The signal of the test, with a reason that a person understands. */
export function interruption(signal: AbortSignal): AbortSignal {
  const controller = new AbortController()
  const abort = () =>
    controller.abort(new AssayError('ASSAY_INTERRUPTED', 'the run was interrupted here', { cause: signal.reason }))
  if (signal.aborted) abort()
  else signal.addEventListener('abort', abort, { once: true })
  return controller.signal
}
