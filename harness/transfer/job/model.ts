import type { TableName } from '../../compare/model.ts'
import type { Mode, TransferResult } from '../model.ts'
import type { Moment, Span } from '../moment.ts'
import type { LateRows, TimeWindow, WindowColumn } from '../window.ts'

/** One table of a job: what moves, by which column its windows go, and how far it has come. */
export type JobTable = {
  readonly table: TableName
  readonly into: TableName
  readonly window: WindowColumn
  readonly mode: Exclude<Mode, 'truncate'>
  readonly key?: readonly string[]
  readonly late?: LateRows
  /** The end of the last window that was moved. Undefined before the first. */
  readonly watermark: Moment | undefined
}

export type Job = {
  readonly name: string
  /** Where the next window starts. */
  readonly start: Moment
  /** The length of a window. */
  readonly step: Span
  /** Where the last window ends; the job is then done. Undefined for one that goes on for ever. */
  readonly finalEnd: Moment | undefined
  readonly tables: readonly JobTable[]
}

/** What became of one slice of one table. */
export type JobEntry = {
  readonly table: JobTable
  readonly window: TimeWindow
  /** `window`, or `late` for rows that came late. */
  readonly slice: 'window' | 'late'
} & (
  | { readonly result: TransferResult }
  | { readonly error: { readonly code: string; readonly message: string }; readonly seconds: number }
)

/** Who holds a job, and for how long without a sign of life. */
export type LeaseTerms = {
  readonly owner: string
  /** Milliseconds. */
  readonly expiresAfter: number
}

/**
 * Where jobs are kept: their windows, tables, lease, watermarks and history. Every change is one statement or one transaction, and
 * is time-stamped with the clock of the server that keeps them, so that runs on different machines agree.
 */
export interface JobStore {
  /** Throws ASSAY_TRANSFER_JOB where there is no such job, or its row cannot be read. Undefined for a job that is done or switched off. */
  load(name: string): Promise<Job | undefined>
  /** Takes the lease, or throws ASSAY_TRANSFER_LEASE. That of a run that gave no sign of life is taken over. */
  acquire(name: string, terms: LeaseTerms): Promise<void>
  /** A sign of life. False when the lease is another's by now. */
  renew(name: string, terms: LeaseTerms): Promise<boolean>
  /** Gives the lease back; does nothing when it is another's. */
  release(name: string, terms: LeaseTerms): Promise<void>
  /** Writes what became of a slice. */
  record(job: Job, entry: JobEntry, terms: LeaseTerms): Promise<void>
  /** Moves the watermark of one table to the end of a window that was moved. */
  advanceTable(job: Job, table: JobTable, window: TimeWindow): Promise<void>
  /** Moves the job to its next window; every table has moved this one. */
  advanceJob(job: Job, window: TimeWindow): Promise<void>
  /** The windows have reached the final end. */
  finish(job: Job): Promise<void>
}
