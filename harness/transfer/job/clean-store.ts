import { ActionError, type AssayError } from '../../errors.ts'
import { postgresDialect } from '../../sql/dialect.ts'
import type { SqlSession, SqlValue } from '../../sql/session.ts'
import { formatMoment, parseMoment, parseSpan } from '../moment.ts'
import type { Epoch, TimeWindow } from '../window.ts'
import { DEFAULT_SCHEMA, PHASE_COLUMNS } from './clean-schema.ts'
import type { Job, JobEntry, JobStore, JobTable, LeaseTerms } from './model.ts'

/** Jobs in the tables of `assay transfer init`. */
export class CleanStore implements JobStore {
  readonly #session: SqlSession
  readonly #schema: string

  constructor(session: SqlSession, schema = DEFAULT_SCHEMA) {
    this.#session = session
    this.#schema = postgresDialect.identifier(schema)
  }

  async #run(text: string, parameters: readonly unknown[]): Promise<readonly (readonly SqlValue[])[]> {
    const { values } = await this.#session.query(text, { parameters, signal: AbortSignal.timeout(30_000) })
    return values
  }

  async load(name: string): Promise<Job | undefined> {
    const [row] = await this.#run(
      `select active, window_start::text, step, final_end::text from ${this.#schema}.job where name = $1`,
      [name],
    ).catch(cause => {
      if (!(cause instanceof ActionError) || cause.class !== 'undefined_table') throw cause
      const { host, port, database, user } = this.#session.endpoint
      throw new ActionError(
        'ASSAY_TRANSFER_JOB',
        `${host}:${port}, database ${database ?? user}, has no control tables in ${this.#schema}`,
        {
          cause,
          hint: 'Make them with `assay transfer init`, or name their place with --control, --schema and --store.',
        },
      )
    })
    if (!row) throw new ActionError('ASSAY_TRANSFER_JOB', `there is no job "${name}" in ${this.#schema}.job`)
    const [active, start, step, finalEnd] = row as [boolean, string, string, string | null]
    if (!active) return undefined
    const tables = await this.#run(
      `select table_schema, table_name, coalesce(into_schema, table_schema), coalesce(into_name, table_name), window_column, epoch,
              mode, merge_key, late_column, late_look_back, watermark::text
         from ${this.#schema}.job_table where job = $1 and active order by 1, 2`,
      [name],
    )
    return {
      name,
      start: parseMoment(start),
      step: parseSpan(step),
      finalEnd: finalEnd === null ? undefined : parseMoment(finalEnd),
      tables: tables.map(row => toTable(name, row as unknown as TableRow)),
    }
  }

  async acquire(name: string, { owner, expiresAfter }: LeaseTerms): Promise<void> {
    // One statement looks and writes, so of two runs one finds the other's lease
    const taken = await this.#run(
      `update ${this.#schema}.job set lease_owner = $2, lease_until = clock_timestamp() + $3 * interval '1 ms', changed = clock_timestamp()
        where name = $1 and (lease_owner is null or lease_until < clock_timestamp()) returning 1`,
      [name, owner, expiresAfter],
    )
    if (taken.length > 0) return
    const [row] = await this.#run(
      `select lease_owner, greatest(0, ceil(extract(epoch from lease_until - clock_timestamp())))::int from ${this.#schema}.job where name = $1`,
      [name],
    )
    if (!row) throw new ActionError('ASSAY_TRANSFER_JOB', `there is no job "${name}" in ${this.#schema}.job`)
    throw leaseHeld(name, String(row[0]), Number(row[1]))
  }

  async renew(name: string, { owner, expiresAfter }: LeaseTerms): Promise<boolean> {
    const rows = await this.#run(
      `update ${this.#schema}.job set lease_until = clock_timestamp() + $3 * interval '1 ms', changed = clock_timestamp()
        where name = $1 and lease_owner = $2 returning 1`,
      [name, owner, expiresAfter],
    )
    return rows.length > 0
  }

  async release(name: string, { owner }: LeaseTerms): Promise<void> {
    await this.#run(
      `update ${this.#schema}.job set lease_owner = null, lease_until = null, changed = clock_timestamp() where name = $1 and lease_owner = $2`,
      [name, owner],
    )
  }

  async record(job: Job, entry: JobEntry, { owner }: LeaseTerms): Promise<void> {
    const { table, window, slice } = entry
    const base = [job.name, table.table.schema ?? 'public', table.table.name, ...ends(window), slice, owner]
    if ('error' in entry) {
      await this.#run(
        `insert into ${this.#schema}.history (job, table_schema, table_name, window_from, window_to, slice, owner, status, error_code, error, seconds)
         values ($1, $2, $3, $4, $5, $6, $7, 'failed', $8, $9, $10)`,
        [...base, entry.error.code, entry.error.message, entry.seconds],
      )
      return
    }
    const { rows, deleted, bytes, digest, seconds } = entry.result
    const phases = PHASE_COLUMNS.map(name => seconds[name] ?? null)
    const values = [rows.exported, rows.transferred, rows.loaded, rows.verified, deleted, bytes, digest?.value ?? null]
    const all = [...base, 'moved', ...values, ...phases, seconds.total]
    await this.#run(
      `insert into ${this.#schema}.history (job, table_schema, table_name, window_from, window_to, slice, owner, status, exported, transferred,
         loaded, verified, deleted, bytes, digest, ${PHASE_COLUMNS.map(name => `${name}_seconds`).join(', ')}, seconds)
       values (${all.map((_, index) => `$${index + 1}`).join(', ')})`,
      all,
    )
  }

  async advanceTable(job: Job, { table }: JobTable, window: TimeWindow): Promise<void> {
    await this.#run(
      `update ${this.#schema}.job_table set watermark = $4, changed = clock_timestamp()
        where job = $1 and table_schema = $2 and table_name = $3 and (watermark is null or watermark < $4)`,
      [job.name, table.schema ?? 'public', table.name, formatMoment(window.to)],
    )
  }

  async advanceJob(job: Job, window: TimeWindow): Promise<void> {
    await this.#run(`update ${this.#schema}.job set window_start = $2, changed = clock_timestamp() where name = $1`, [
      job.name,
      formatMoment(window.to),
    ])
  }

  async finish(job: Job): Promise<void> {
    await this.#run(`update ${this.#schema}.job set active = false, changed = clock_timestamp() where name = $1`, [
      job.name,
    ])
  }
}

