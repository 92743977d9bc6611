import { ActionError, AssayError } from '../../../errors.ts'
import { type DataxCode, DataxError } from '../../errors.ts'

/** An error of a database under DataX's code; a connection that cannot be made, or is lost, keeps its class. */
export function sqlFailure(error: unknown, code: DataxCode, what: string): DataxError {
  if (error instanceof DataxError) return error
  const message = error instanceof Error ? error.message : String(error)
  const options = {
    cause: error,
    ...(error instanceof ActionError && error.class !== undefined ? { class: error.class } : {}),
    ...(error instanceof AssayError && error.hint !== undefined ? { hint: error.hint } : {}),
  }
  return new DataxError(code, `${what}: ${message}`, options)
}
