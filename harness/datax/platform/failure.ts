/** Everything that a request can be refused with: code to status. */
export const FAILURES = {
  invalid: 400,
  no_token: 401,
  wrong_host: 403,
  wrong_origin: 403,
  not_found: 404,
  no_route: 404,
  no_table: 404,
  name_taken: 409,
  busy: 409,
  not_running: 409,
  too_large: 413,
  invalid_job: 422,
  queue_full: 429,
  failed: 500,
  no_driver: 501,
  refused: 502,
  unreachable: 502,
  query_failed: 502,
} as const

export type FailureCode = keyof typeof FAILURES

/** What a request is refused with: one envelope, `{ error: { code, message, data? } }`. */
export class Failure extends Error {
  readonly code: FailureCode
  readonly data: unknown

  constructor(code: FailureCode, message: string, data?: unknown) {
    super(message)
    this.name = 'Failure'
    this.code = code
    this.data = data
  }

  get status(): number {
    return FAILURES[this.code]
  }
}

export const notFound = (what: string, id: number): Failure => new Failure('not_found', `there is no ${what} ${id}`)
