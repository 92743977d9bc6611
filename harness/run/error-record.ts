import { ActionError, AssayError } from '../errors.ts'
import type { ErrorRecord } from '../report/model.ts'
import { cap, capText } from './cap.ts'

/** An error as the report keeps it. Secrets are masked by where they come from; texts are cut. */
export function errorRecord(error: unknown): ErrorRecord {
  if (error instanceof AssayError) {
    return {
      code: error.code,
      message: capText(error.message),
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      ...(error instanceof ActionError
        ? {
            ...(error.systemCode === undefined ? {} : { systemCode: String(error.systemCode) }),
            ...(error.class === undefined ? {} : { class: error.class }),
            ...(Object.keys(error.data).length === 0 ? {} : { data: cap(error.data) }),
          }
        : {}),
      ...(error.where === undefined
        ? {}
        : { file: error.where.file, line: error.where.line, column: error.where.column }),
      ...(error.cause === undefined ? {} : { cause: capText(causeText(error.cause)) }),
    }
  }
  if (error instanceof Error) {
    return {
      code: error.name === 'Error' ? 'ASSAY_INTERNAL' : error.name,
      message: capText(error.message),
      ...(error.stack === undefined ? {} : { stack: capText(error.stack) }),
      ...(error.cause === undefined ? {} : { cause: capText(causeText(error.cause)) }),
    }
  }
  return { code: 'ASSAY_INTERNAL', message: capText(String(error)) }
}

function causeText(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  const below = cause.cause === undefined || cause.cause === cause ? '' : `; ${causeText(cause.cause)}`
  return `${cause.message}${below}`
}
