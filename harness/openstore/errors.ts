import { ActionError } from '../errors.ts'

export type OpenstoreErrorOptions = {
  /** HTTP status; absent where no answer came. */
  readonly status?: number
  /** Code of the error envelope, or our own class: `connection_lost`, `timeout`, `bad_answer`, `checksum_mismatch`. */
  readonly code: string
  readonly field?: string
  /** Seconds after which the service wants to be asked again. */
  readonly retryAfter?: number
  readonly data?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

/** A refusal of the service as its error envelope tells it, or the lack of a usable answer. A step sees it as `fails: { code: 409, class: in_use }`. */
export class OpenstoreError extends ActionError {
  readonly status: number | undefined
  readonly field: string | undefined
  readonly retryAfter: number | undefined

  constructor(message: string, { status, code, field, retryAfter, data, cause }: OpenstoreErrorOptions) {
    super('ASSAY_OPENSTORE', message, {
      systemCode: status,
      class: code,
      data: { ...data, ...(status === undefined ? {} : { status }), code, ...(field === undefined ? {} : { field }) },
      cause,
    })
    this.name = 'OpenstoreError'
    this.status = status
    this.field = field
    this.retryAfter = retryAfter
  }
}
