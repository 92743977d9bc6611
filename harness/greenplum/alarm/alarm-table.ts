import { createHash } from 'node:crypto'
import { postgresDialect } from '../../sql/dialect.ts'
import type { SqlSession } from '../../sql/session.ts'
import { formatWindow } from '../../transfer/window.ts'
import type { Alarm } from './model.ts'

/** What seed 001's programs write into data_name, and its alarm SQL asks for. */
const DATA_NAME = 'GPTRANSFER'
const DEFAULT_ALARM_TABLE = { schema: 'dm', name: 'system_alarm' } as const

/** What was looked at. */
export type Look = Pick<Alarm, 'table' | 'window'> & { readonly since?: number }

/** The alarm feed in its own columns: data_seq_id, data_name, evt_timestamp, defect_file_url (the table), ope_id (the keys), index_url (class and count). */
export class AlarmTable {
  readonly #session: SqlSession
  readonly #table: string
  readonly #audit: string
  readonly #schema: string

  constructor(session: SqlSession, { schema, name }: { schema: string; name: string } = DEFAULT_ALARM_TABLE) {
    this.#session = session
    this.#schema = schema
    this.#table = postgresDialect.qualified(schema, name)
    this.#audit = postgresDialect.qualified(schema, `${name}_reset`)
  }

  /** Makes the table where there is none, and the one that keeps who reset it. */
  async create(): Promise<void> {
    const { values } = await this.#session.query('select 1 from pg_namespace where nspname = $1', {
      parameters: [this.#schema],
    })
    if (values.length === 0) await this.#session.query(`create schema ${postgresDialect.identifier(this.#schema)}`)
    await this.#session.query(`
      create table if not exists ${this.#table} (data_seq_id varchar(64) not null, data_name varchar(50) not null, evt_timestamp timestamp not null,
        defect_file_url varchar(300), ope_id varchar(300), index_url varchar(300));
      create table if not exists ${this.#audit} (at timestamptz not null default clock_timestamp(), by_user text not null default current_user, alarms bigint not null)`)
  }

  /**
   * Writes the alarms of one look at a table, in one transaction, in place of those that it had: of this window, or, with
   * `since`, of the last so many milliseconds. What has been mended is gone, and the same difference is one row however often it is seen.
   */
  async raise({ table, window, since }: Look, alarms: readonly Alarm[]): Promise<void> {
    const label = formatWindow(window)
    await this.#transaction(async () => {
      const [older, value] =
        since === undefined
          ? ['index_url like $3', `% in ${label.replaceAll(/[\\%_]/g, '\\$&')}`]
          : ["evt_timestamp >= clock_timestamp() - $3 * interval '1 ms'", since]
      await this.#session.query(
        `delete from ${this.#table} where data_name = $1 and defect_file_url = $2 and ${older}`,
        {
          parameters: [DATA_NAME, table, value],
        },
      )
      for (const alarm of alarms) {
        await this.#session.query(
          `insert into ${this.#table} (data_seq_id, data_name, evt_timestamp, defect_file_url, ope_id, index_url)
           values ($1, $2, clock_timestamp(), $3, $4, $5)`,
          {
            parameters: [
              alarmId(alarm),
              DATA_NAME,
              alarm.table,
              alarm.keys,
              `${alarm.class}: ${alarm.count} in ${label}`,
            ],
          },
        )
      }
    })
  }

  /** Alarms of the time before now, as the seed's own alarm SQL counts them. */
  async count(lookBack: number): Promise<number> {
    const { values } = await this.#session.query(
      `select count(*) from ${this.#table} where evt_timestamp >= now() - $1 * interval '1 ms' and data_name = $2`,
      { parameters: [lookBack, DATA_NAME] },
    )
    return Number(values[0]?.[0])
  }

  /** Removes all alarms and writes down who did, in one transaction. Returns how many there were. */
  async reset(): Promise<number> {
    return this.#transaction(async () => {
      const { affected } = await this.#session.query(`delete from ${this.#table} where data_name = $1`, {
        parameters: [DATA_NAME],
      })
      await this.#session.query(`insert into ${this.#audit} (alarms) values ($1)`, { parameters: [affected] })
      return affected
    })
  }

  async #transaction<T>(work: () => Promise<T>): Promise<T> {
    await this.#session.query('begin')
    try {
      const result = await work()
      await this.#session.query('commit')
      return result
    } catch (error) {
      if (this.#session.open) await this.#session.query('rollback')
      throw error
    }
  }
}

/** One id for one difference: the seed's was that of the window's start, and all alarms of a window shared it. */
function alarmId({ table, window, keys, class: kind }: Alarm): string {
  return createHash('md5')
    .update(JSON.stringify([table, formatWindow(window), keys, kind]))
    .digest('hex')
}
