import { ActionError } from '../../errors.ts'
import { postgresDialect } from '../../sql/dialect.ts'
import type { SqlSession, SqlValue } from '../../sql/session.ts'
import { addSpan, formatMoment, parseMoment, parseSpan, type Span } from '../moment.ts'
import { RECIPE, type TransferRecipe } from '../recipe.ts'
import type { TimeWindow } from '../window.ts'
import { leaseHeld } from './clean-store.ts'
import type { Job, JobEntry, JobStore, JobTable, LeaseTerms } from './model.ts'

export type SeedStoreOptions = {
  /** Default `eda`. */
  readonly schema?: string
  readonly recipe?: TransferRecipe
}

/**
 * Jobs in the tables of seed 001, read as they are: `transferstatetable` holds the job's row (table_name 'job', its name in
 * schema_nmae) and the history, `transfertable` the tables, joined by opera_type, duration and job_group. There is no column for a
 * lease: run_flg is its flag, db_timestamp its last sign of life, errormessage of the job's row its owner.
 */
export class SeedStore implements JobStore {
  readonly #session: SqlSession
  readonly #state: string
  readonly #tables: string
  readonly #recipe: TransferRecipe

  constructor(session: SqlSession, { schema = 'eda', recipe = RECIPE }: SeedStoreOptions = {}) {
    this.#session = session
    this.#state = postgresDialect.qualified(schema, 'transferstatetable')
    this.#tables = postgresDialect.qualified(schema, 'transfertable')
    this.#recipe = recipe
  }