const ends = ({ from, to }: TimeWindow): string[] => [formatMoment(from), formatMoment(to)]

export function leaseHeld(name: string, owner: string, seconds: number): AssayError {
  return new ActionError(
    'ASSAY_TRANSFER_LEASE',
    `job "${name}" is held by ${owner}; its lease expires in ${seconds} s unless renewed`,
  )
}

type TableRow = [
  schema: string,
  name: string,
  intoSchema: string,
  intoName: string,
  column: string,
  epoch: Epoch | null,
  mode: JobTable['mode'],
  key: readonly string[] | null,
  lateColumn: string | null,
  lateLookBack: string | null,
  watermark: string | null,
]

function toTable(job: string, row: TableRow): JobTable {
  const [schema, name, intoSchema, intoName, column, epoch, mode, key, lateColumn, lookBack, watermark] = row
  if (!['replace', 'append', 'merge'].includes(mode))
    throw new ActionError(
      'ASSAY_TRANSFER_JOB',
      `job "${job}" moves ${schema}.${name} in mode "${mode}"; it can be replace, append or merge`,
    )
  if ((lateColumn === null) !== (lookBack === null))
    throw new ActionError(
      'ASSAY_TRANSFER_JOB',
      `job "${job}" names only one of late_column and late_look_back for ${schema}.${name}`,
    )
  return {
    table: { schema, name },
    into: { schema: intoSchema, name: intoName },
    window: { column, ...(epoch === null ? {} : { epoch }) },
    mode,
    ...(key === null ? {} : { key }),
    ...(lateColumn === null || lookBack === null
      ? {}
      : { late: { column: lateColumn, lookBack: parseSpan(lookBack) } }),
    watermark: watermark === null ? undefined : parseMoment(watermark),
  }
}
