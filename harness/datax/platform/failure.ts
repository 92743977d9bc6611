/** What a request is refused with: one envelope, `{ error: { code, message, data? } }`. */
export class Failure extends Error {
  readonly status: number
  readonly code: string
  readonly data: unknown

  constructor(status: number, code: string, message: string, data?: unknown) {
    super(message)
    this.name = 'Failure'
    this.status = status
    this.code = code
    this.data = data
  }
}

export const notFound = (what: string, id: number): Failure =>
  new Failure(404, 'not_found', `there is no ${what} ${id}`)
