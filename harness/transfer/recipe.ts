/**
 * The choices that make a transfer whole. The tests change one at a time and show that a check catches it (mutants.test.ts);
 * nothing else does. Each is a mistake that the programs before this one made.
 */
export type TransferRecipe = {
  /** The end of a window is not in it. With it, a row on the boundary moves twice. */
  readonly halfOpen: boolean
  /** CopyDone only after the source's CommandComplete. A pipe ends the data when its writer dies. */
  readonly waitForComplete: boolean
  /** Text of floats has all their digits. */
  readonly allDigits: boolean
  /** Columns go by name. By position, columns of one type are mixed up. */
  readonly byName: boolean
  /** The content is compared, not rows counted alone. */
  readonly compareContent: boolean
  /** All streams read one snapshot. */
  readonly oneSnapshot: boolean
  /** The rows become visible with one commit. */
  readonly oneTransaction: boolean
  /** The lease is taken by one statement that looks and writes. */
  readonly atomicLease: boolean
  /** Only the holder gives a lease back. The programs before freed a lock that they had found taken. */
  readonly ownLease: boolean
  /** A watermark moves only when its table's window was moved. */
  readonly watermarkOnSuccess: boolean
  /** The last window ends at the final end. */
  readonly clip: boolean
  /** Tables belong to a job by type, duration and group. Without the group, those of another job come too. */
  readonly joinByGroup: boolean
}

export const RECIPE: TransferRecipe = {
  halfOpen: true,
  waitForComplete: true,
  allDigits: true,
  byName: true,
  compareContent: true,
  oneSnapshot: true,
  oneTransaction: true,
  atomicLease: true,
  ownLease: true,
  watermarkOnSuccess: true,
  clip: true,
  joinByGroup: true,
}
