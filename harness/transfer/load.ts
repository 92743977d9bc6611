import { postgresDialect } from '../sql/dialect.ts'
import type { ColumnMap } from './columns.ts'
import { commit, transactionId } from './commit.ts'
import type { CopySession } from './copy/copy-session.ts'
import type { SessionLoan } from './copy/session-pool.ts'
import { sourceRows } from './copy-texts.ts'
import type { ContentDigest } from './digest.ts'
import { type End, openBeside } from './ends.ts'
import { dropIndexes, WORTH_IT } from './indexes.ts'
import type { Counts, Format, Mode, TransferSpec } from './model.ts'
import { moveRows } from './move-rows.ts'
import type { Phases } from './phases.ts'
import { advanceSequences, insertFrom, makeRoom, merge, type Publication, type Published } from './publish.ts'
import { RECIPE } from './recipe.ts'
import { type Split, splitTable } from './split.ts'
import { makeShared, makeTemporary } from './staging.ts'
import { verify } from './verify.ts'

export type LoadOptions = {
  readonly spec: TransferSpec
  readonly source: End
  readonly destination: End
  readonly columns: ColumnMap
  readonly format: Format
  readonly key: readonly string[]
  readonly digest: ContentDigest | undefined
  readonly streams: number
  /** The planner's guess at the rows that come. */
  readonly expected: number
  readonly phases: Phases
  readonly loan: SessionLoan
}

export type Loaded = {
  readonly rows: Counts
  readonly deleted: number
  readonly bytes: number
  readonly sum: string | undefined
  readonly streams: number
  readonly split: string
  readonly warnings: readonly string[]
}

/** Moves the rows and makes them visible with one commit. On any error the destination's transaction is rolled back before it rejects. */
export async function load(options: LoadOptions): Promise<Loaded> {
  const { destination } = options
  try {
    return await new Load(options).run()
  } catch (error) {
    if (destination.session.open)
      await destination.session.query('rollback', { signal: AbortSignal.timeout(5_000) }).catch(() => {})
    throw error
  }
}

class Load {
  readonly #options: LoadOptions
  readonly #mode: Mode
  readonly #signal: AbortSignal | undefined
  readonly #publication: Publication

  constructor(options: LoadOptions) {
    const { spec, destination, columns } = options
    this.#options = options
    this.#mode = spec.mode ?? 'replace'
    this.#signal = spec.signal
    this.#publication = { destination, columns, mode: this.#mode, slice: spec.slice, signal: spec.signal }
  }

