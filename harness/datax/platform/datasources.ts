import type { z } from 'zod'
import { Secret } from '../../log/secret.ts'
import type { Cipher } from './cipher.ts'
import type {
  columnsInput,
  listInput,
  pingInput,
  queryInput,
  Source,
  saveInput,
  updateInput,
} from './datasource-input.ts'
import { Failure, notFound } from './failure.ts'
import { type Page, pageOf } from './paging.ts'
import { type Account, reachSource } from './reach-source.ts'
import { isTaken, now, type Store, type StoredRow } from './store.ts'

/** Never the password. */
const SHOWN = 'id, source_name, description, host, port, db_name, username, db_type, project_name, uid, insert_time'

/** Configs whose jobs connect to a datasource. */
export type UsedBy = (source: {
  readonly host: string
  readonly port: number
  readonly db_name: string
}) => readonly StoredRow[]

/** Table datasource: accounts on databases. Passwords go in, and never come out. */
export class Datasources {
  readonly #store: Store
  readonly #cipher: Cipher
  readonly #usedBy: UsedBy

  constructor(store: Store, cipher: Cipher, usedBy: UsedBy) {
    this.#store = store
    this.#cipher = cipher
    this.#usedBy = usedBy
  }

  save(input: z.infer<typeof saveInput>): StoredRow {
    const row = { ...input, password: this.#seal(input.password), insert_time: now() }
    return this.#shown(this.#unique(input.source_name, () => this.#store.insert('datasource', row)))
  }

  update({ id, ...changes }: z.infer<typeof updateInput>): StoredRow {
    this.#shown(id)
    const { password } = changes
    const stored = { ...changes, password: password === undefined ? undefined : this.#seal(password) }
    this.#unique(changes.source_name ?? '', () => this.#store.update('datasource', id, stored))
    return this.#shown(id)
  }

  /** Only the row: configs that name the same database are told, and stay. */
  delete(id: number): { readonly deleted: number; readonly used_by: readonly StoredRow[] } {
    const row = this.#shown(id) as unknown as Source
    const { changes } = this.#store.run('delete from datasource where id = ?', id)
    return { deleted: changes, used_by: this.#usedBy(row) }
  }

  query({ page, pageSize, db_type, project_name, uid }: z.infer<typeof queryInput>): Page {
    const where = { 'db_type = ?': db_type, 'project_name = ?': project_name, 'uid = ?': uid }
    return pageOf(this.#store, 'datasource', { columns: SHOWN, where, page, pageSize })
  }

  list({ db_type }: z.infer<typeof listInput>): readonly StoredRow[] {
    return db_type === undefined
      ? this.#store.all(`select ${SHOWN} from datasource order by source_name`)
      : this.#store.all(`select ${SHOWN} from datasource where db_type = ? order by source_name`, db_type)
  }

  /** Connects with what is given, or with what is stored under an id, and runs the ping of its type. */
  async ping(
    input: z.infer<typeof pingInput>,
    signal: AbortSignal,
  ): Promise<{ readonly ok: true; readonly ms: number }> {
    const account =
      input.id === undefined
        ? ({ ...input, password: new Secret(input.password as string) } as Account)
        : this.#account(input.id)
    const from = performance.now()
    await reachSource(account, { sql: this.#queries(account.db_type).ping, signal })
    return { ok: true, ms: Math.round(performance.now() - from) }
  }

  async columns(
    { id, tableName, table_name }: z.infer<typeof columnsInput>,
    signal: AbortSignal,
  ): Promise<readonly { readonly column_name: string; readonly data_type: string }[]> {
    const account = this.#account(id)
    const table = (tableName ?? table_name) as string
    const sql = this.#queries(account.db_type).query_sql
    const { values } = await reachSource(account, { sql, parameters: [table], signal })
    if (values.length === 0) throw new Failure('no_table', `"${table}" has no columns in ${account.db_name}`)
    return values.map(([name, type]) => ({ column_name: String(name), data_type: String(type) }))
  }

  #account(id: number): Account {
    const row = this.#store.one('select * from datasource where id = ?', id)
    if (!row) throw notFound('datasource', id)
    return { ...(row as unknown as Source), password: this.#cipher.open(String(row.password)) }
  }

  #seal(password: string): string {
    return this.#cipher.seal(new Secret(password))
  }

  #queries(type: string): { readonly query_sql: string; readonly ping: string } {
    const row = this.#store.one('select query_sql, ping from columns_query where db_type = ? and is_delete = 0', type)
    if (!row) throw new Failure('no_driver', `columns_query has no row for "${type}"`)
    return { query_sql: String(row.query_sql), ping: String(row.ping) }
  }

  #shown(id: number): StoredRow {
    const row = this.#store.one(`select ${SHOWN} from datasource where id = ?`, id)
    if (!row) throw notFound('datasource', id)
    return row
  }

  #unique<T>(name: string, work: () => T): T {
    try {
      return work()
    } catch (error) {
      if (isTaken(error)) throw new Failure('name_taken', `there is a datasource "${name}" already`)
      throw error
    }
  }
}
