import { innerError } from './step-failure.ts'

/** Thrown where a case cannot begin because the set-up of its file, run again for it, failed. */
export class BlockedCase extends Error {
  constructor(cause: unknown) {
    super(`the set-up of its file failed: ${(innerError(cause) as Error).message}`, { cause })
  }
}
