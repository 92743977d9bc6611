import { DatabaseSync, type SQLInputValue } from 'node:sqlite'

/** The seed's four tables, with what its readings add: host, port, project_name, uid; the state and counters of a run. */
const SCHEMA = `
create table if not exists datasource (
  id integer primary key autoincrement, source_name text not null unique, description text not null default '',
  host text not null, port integer not null, db_name text not null, username text not null, password text not null,
  db_type text not null, project_name text not null default '', uid text not null default '', insert_time text not null);
create table if not exists columns_query (
  id integer primary key autoincrement, db_type text not null unique, query_sql text not null, ping text not null,
  is_delete integer not null default 0, insert_time text not null);
create table if not exists json_config (
  id integer primary key autoincrement, config_name text not null unique, config_path text not null,
  is_delete integer not null default 0, insert_time text not null, content text not null,
  project_name text not null default '', uid text not null default '');
create table if not exists exec_log (
  id integer primary key autoincrement, config_id integer not null, exec_name text not null, exec_result text not null default '',
  insert_time text not null, status text not null, end_time text, counters text, log_file text not null, owner integer not null);
`

/** By type of database: how columns are asked for, and what ping runs. The name of the table is bound. */
const QUERIES: readonly (readonly [string, string, string])[] = [
  [
    'mysql',
    'SELECT COLUMN_NAME, DATA_TYPE FROM information_schema.columns WHERE table_schema = database() AND table_name = ? ORDER BY ordinal_position',
    'show databases',
  ],
  [
    'oracle',
    'SELECT b.COLUMN_NAME, b.DATA_TYPE FROM USER_TAB_COLUMNS b, USER_COL_COMMENTS a WHERE b.TABLE_NAME = a.TABLE_NAME AND b.COLUMN_NAME = a.COLUMN_NAME AND b.TABLE_NAME = upper(:1)',
    'select table_name from user_tables',
  ],
  [
    'postgresql',
    'SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position',
    'select 1',
  ],
  [
    'greenplum',
    'SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position',
    'select 1',
  ],
]

export type StoredRow = Readonly<Record<string, string | number | null>>

/** The platform's database. Two servers may share its file. */
export class Store implements Disposable {
  readonly #db: DatabaseSync

  constructor(file: string) {
    this.#db = new DatabaseSync(file)
    this.#db.exec(
      'pragma busy_timeout = 5000; pragma journal_mode = wal; pragma synchronous = normal; pragma foreign_keys = on;',
    )
    this.#db.exec(SCHEMA)
    const insert = this.#db.prepare(
      'insert or ignore into columns_query (db_type, query_sql, ping, insert_time) values (?, ?, ?, ?)',
    )
    for (const row of QUERIES) insert.run(...row, now())
  }

  all(sql: string, ...values: readonly SQLInputValue[]): readonly StoredRow[] {
    return this.#db.prepare(sql).all(...values) as unknown as readonly StoredRow[]
  }

  one(sql: string, ...values: readonly SQLInputValue[]): StoredRow | undefined {
    return this.#db.prepare(sql).get(...values) as unknown as StoredRow | undefined
  }

  /** Rows changed, and the id of the row that was inserted. */
  run(sql: string, ...values: readonly SQLInputValue[]): { readonly changes: number; readonly id: number } {
    const { changes, lastInsertRowid } = this.#db.prepare(sql).run(...values)
    return { changes: Number(changes), id: Number(lastInsertRowid) }
  }

  /** All of it or nothing. */
  transaction<T>(work: () => T): T {
    this.#db.exec('begin immediate')
    try {
      const result = work()
      this.#db.exec('commit')
      return result
    } catch (error) {
      this.#db.exec('rollback')
      throw error
    }
  }

  [Symbol.dispose](): void {
    this.#db.close()
  }
}

export function now(): string {
  return new Date().toISOString()
}

export function isTaken(error: unknown): boolean {
  return error instanceof Error && error.message.includes('UNIQUE constraint failed')
}
