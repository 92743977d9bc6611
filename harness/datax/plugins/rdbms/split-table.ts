import type { SqlSession } from '../../../sql/session.ts'
import { DataxError } from '../../errors.ts'
import type { PluginContext } from '../plugin.ts'
import type { Driver } from './driver.ts'
import { integerPoints, rangeConditions, textPoints } from './split-range.ts'
import { sqlFailure } from './sql-error.ts'

/** The conditions of a table's tasks; `[undefined]` where it cannot be split: empty, or without any key. */
export async function splitTable(options: {
  readonly session: SqlSession
  readonly driver: Driver
  readonly context: PluginContext
  readonly table: string
  readonly splitPk: string
  readonly where: string | undefined
  readonly columns: readonly string[]
  readonly parts: number
}): Promise<readonly (string | undefined)[]> {
  const { session, driver, context, table, splitPk, where, parts } = options
  refuseUnknown(options)
  const pk = { ...(await kindOf(options)) }
  // DataX cuts by bytes and compares by the column's collation: rows are read twice, or not at all
  const expression = pk.kind === 'text' && context.mode === 'strict' ? driver.byBytes(splitPk) : splitPk
  const condition = where === undefined ? '' : ` WHERE (${where} AND ${splitPk} IS NOT NULL)`
  const sql = `SELECT MIN(${expression}),MAX(${expression}) FROM ${table}${condition}`
  const [min, max] = await bounds(session, sql, context)
  if (min === undefined || max === undefined) return [undefined]
  const points =
    pk.kind === 'integer'
      ? integerPoints(BigInt(min), BigInt(max), parts).map(String)
      : textPoints(min, max, parts).map(point => driver.literal(point))
  return rangeConditions(expression, points, splitPk)
}

function refuseUnknown({ splitPk, columns }: { readonly splitPk: string; readonly columns: readonly string[] }): void {
  const bare = (name: string): string => name.replace(/[`"]/g, '').toLowerCase()
  if (splitPk.includes(','))
    throw new DataxError('DBUtilErrorCode-04', `splitPk must be one column, and is "${splitPk}"`)
  if (!columns.includes('*') && !columns.some(column => bare(column) === bare(splitPk)))
    throw new DataxError('DBUtilErrorCode-04', `splitPk "${splitPk}" is not among the columns`)
}

async function kindOf({
  session,
  driver,
  context,
  table,
  splitPk,
}: {
  readonly session: SqlSession
  readonly driver: Driver
  readonly context: PluginContext
  readonly table: string
  readonly splitPk: string
}): Promise<{ readonly kind: 'integer' | 'text' }> {
  const column = (await driver.describe(session, `select ${splitPk} from ${table}`, context))?.[0]
  const kind = column && driver.splitKind(column)
  if (!kind)
    throw new DataxError(
      'DBUtilErrorCode-04',
      `splitPk "${splitPk}" is ${column?.type ?? 'of no known type'}; it must be an integer or a text`,
    )
  return { kind }
}

async function bounds(
  session: SqlSession,
  sql: string,
  { signal }: PluginContext,
): Promise<readonly [string | undefined, string | undefined]> {
  try {
    const { values } = await session.query(sql, { signal })
    const text = (value: unknown): string | undefined =>
      value === null || value === undefined ? undefined : String(value)
    return [text(values[0]?.[0]), text(values[0]?.[1])]
  } catch (error) {
    signal.throwIfAborted()
    throw sqlFailure(error, 'DBUtilErrorCode-06', `the ends of the splitPk could not be read by ${sql}`)
  }
}
