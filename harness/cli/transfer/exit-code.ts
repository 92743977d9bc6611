import { AssayError } from '../../errors.ts'

/** The design's table: 1 the systems refused or differ, 2 could not compare, 3 the harness or a server broke, 64 wrong usage. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof AssayError)) return 3
  // A job fails as the first of its tables did
  const code = { usage: 64, case: 64, config: 3, infrastructure: 3, product: 1, undecided: 2 }[error.kind]
  return code
}

/** Of several, the first present of 1, 2, 3. */
export function worst(codes: readonly number[]): number {
  return [64, 1, 2, 3].find(code => codes.includes(code)) ?? 0
}
