import type { SQLInputValue } from 'node:sqlite'
import { integer } from './fields.ts'
import type { Store, StoredRow } from './store.ts'

export const pageShape = { page: integer(1).default(1), pageSize: integer(1, 200).default(10) }

export type Page<Row = StoredRow> = {
  readonly page: number
  readonly pageSize: number
  readonly total: number
  readonly rows: readonly Row[]
}

/** Conditions that hold together: SQL with one `?`, and its value. */
export type Conditions = Readonly<Record<string, SQLInputValue | undefined>>

/** One page of a table, the newest first. The conditions are of the code, like `db_type = ?`; only their values come from a request. */
export function pageOf(
  store: Store,
  table: string,
  options: {
    readonly columns: string
    readonly where: Conditions
    readonly page: number
    readonly pageSize: number
  },
): Page {
  const { page, pageSize, columns } = options
  const given = Object.entries(options.where).filter(([, value]) => value !== undefined) as [string, SQLInputValue][]
  const where = given.length === 0 ? '' : ` where ${given.map(([condition]) => condition).join(' and ')}`
  const values = given.map(([, value]) => value)
  const total = Number(store.one(`select count(*) as n from ${table}${where}`, ...values)?.n ?? 0)
  const rows = store.all(
    `select ${columns} from ${table}${where} order by id desc limit ? offset ?`,
    ...values,
    pageSize,
    (page - 1) * pageSize,
  )
  return { page, pageSize, total, rows }
}