  async #run(text: string, parameters: readonly unknown[]): Promise<readonly (readonly SqlValue[])[]> {
    const { values } = await this.#session.query(text, { parameters, signal: AbortSignal.timeout(30_000) })
    return values
  }

  async load(name: string): Promise<Job | undefined> {
    const rows = await this.#run(
      `select opera_type, duration, start_timestamp::text, final_end_timestamp::text, status from ${this.#state}
        where table_name = 'job' and schema_nmae = $1 and status = 'Y'`,
      [name],
    )
    if (rows.length === 0) {
      const known = await this.#run(`select 1 from ${this.#state} where table_name = 'job' and schema_nmae = $1`, [
        name,
      ])
      if (known.length > 0) return undefined
      throw new ActionError('ASSAY_TRANSFER_JOB', `there is no job "${name}" in ${this.#state}`)
    }
    if (rows.length > 1)
      throw new ActionError('ASSAY_TRANSFER_JOB', `${this.#state} has ${rows.length} active rows for job "${name}"`)
    const [type, duration, start, finalEnd] = rows[0] as [string, string, string | null, string | null]
    if (start === null) throw new ActionError('ASSAY_TRANSFER_JOB', `job "${name}" has no start_timestamp`)
    return {
      name,
      start: parseMoment(start),
      step: seedSpan(duration),
      finalEnd: finalEnd === null ? undefined : parseMoment(finalEnd),
      tables: await this.#loadTables(name, type, duration),
    }
  }

  async #loadTables(job: string, type: string, duration: string): Promise<JobTable[]> {
    const group = this.#recipe.joinByGroup ? 'job_group = $3' : '$3::text is not null'
    const rows = await this.#run(
      `select schema_nmae, table_name, condition_query_column from ${this.#tables}
        where opera_type = $1 and duration = $2 and ${group} and valid_flg = 'Y' order by 1, 2`,
      [type, duration, job],
    )
    return rows.map(row => {
      const [schema, name, column] = row as [string, string, string | null]
      if (column === null)
        throw new ActionError(
          'ASSAY_TRANSFER_JOB',
          `${this.#tables} names no condition_query_column for ${schema}.${name}`,
        )
      const table = { schema, name }
      // There is no place for a watermark: a window that failed is moved again for every table, which replaces it
      return { table, into: table, window: { column }, mode: 'replace', watermark: undefined }
    })
  }

  async acquire(name: string, { owner, expiresAfter }: LeaseTerms): Promise<void> {
    if (!this.#recipe.atomicLease) return this.#acquireInTwoSteps(name, owner)
    const taken = await this.#run(
      `update ${this.#state} set run_flg = 'Y', errormessage = $2, db_timestamp = clock_timestamp()
        where table_name = 'job' and schema_nmae = $1 and status = 'Y'
          and (coalesce(run_flg, 'N') <> 'Y' or db_timestamp is null or db_timestamp < clock_timestamp() - $3 * interval '1 ms') returning 1`,
      [name, ownerText(owner), expiresAfter],
    )
    if (taken.length === 0) return this.#refuse(name, expiresAfter)
  }

  async #refuse(name: string, expiresAfter: number): Promise<void> {
    const [row] = await this.#run(
      `select coalesce(errormessage, 'a run that left no name'), ceil(extract(epoch from db_timestamp - clock_timestamp()) + $2 / 1000.0)::int
         from ${this.#state} where table_name = 'job' and schema_nmae = $1 and status = 'Y'`,
      [name, expiresAfter],
    )
    // Without a row the job is done, which is no error
    if (row) throw leaseHeld(name, String(row[0]).replace('held by ', ''), Math.max(0, Number(row[1])))
  }

  /** The seed's way, for the tests that show what comes of it. */
  async #acquireInTwoSteps(name: string, owner: string): Promise<void> {
    const [row] = await this.#run(`select run_flg from ${this.#state} where table_name = 'job' and schema_nmae = $1`, [
      name,
    ])
    if (row?.[0] === 'Y') throw leaseHeld(name, 'another', 0)
    await this.#run(
      `update ${this.#state} set run_flg = 'Y', errormessage = $2 where table_name = 'job' and schema_nmae = $1`,
      [name, ownerText(owner)],
    )
  }

  async renew(name: string, { owner }: LeaseTerms): Promise<boolean> {
    const rows = await this.#run(
      `update ${this.#state} set db_timestamp = clock_timestamp()
        where table_name = 'job' and schema_nmae = $1 and run_flg = 'Y' and errormessage = $2 returning 1`,
      [name, ownerText(owner)],
    )
    return rows.length > 0
  }

  async release(name: string, { owner }: LeaseTerms): Promise<void> {
    const own = this.#recipe.ownLease ? 'errormessage = $2' : '$2::text is not null'
    await this.#run(
      `update ${this.#state} set run_flg = 'N', errormessage = null, db_timestamp = clock_timestamp()
        where table_name = 'job' and schema_nmae = $1 and run_flg = 'Y' and ${own}`,
      [name, ownerText(owner)],
    )
  }

  async record(job: Job, entry: JobEntry): Promise<void> {
    const { table, window } = entry
    const failed = 'error' in entry
    await this.#run(
      // status N keeps a history row from looking like an active job
      `insert into ${this.#state} (db_name, schema_nmae, table_name, start_timestamp, end_timestamp, opera_type, status, duration, cnt, errormessage, db_timestamp)
       select coalesce((select max(t.db_name) from ${this.#tables} t where t.schema_nmae = $2 and t.table_name = $3), current_database()),
              $2, $3, $4::timestamp, $5::timestamp, j.opera_type, 'N', $6, $7, $8, clock_timestamp()
         from ${this.#state} j where j.table_name = 'job' and j.schema_nmae = $1 and j.status = 'Y'`,
      [
        ...[
          job.name,
          table.table.schema ?? 'public',
          table.table.name,
          formatMoment(window.from),
          formatMoment(window.to),
        ],
        (failed ? entry.seconds : (entry.result.seconds.total ?? 0)).toFixed(2),
        String(failed ? 0 : entry.result.rows.loaded),
        failed
          ? `${entry.error.code} ${entry.error.message}`
          : entry.slice === 'late'
            ? 'Success (late rows)'
            : 'Success',
      ],
    )
  }

  /** See #loadTables. */
  async advanceTable(): Promise<void> {}

  async advanceJob(job: Job, window: TimeWindow): Promise<void> {
    await this.#run(
      `update ${this.#state} set start_timestamp = $2, end_timestamp = $3, db_timestamp = clock_timestamp()
        where table_name = 'job' and schema_nmae = $1 and status = 'Y'`,
      [job.name, formatMoment(window.to), formatMoment(addSpan(window.to, job.step))],
    )
  }

  async finish(job: Job): Promise<void> {
    await this.#run(
      `update ${this.#state} set status = 'N', run_flg = 'N', errormessage = null, db_timestamp = clock_timestamp()
        where table_name = 'job' and schema_nmae = $1 and status = 'Y'`,
      [job.name],
    )
  }
}

const ownerText = (owner: string): string => `held by ${owner}`

/** The seed's programs took a bare number for hours. */
function seedSpan(duration: string): Span {
  return parseSpan(/^\s*\d+\s*$/.test(duration) ? `${duration.trim()} hours` : duration)
}
