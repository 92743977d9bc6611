import { AssayError } from '../errors.ts'

/** Everything that is wrong with a case file, and with the files it uses, in the order of their lines. */
export class CaseFileError extends AssayError {
  readonly problems: readonly AssayError[]

  /** `file` is the case file: its own mistakes come first. */
  constructor(file: string, problems: readonly AssayError[]) {
    const sorted = [...problems].sort((a, b) => compare(file, a, b))
    const first = sorted[0] as AssayError
    super(first.code, first.message, { where: first.where, hint: first.hint, cause: first.cause })
    this.problems = sorted
  }
}

function compare(file: string, { where: a }: AssayError, { where: b }: AssayError): number {
  const foreign = Number(a?.file !== file) - Number(b?.file !== file)
  return foreign || (a?.line ?? 0) - (b?.line ?? 0) || (a?.column ?? 0) - (b?.column ?? 0)
}
