import type { Clock } from '../../actions/define-action.ts'
import type { Mode } from '../record/convert.ts'

/** Rows and bytes of one run. Exact whatever their number. */
export type Counters = {
  /** Records that the reader gave and a transformer did not drop. */
  readonly read: bigint
  readonly readBytes: bigint
  /** Records that the reader or a transformer could not make. */
  readonly readFailed: bigint
  /** Records that the writer could not write. */
  readonly writeFailed: bigint
  /** Records that were committed, or written to a file. */
  readonly written: bigint
  /** As DataX prints it: read and failed to be read. */
  readonly total: bigint
  /** As DataX prints it: failed to be read or written. */
  readonly failed: bigint
  /** Present where the job has a transformer. `success` counts dropped records too, as DataX does. */
  readonly transformer?: { readonly success: bigint; readonly failed: bigint; readonly filtered: bigint }
}

/** A record that was not written, and why. */
export type DirtyRecord = {
  readonly type: 'reader' | 'writer'
  readonly message: string
  readonly record: readonly {
    readonly index: number
    readonly type: string
    readonly byteSize: number
    readonly rawData: string | boolean | null
  }[]
}

export type Progress = {
  readonly records: bigint
  readonly bytes: bigint
  readonly errors: bigint
  /** Records of the last second. */
  readonly recordsPerSecond: number
  readonly bytesPerSecond: number
  /** Finished tasks of all, 0 to 1. */
  readonly done: number
}

export type RunResult = {
  /** DataX's: 0, 1, 143 when stopped, 255 for wrong usage. */
  readonly exitCode: number
  /** DataX's code, like `Framework-03`. */
  readonly errorCode?: string
  readonly message?: string
  readonly hint?: string
  readonly tasks: number
  readonly channels: number
  readonly counters: Counters
  /** Names of counters that the engine does not tell for certain; absent where all are. The log of a home says of a failed job only what its last progress line did. */
  readonly uncertain?: readonly string[]
  /** The first thousand; `counters.failed` is their number. */
  readonly dirty: readonly DirtyRecord[]
  /** Milliseconds. */
  readonly timings: {
    readonly startedAt: number
    readonly endedAt: number
    readonly total: number
    readonly transfer: number
  }
  /** The last lines of the log, secrets masked. */
  readonly log: readonly string[]
}

export type RunOptions = {
  /** Default strict. */
  readonly mode?: Mode
  /** What `-p "-Dname=value"` sets. */
  readonly params?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  readonly onLog?: (line: string) => void
  readonly onProgress?: (progress: Progress) => void
  /** Every dirty record, also beyond the thousand that the result keeps. */
  readonly onDirty?: (record: DirtyRecord) => void
  /** What streamwriter prints. Default: nothing is done with it. */
  readonly onPrint?: (text: string) => void | Promise<void>
  readonly clock?: Clock
  /** Numbers in [0, 1) for random columns. */
  readonly random?: () => number
}

/** Something that runs a job file's text. Never rejects for what the job does: that is in the result. */
export interface Engine {
  readonly name: string
  run(job: string, options?: RunOptions): Promise<RunResult>
}
