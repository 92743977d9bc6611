import pLimit from 'p-limit'
import { showTableName } from '../../compare/table-name.ts'
import { ActionError, AssayError } from '../../errors.ts'
import { connect } from '../../sql/connect.ts'
import { postgresDialect } from '../../sql/dialect.ts'
import type { Endpoint } from '../../targets/target.ts'
import { SessionPool } from '../copy/session-pool.ts'
import type { Slice, TransferProgress, TransferResult, TransferSpec } from '../model.ts'
import { addSpan, type Moment } from '../moment.ts'
import { RECIPE, type TransferRecipe } from '../recipe.ts'
import { transferTable } from '../transfer-table.ts'
import { formatWindow, lateSlice, type TimeWindow, windowSlice, windowsUntil } from '../window.ts'
import { type HeldLease, holdLease } from './hold-lease.ts'
import type { Job, JobEntry, JobStore, JobTable, LeaseTerms } from './model.ts'

export type RunJobOptions = {
  readonly store: JobStore
  readonly job: string
  readonly source: Endpoint
  readonly destination: Endpoint
  readonly terms: LeaseTerms
  /** Windows that end later are not moved yet: their rows may still come. */
  readonly until: Moment
  /** At most so many windows. Default: as many as there are. */
  readonly windows?: number
  /** Tables moved side by side. Default 2. */
  readonly tablesAtOnce?: number
  readonly transfer?: Pick<TransferSpec, 'verify' | 'streams' | 'via' | 'format' | 'silence' | 'lockWithin' | 'analyze'>
  readonly signal?: AbortSignal
  readonly onEvent?: (event: JobEvent) => void
  /** Holds each transfer at a phase, as TransferSpec.onPhase. */
  readonly onPhase?: TransferSpec['onPhase']
  readonly recipe?: TransferRecipe
}

export type JobEvent =
  | { readonly kind: 'window'; readonly window: TimeWindow; readonly tables: number }
  | { readonly kind: 'progress'; readonly table: string; readonly progress: TransferProgress }
  | { readonly kind: 'entry'; readonly entry: JobEntry }

export type JobResult = {
  readonly job: string
  /** `idle`: no window was due. `done`: the final end is reached, now or before. */
  readonly status: 'moved' | 'idle' | 'done'
  readonly windows: number
  readonly entries: readonly {
    readonly table: string
    readonly window: string
    readonly slice: string
    readonly rows: number
  }[]
}

/**
 * Moves the windows of a job that are due, in order, all tables of one before the next. A table that fails keeps the others of its
 * window from nothing, and the job from the next window. Rejects with ASSAY_TRANSFER_FAILED (its `data.failures` name each table),
 * ASSAY_TRANSFER_LEASE, ASSAY_TRANSFER_LEASE_LOST, ASSAY_TRANSFER_JOB, or the signal's reason.
 */
export async function runJob(options: RunJobOptions): Promise<JobResult> {
  const { store, terms, signal, recipe = RECIPE } = options
  if ((await store.load(options.job)) === undefined)
    return { job: options.job, status: 'done', windows: 0, entries: [] }
  await using lease = await holdLease(store, options.job, terms)
  // Only what is read under the lease is the present state
  const job = await store.load(options.job)
  if (job === undefined) return { job: options.job, status: 'done', windows: 0, entries: [] }
  const stop = signal ? AbortSignal.any([signal, lease.lost]) : lease.lost
  await using sessions = new SessionPool()
  const entries: JobEntry[] = []
  const marks = new Map(job.tables.map(table => [table, table.watermark]))
  let moved = 0
  let reached = job.start
  try {
    for (const window of dueWindows(job, options.until, recipe)) {
      if (moved === options.windows) break
      stop.throwIfAborted()
      await moveWindow(
        { ...options, signal: stop, recipe },
        {
          ...{ job, window, lease, entries, marks, sessions },
          first: moved === 0,
        },
      )
      await lease.confirm()
      await store.advanceJob(job, window)
      reached = window.to
      moved++
    }
  } finally {
    if (options.transfer?.analyze !== false && !stop.aborted) await analyzeMoved(options.destination, entries, stop)
  }
  const done = job.finalEnd !== undefined && reached >= job.finalEnd
  if (done) await store.finish(job)
  return {
    job: job.name,
    status: done ? 'done' : moved > 0 ? 'moved' : 'idle',
    windows: moved,
    entries: entries.flatMap(entry => ('result' in entry ? [summary(entry, entry.result)] : [])),
  }
}

/** Windows that are over; the last before a final end is clipped to it. */
function* dueWindows(
  job: Pick<Job, 'start' | 'step' | 'finalEnd'>,
  until: Moment,
  recipe = RECIPE,
): Generator<TimeWindow> {
  const finalEnd = recipe.clip || job.finalEnd === undefined ? job.finalEnd : addSpan(job.finalEnd, job.step)
  for (const window of windowsUntil(job.start, job.step, finalEnd ?? until + 1n)) {
    if (window.to > until) return
    yield window
  }
}

