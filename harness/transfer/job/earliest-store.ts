import { ActionError } from '../../errors.ts'
import type { SqlSession } from '../../sql/session.ts'
import { formatMoment, parseMoment } from '../moment.ts'
import type { WindowColumn } from '../window.ts'
import { leaseHeld } from './clean-store.ts'
import type { Job, JobStore, LeaseTerms } from './model.ts'

export type EarliestStoreOptions = {
  /** The MySQL server with `etl_conf_d`, whose row gives the window. */
  readonly windows: SqlSession
  /** The Greenplum database with `sor.schemaName`, which lists the tables. It also keeps the lease. */
  readonly tables: SqlSession
  /** The column of every table's window: the earliest tables name none. */
  readonly window: WindowColumn
}

/**
 * The first configuration of seed 001: one window in `etl_conf_d`, the tables in `sor.schemaName`, both read as they are and never
 * written, so there is no history, and running again moves the same window again. Rows whose flag is not 'Y' are ignored.
 */
export class EarliestStore implements JobStore {
  readonly #options: EarliestStoreOptions

  constructor(options: EarliestStoreOptions) {
    this.#options = options
  }

  async load(name: string): Promise<Job | undefined> {
    const { windows, tables, window } = this.#options
    const mark = windows.dialect === 'mysql' ? '?' : '$1'
    const signal = AbortSignal.timeout(30_000)
    const { values } = await windows.query(
      `select RUN_START_TIMESTAMP, RUN_END_TIMESTAMP, VALID_FLG from etl_conf_d where JOB_NAME = ${mark}`,
      { parameters: [name], signal },
    )
    if (values.length !== 1)
      throw new ActionError('ASSAY_TRANSFER_JOB', `etl_conf_d has ${values.length} rows for job "${name}", not one`)
    const [from, to, valid] = values[0] as [string, string, string]
    if (valid !== 'Y') return undefined
    const [start, finalEnd] = [parseMoment(String(from)), parseMoment(String(to))]
    if (start >= finalEnd)
      throw new ActionError(
        'ASSAY_TRANSFER_WINDOW',
        `the window of job "${name}" in etl_conf_d, ${formatMoment(start)} to ${formatMoment(finalEnd)}, ends before it starts`,
      )
    const listed = await tables.query(
      "select schemaname, tablename from sor.schemaname where valid_flag = 'Y' order by 1, 2",
      { signal: AbortSignal.timeout(30_000) },
    )
    return {
      ...{ name, start, finalEnd, step: { months: 0, micros: finalEnd - start } },
      tables: listed.values.map(row => {
        const table = { schema: String(row[0]), name: String(row[1]) }
        return { table, into: table, window, mode: 'replace', watermark: undefined }
      }),
    }
  }

  /** A lock of the session, which ends with it: there is no column to write a lease to. */
  async acquire(name: string, _terms: LeaseTerms): Promise<void> {
    const { values } = await this.#options.tables.query(
      "select pg_try_advisory_lock(hashtext('assay transfer'), hashtext($1))",
      {
        parameters: [name],
      },
    )
    if (values[0]?.[0] !== true) throw leaseHeld(name, 'another session', 0)
  }

  async renew(): Promise<boolean> {
    return this.#options.tables.open
  }

  async release(name: string): Promise<void> {
    await this.#options.tables.query("select pg_advisory_unlock(hashtext('assay transfer'), hashtext($1))", {
      parameters: [name],
    })
  }

  async record(): Promise<void> {}
  async advanceTable(): Promise<void> {}
  async advanceJob(): Promise<void> {}
  async finish(): Promise<void> {}
}
