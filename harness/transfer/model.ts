import type { TableName } from '../compare/model.ts'
import type { Endpoint } from '../targets/target.ts'
import type { RelayProgress } from './copy/relay.ts'
import type { SessionPool } from './copy/session-pool.ts'
import type { TransferRecipe } from './recipe.ts'

/**
 * What happens to rows that the destination holds already.
 * - `replace`: those of the slice are deleted first, so that running again gives the same content.
 * - `append`: they stay.
 * - `truncate`: all go, also when the source is empty.
 * - `merge`: those with a key that comes are replaced.
 */
export const MODES = ['replace', 'append', 'truncate', 'merge'] as const
export type Mode = (typeof MODES)[number]

/** `digest`: counts, and the content of the moved rows. `count`: counts alone. */
export const VERIFICATIONS = ['digest', 'count', 'none'] as const
export type Verification = (typeof VERIFICATIONS)[number]

/** How several streams become one load: into one COPY, or side by side into a staging table that is then published. */
export const VIAS = ['multiplex', 'staging'] as const
export type Via = (typeof VIAS)[number]

export const FORMATS = ['auto', 'binary', 'text'] as const
export type FormatChoice = (typeof FORMATS)[number]
export type Format = Exclude<FormatChoice, 'auto'>

/** Which rows: a condition on columns that both ends have. Without one, all. */
export type Slice = {
  /** SQL, the same on both ends. It is the caller's own and is sent as it is. */
  readonly where?: string
  /** For people and for the journal: `[2026-11-01 00:00, 2026-11-02 00:00)`. */
  readonly label?: string
  /** The column of a window. Its type is checked, and rows without a value in it are counted. */
  readonly window?: { readonly column: string; readonly nulls: 'refuse' | 'ignore' }
}

/** The moments that a caller can follow, in this order. */
export const PHASES = [
  'connect',
  'preflight',
  'begin',
  'copy',
  'verify',
  'publish',
  'commit',
  'analyze',
  'done',
] as const
export type Phase = (typeof PHASES)[number]

/** `expected` is the planner's guess at the rows that come. Where rows cannot be counted on the way, `rows` goes by the bytes. */
export type TransferProgress = RelayProgress & { readonly expected: number }

export type TransferSpec = {
  readonly source: Endpoint
  readonly destination: Endpoint
  readonly table: TableName
  /** Its name on the destination. Default: the same. */
  readonly into?: TableName
  /** Default: all that both ends have; a column of the source alone is an error. */
  readonly columns?: readonly string[]
  /** Name on the source to name on the destination. */
  readonly rename?: Readonly<Record<string, string>>
  readonly slice?: Slice
  /** Default `replace`. */
  readonly mode?: Mode
  /** Columns that a merge goes by. Default: the destination's primary key. */
  readonly key?: readonly string[]
  /** Default: by the table's size and this machine's cores; 1 for less than 256 MB. */
  readonly streams?: number
  readonly via?: Via
  /** Default `auto`: binary where every column has the same built-in type on both ends. */
  readonly format?: FormatChoice
  /** Default `digest`. */
  readonly verify?: Verification
  /** Drop indexes of an empty destination and build them after the load. Default true. */
  readonly indexesAfter?: boolean
  /** Default true. */
  readonly analyze?: boolean
  /** Milliseconds to wait for the destination's table lock. Default 30,000. */
  readonly lockWithin?: number
  /** Milliseconds without a byte before a server must show that it lives. Default 30,000. */
  readonly silence?: number
  /** An exported snapshot of the source that several tables share, so that they are of one moment. */
  readonly snapshot?: string
  /** Where sessions come from, and go back to after a success, for others that follow. Default: each opens its own and closes them. */
  readonly sessions?: SessionPool
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: TransferProgress) => void
  /** A promise holds the transfer there until it resolves. */
  readonly onPhase?: (phase: Phase) => Promise<void> | undefined
  /** As `onPhase`, for every piece of the stream. */
  readonly onPiece?: (progress: TransferProgress) => Promise<void> | undefined
  /** For the tests of the transfer itself. */
  readonly recipe?: TransferRecipe
}

/** Rows at the four places where they are counted. */
export type Counts = {
  /** The source's count of what it sent. */
  readonly exported: number
  /** Counted on the way; null where Greenplum put several rows into one frame, so that nobody could. */
  readonly transferred: number | null
  /** The destination's count of what it took. */
  readonly loaded: number
  /** Found in the destination's table after the load; null where nobody looked. */
  readonly verified: number | null
}

export type TransferResult = {
  readonly table: string
  readonly into: string
  readonly slice: string | null
  readonly mode: Mode
  readonly format: Format
  /** Why text was taken although binary was not ruled out by the caller. */
  readonly formatReason: string | null
  readonly streams: number
  readonly split: string
  readonly rows: Counts
  /** Rows of the destination that had to go first. */
  readonly deleted: number
  readonly bytes: number
  readonly verify: Verification
  readonly digest: { readonly method: string; readonly value: string } | null
  /** Seconds of each phase, and of the whole. */
  readonly seconds: Readonly<Record<string, number>>
  readonly warnings: readonly string[]
}
