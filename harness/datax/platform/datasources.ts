import { z } from 'zod'
import { AssayError } from '../../errors.ts'
import { Secret } from '../../log/secret.ts'
import { connect } from '../../sql/connect.ts'
import type { SqlSession } from '../../sql/session.ts'
import type { Cipher } from './cipher.ts'
import { Failure, notFound } from './failure.ts'
import { type Page, pageOf, pageShape } from './page.ts'
import { isTaken, now, type Store, type StoredRow } from './store.ts'

const WITHIN = 4_000
/** Never the password. */
const SHOWN = 'id, source_name, description, host, port, db_name, username, db_type, project_name, uid, insert_time'

export const DB_TYPES = ['mysql', 'postgresql', 'greenplum', 'oracle'] as const

const port = z.coerce.number().int().min(1).max(65_535)
const text = z.string().min(1).max(200)

/** The seed writes user and database in one place, username and db_name in another: both are taken. */
const both = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value
  const { user, database, ...rest } = value as Record<string, unknown>
  return {
    ...rest,
    ...(user === undefined || 'username' in rest ? {} : { username: user }),
    ...(database === undefined || 'db_name' in rest ? {} : { db_name: database }),
  }
}

const source = z.strictObject({
  source_name: text,
  description: z.string().max(2000).default(''),
  host: text,
  port,
  db_name: text,
  username: text,
  password: z.string().max(1000),
  db_type: z.enum(DB_TYPES),
  project_name: z.string().max(200).default(''),
  uid: z.string().max(200).default(''),
})

export const saveInput = z.preprocess(both, source)
export const pingInput = z.preprocess(both, source.extend({ source_name: z.string().default('') }))
export const updateInput = z.preprocess(
  both,
  z.strictObject({
    id: z.coerce.number().int(),
    source_name: text.optional(),
    description: z.string().max(2000).optional(),
    host: text.optional(),
    port: port.optional(),
    db_name: text.optional(),
    username: text.optional(),
    password: z.string().max(1000).optional(),
    db_type: z.enum(DB_TYPES).optional(),
    project_name: z.string().max(200).optional(),
    uid: z.string().max(200).optional(),
  }),
)
export const queryInput = z.strictObject({
  ...pageShape,
  db_type: z.enum(DB_TYPES).optional(),
  project_name: z.string().optional(),
  uid: z.string().optional(),
})
export const listInput = z.strictObject({ db_type: z.enum(DB_TYPES).optional() })
export const columnsInput = z
  .strictObject({ id: z.coerce.number().int(), tableName: text.optional(), table_name: text.optional() })
  .refine(value => (value.tableName === undefined) !== (value.table_name === undefined), {
    message: 'one of tableName and table_name is needed',
  })

type Source = z.infer<typeof source>

/** Table datasource: accounts on databases. Passwords go in, and never come out. */
export class Datasources {
  readonly #store: Store
  readonly #cipher: Cipher

  constructor(store: Store, cipher: Cipher) {
    this.#store = store
    this.#cipher = cipher
  }

  save(input: z.infer<typeof saveInput>): StoredRow {
    const given = { ...input, insert_time: now() }
    const stored = { ...given, password: this.#cipher.seal(new Secret(given.password)) }
    const names = Object.keys(stored)
    const { id } = this.#unique(given.source_name, () =>
      this.#store.run(
        `insert into datasource (${names.join(', ')}) values (${names.map(() => '?').join(', ')})`,
        ...Object.values(stored),
      ),
    )
    return this.#shown(id)
  }

  update(input: z.infer<typeof updateInput>): StoredRow {
    const { id, ...changes } = input
    const stored = {
      ...changes,
      ...(changes.password === undefined ? {} : { password: this.#cipher.seal(new Secret(changes.password)) }),
    }
    const names = Object.keys(stored).filter(name => stored[name as keyof typeof stored] !== undefined)
    this.#shown(id)
    if (names.length > 0)
      this.#unique(changes.source_name ?? '', () =>
        this.#store.run(
          `update datasource set ${names.map(name => `${name} = ?`).join(', ')} where id = ?`,
          ...names.map(name => stored[name as keyof typeof stored] as string | number),
          id,
        ),
      )
    return this.#shown(id)
  }

  delete(id: number): { readonly deleted: number } {
    const { changes } = this.#store.run('delete from datasource where id = ?', id)
    if (changes === 0) throw notFound('datasource', id)
    return { deleted: changes }
  }

  query({ page, pageSize, ...where }: z.infer<typeof queryInput>): Page {
    return pageOf(this.#store, 'datasource', { columns: SHOWN, where, page, pageSize })
  }

  list({ db_type }: z.infer<typeof listInput>): readonly StoredRow[] {
    return db_type === undefined
      ? this.#store.all(`select ${SHOWN} from datasource order by source_name`)
      : this.#store.all(`select ${SHOWN} from datasource where db_type = ? order by source_name`, db_type)
  }

  /** Connects with what is given, saved or not, and runs the ping of its type. */
  async ping(
    input: z.infer<typeof pingInput>,
    signal: AbortSignal,
  ): Promise<{ readonly ok: true; readonly ms: number }> {
    const given = input
    const from = performance.now()
    await using session = await this.#session({ ...given, password: new Secret(given.password) }, signal)
    await session.query(this.#queries(given.db_type).ping, { signal })
    return { ok: true, ms: Math.round(performance.now() - from) }
  }

  async columns(
    { id, tableName, table_name }: z.infer<typeof columnsInput>,
    signal: AbortSignal,
  ): Promise<readonly { readonly column_name: string; readonly data_type: string }[]> {
    const row = this.#store.one('select * from datasource where id = ?', id)
    if (!row) throw notFound('datasource', id)
    const given = { ...(row as unknown as Source), password: this.#cipher.open(String(row.password)) }
    await using session = await this.#session(given, signal)
    const table = (tableName ?? table_name) as string
    const { values } = await session.query(this.#queries(given.db_type).query_sql, { parameters: [table], signal })
    if (values.length === 0) throw new Failure(404, 'no_table', `"${table}" has no columns in ${given.db_name}`)
    return values.map(([name, type]) => ({ column_name: String(name), data_type: String(type) }))
  }

  #queries(type: string): { readonly query_sql: string; readonly ping: string } {
    const row = this.#store.one('select query_sql, ping from columns_query where db_type = ? and is_delete = 0', type)
    if (!row) throw new Failure(501, 'no_driver', `columns_query has no row for "${type}"`)
    return { query_sql: String(row.query_sql), ping: String(row.ping) }
  }

  async #session(
    given: Omit<Source, 'password'> & { readonly password: Secret },
    signal: AbortSignal,
  ): Promise<SqlSession> {
    if (given.db_type === 'oracle') throw new Failure(501, 'no_driver', 'there is no driver for oracle here')
    const protocol = given.db_type === 'mysql' ? 'mysql' : 'postgres'
    try {
      return await connect(
        {
          ...{ role: 'datasource', name: given.source_name, protocol, host: given.host, port: given.port },
          ...{ user: given.username, password: given.password, database: given.db_name },
        },
        { within: WITHIN, signal, applicationName: 'assay datax platform' },
      )
    } catch (error) {
      if (!(error instanceof AssayError)) throw error
      throw new Failure(502, error.code === 'ASSAY_AUTH' ? 'refused' : 'unreachable', error.message)
    }
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
      if (isTaken(error)) throw new Failure(409, 'name_taken', `there is a datasource "${name}" already`)
      throw error
    }
  }
}
