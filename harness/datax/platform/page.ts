import type { SQLInputValue } from 'node:sqlite'
import { z } from 'zod'
import type { Store, StoredRow } from './store.ts'

export const pageShape = {
  page: z.coerce.number().int().min(1).default(1),
  pageSize: z.coerce.number().int().min(1).max(200).default(10),
}

export type Page = {
  readonly page: number
  readonly pageSize: number
  readonly total: number
  readonly rows: readonly StoredRow[]
}

/** One page of a table, the newest first. Column names come from the code, never from a request. */
export function pageOf(
  store: Store,
  table: string,
  options: {
    readonly columns: string
    readonly where: Readonly<Record<string, SQLInputValue | undefined>>
    readonly page: number
    readonly pageSize: number
  },
): Page {
  const { page, pageSize, columns } = options
  const given = Object.entries(options.where).filter(([, value]) => value !== undefined) as [string, SQLInputValue][]
  const where = given.length === 0 ? '' : ` where ${given.map(([name]) => `${name} = ?`).join(' and ')}`
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
