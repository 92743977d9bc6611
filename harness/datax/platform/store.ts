import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { ADDED, QUERIES, TABLES } from './schema.ts'

export type StoredRow = Readonly<Record<string, string | number | null>>

const JOURNAL_WITHIN = 10_000

/** The platform's database. Two servers may share its file. */
export class Store implements Disposable {
  readonly #db: DatabaseSync

  constructor(file: string) {
    this.#db = new DatabaseSync(file)
    this.#db.exec('pragma busy_timeout = 5000; pragma synchronous = normal; pragma foreign_keys = on;')
    // two servers may begin at once
    this.#useWal()
    this.transaction(() => this.#prepare())
  }

  /** A change of the journal does not heed busy_timeout: while another server makes it, this one fails at once. */
  #useWal(): void {
    const until = performance.now() + JOURNAL_WITHIN
    for (;;) {
      try {
        this.#db.exec('pragma journal_mode = wal')
        return
      } catch (error) {
        if (!String(error).includes('database is locked') || performance.now() > until) throw error
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
      }
    }
  }

  #prepare(): void {
    this.#db.exec(TABLES)
    for (const [table, column, definition] of ADDED)
      if (!this.all(`pragma table_info(${table})`).some(one => one.name === column))
        this.#db.exec(`alter table ${table} add column ${column} ${definition}`)
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

  /** Adds a row. Column names are of the code, never of a request. */
  insert(table: string, row: Readonly<Record<string, SQLInputValue>>): number {
    const names = Object.keys(row)
    const marks = names.map(() => '?').join(', ')
    return this.run(`insert into ${table} (${names.join(', ')}) values (${marks})`, ...Object.values(row)).id
  }

  /** Sets what is not undefined; nothing happens where all is. */
  update(table: string, id: number, changes: Readonly<Record<string, SQLInputValue | undefined>>): void {
    const given = Object.entries(changes).filter(([, value]) => value !== undefined) as [string, SQLInputValue][]
    if (given.length === 0) return
    const set = given.map(([name]) => `${name} = ?`).join(', ')
    this.run(`update ${table} set ${set} where id = ?`, ...given.map(([, value]) => value), id)
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