/** Statistics of the tables that got rows. A server that cannot is no reason to call the run failed. */
async function analyzeMoved(destination: Endpoint, entries: readonly JobEntry[], signal: AbortSignal): Promise<void> {
  const moved = entries.filter(entry => 'result' in entry && entry.result.rows.loaded + entry.result.deleted > 0)
  const tables = new Set(
    moved.map(({ table: { into } }) => postgresDialect.qualified(into.schema ?? 'public', into.name)),
  )
  if (tables.size === 0) return
  try {
    await using session = await connect(destination, { signal })
    for (const table of tables) await session.query(`analyze ${table}`, { signal })
  } catch {
    signal.throwIfAborted()
  }
}

type Moving = {
  readonly job: Job
  readonly window: TimeWindow
  readonly lease: HeldLease
  readonly entries: JobEntry[]
  readonly marks: Map<JobTable, Moment | undefined>
  readonly sessions: SessionPool
  readonly first: boolean
}

async function moveWindow(options: RunJobOptions & { readonly recipe: TransferRecipe }, moving: Moving): Promise<void> {
  const { job, window, marks } = moving
  const { store, tablesAtOnce = 2, recipe, onEvent } = options
  const due = job.tables.filter(table => (marks.get(table) ?? job.start) < window.to)
  onEvent?.({ kind: 'window', window, tables: due.length })
  const limit = pLimit(tablesAtOnce)
  const outcomes = await Promise.all(
    due.map(table =>
      limit(async () => {
        const failure = await moveTable(options, moving, table)
        if (failure === undefined || !recipe.watermarkOnSuccess) {
          await store.advanceTable(job, table, window)
          marks.set(table, window.to)
        }
        return failure
      }),
    ),
  )
  const failures = outcomes.filter(one => one !== undefined)
  options.signal?.throwIfAborted()
  if (failures.length === 0 || !recipe.watermarkOnSuccess) return
  const [first] = failures
  throw new ActionError(
    'ASSAY_TRANSFER_FAILED',
    `job "${job.name}" did not move ${failures.length} of ${due.length} tables of ${formatWindow(window)}: ${failures.map(one => one.table).join(', ')}; the first said: ${first?.message}`,
    {
      class: first?.code,
      data: { window: formatWindow(window), failures },
      hint: 'The job stays at this window. Run it again; tables that were moved are not moved twice.',
    },
  )
}

type Failure = { readonly table: string; readonly code: string; readonly message: string }

async function moveTable(
  options: RunJobOptions & { readonly recipe: TransferRecipe },
  { job, window, lease, entries, sessions, first }: Moving,
  table: JobTable,
): Promise<Failure | undefined> {
  const { store, terms, recipe, onEvent, signal } = options
  const name = showTableName(table.table)
  // NULLs of a large table are counted once in a run, not for every window
  const column = { ...table.window, nulls: first ? table.window.nulls : ('ignore' as const) }
  const slices: [JobEntry['slice'], Slice][] = [['window', windowSlice(column, window, recipe)]]
  if (table.late) slices.push(['late', lateSlice(table.window, window, { late: table.late, recipe })])
  for (const [slice, where] of slices) {
    const started = performance.now()
    const write = async (outcome: { result: TransferResult } | { error: Omit<Failure, 'table'>; seconds: number }) => {
      const entry: JobEntry = { table, window, slice, ...outcome }
      entries.push(entry)
      await store.record(job, entry, terms)
      onEvent?.({ kind: 'entry', entry })
    }
    try {
      const result = await transferTable({
        ...options.transfer,
        // once for all windows of a run: see analyzeMoved
        analyze: false,
        ...{ source: options.source, destination: options.destination, table: table.table, into: table.into },
        ...{ mode: table.mode, slice: where, sessions, signal },
        ...(table.mode === 'merge' && table.key ? { key: table.key } : {}),
        onProgress: progress => onEvent?.({ kind: 'progress', table: name, progress }),
        async onPhase(phase) {
          await options.onPhase?.(phase)
          // Only the holder of the lease makes rows visible
          if (phase === 'commit') await lease.confirm()
        },
      })
      await write({ result })
    } catch (cause) {
      const { code, message } = describe(cause)
      const seconds = Math.round(performance.now() - started) / 1000
      await write({ error: { code, message }, seconds }).catch(() => {})
      return { table: name, code, message }
    }
  }
  return undefined
}

function describe(error: unknown): { code: string; message: string } {
  if (error instanceof AssayError) return { code: error.code, message: error.message }
  return { code: 'ASSAY_INTERNAL', message: error instanceof Error ? error.message : String(error) }
}

function summary({ table, window, slice }: JobEntry, result: TransferResult) {
  return { table: showTableName(table.table), window: formatWindow(window), slice, rows: result.rows.loaded }
}