  async run(): Promise<Loaded> {
    const { phases, source, destination, spec, streams, digest } = this.#options
    const split = await phases.run('begin', () => this.#beginSource(streams))
    const { sessions } = split
    const shared = this.#staging === 'shared' ? await this.#makeShared() : undefined
    try {
      const begun = shared ? undefined : await phases.run('begin', () => this.#beginDestination())
      const content = digest?.of('left', source.session, { from: sourceRows(this.#options), signal: this.#signal })
      content?.catch(() => {})
      const into = shared ?? begun?.staging
      const moved = await phases.run('copy', () =>
        moveRows({
          ...this.#options,
          split: split.split,
          sessions,
          into: into ?? destination.table,
          beside: shared !== undefined,
        }),
      )
      const late = shared ? await phases.run('begin', () => this.#beginDestination()) : begun
      if (!late) throw new Error('the destination has no transaction')
      let { deleted } = late
      let published: number | undefined
      if (into !== undefined) {
        const done = await phases.run('publish', () => this.#publish(into, late.deleted))
        deleted = done.deleted
        published = done.inserted
      }
      const verified = await phases.run('verify', () =>
        verify(this.#options, { moved, content, staging: into, published, transaction: late.transaction }),
      )
      const warnings = await phases.run('publish', async () => {
        for (const text of late.rebuild) await destination.session.query(text, { signal: this.#signal })
        return advanceSequences(this.#publication)
      })
      if (shared) await destination.session.query(`drop table ${shared}`, { signal: this.#signal })
      this.#signal?.throwIfAborted()
      await phases.run('commit', () => commit(destination.session, late.transaction))
      return {
        rows: {
          exported: moved.rowsOut,
          transferred: moved.rowsSeen,
          loaded: moved.rowsIn,
          verified: verified?.rows ?? null,
        },
        ...{ deleted, bytes: moved.bytes, sum: verified?.sum, streams: sessions.length, split: split.split.by },
        warnings: [
          ...warnings,
          ...(spec.streams && spec.streams > sessions.length
            ? [`the table gives ${sessions.length} streams, not ${spec.streams}`]
            : []),
        ],
      }
    } catch (error) {
      if (shared) await this.#dropShared(shared)
      throw error
    }
  }

  /** Where the rows go first: straight into the table, or a staging table of this session or of several. */
  get #staging(): 'none' | 'temporary' | 'shared' {
    const { spec, streams, destination } = this.#options
    const greenplum = destination.engine.flavor === 'greenplum'
    const via = spec.via ?? (greenplum ? 'staging' : 'multiplex')
    if (streams > 1 && via === 'staging') return 'shared'
    // Rows of one transaction can be told from others by xmin; on Greenplum each segment has its own
    return this.#mode === 'merge' || (this.#mode === 'append' && greenplum) ? 'temporary' : 'none'
  }

  get #beside() {
    const { lockWithin = 30_000, recipe } = this.#options.spec
    return { loan: this.#options.loan, lockWithin, recipe }
  }

  /** One snapshot for everything that reads the source: its streams, and its digest beside them. */
  async #beginSource(streams: number): Promise<{ split: Split; sessions: CopySession[] }> {
    const { source, spec, digest } = this.#options
    await source.session.query(beginRead(spec.snapshot), { signal: this.#signal })
    const split = await splitTable(source, streams, spec.slice, this.#signal)
    const wanted = Math.min(streams, split.parts.length)
    if (wanted === 1 && !digest) return { split, sessions: [source.session] }
    const { values } = await source.session.query('select pg_export_snapshot()', { signal: this.#signal })
    const sessions = await Promise.all(
      Array.from({ length: wanted }, async () => {
        const session = await openBeside(source, { ...this.#beside, signal: this.#signal })
        await session.query(beginRead((spec.recipe ?? RECIPE).oneSnapshot ? String(values[0]?.[0]) : undefined), {
          signal: this.#signal,
        })
        return session
      }),
    )
    return { split, sessions }
  }

  async #beginDestination(): Promise<{
    deleted: number
    rebuild: readonly string[]
    transaction: string
    staging: string | undefined
  }> {
    const { destination, columns, spec, expected } = this.#options
    await destination.session.query('begin', { signal: this.#signal })
    const transaction = await transactionId(destination.session, this.#signal)
    const deleted = await makeRoom(this.#publication)
    if (spec.recipe?.oneTransaction === false)
      await destination.session.query('commit; begin', { signal: this.#signal })
    const staging = this.#staging === 'temporary' ? await makeTemporary(destination, columns, this.#signal) : undefined
    const wanted = spec.indexesAfter !== false && expected >= WORTH_IT && staging === undefined
    const rebuild = wanted && (await this.#isEmpty()) ? await dropIndexes(destination, this.#signal) : []
    return { deleted, rebuild, transaction, staging }
  }

  async #publish(staging: string, deleted: number): Promise<Published> {
    if (this.#mode === 'merge') return merge(this.#publication, staging, this.#options.key)
    return { deleted, inserted: await insertFrom(this.#publication, staging) }
  }

  async #isEmpty(): Promise<boolean> {
    const { session, table } = this.#options.destination
    if (this.#mode === 'truncate') return true
    // a table of no bytes is empty; one of dead rows alone may have users that this must not lock out
    const { values } = await session.query(`select pg_relation_size('${table.replaceAll("'", "''")}'::regclass) = 0`, {
      signal: this.#signal,
    })
    return values[0]?.[0] === true
  }

  async #makeShared(): Promise<string> {
    const { destination, columns } = this.#options
    return makeShared(destination, columns, this.#signal)
  }

  async #dropShared(table: string): Promise<void> {
    const { destination } = this.#options
    if (!destination.session.open) return
    const signal = AbortSignal.timeout(10_000)
    // The next run sweeps what cannot be dropped now
    await destination.session.query(`rollback; drop table if exists ${table}`, { signal }).catch(() => {})
  }
}

/** Of the snapshot, or of this moment. */
function beginRead(snapshot: string | undefined): string {
  const begin = 'begin isolation level repeatable read read only'
  return snapshot === undefined ? begin : `${begin}; set transaction snapshot ${postgresDialect.literal(snapshot)}`
}
