import { dialectOf } from '../sql/dialect.ts'
import type { ColumnPair } from './kind.ts'
import type { Key } from './match.ts'
import type { SideName } from './model.ts'
import type { RowSql } from './row-sql.ts'

/** Kinds whose canonical text, as a literal, equals the column in the engine, so that an index finds it. */
const PLAIN_KINDS = new Set(['integer', 'text', 'char', 'uuid', 'date', 'timestamp'])

/**
 * A condition for the rows with these keys. Where a literal equals the column an index is used; else the canonical text is compared,
 * which reads the table. The rows found may be too many (a collation may call other texts equal): the caller looks at the keys again.
 */
export function rowsWithKeys(
  side: SideName,
  sql: RowSql,
  dialect: 'postgres' | 'mysql',
  pairs: readonly ColumnPair[],
  keys: readonly Key[],
): string {
  const { literal } = dialectOf(dialect)
  const columns = pairs.map(pair => (isPlain(side, pair) ? sql.ref(pair) : sql.form(pair).sql))
  const value = (text: string, at: number) =>
    pairs[at]?.[side].type.kind === 'integer' && isPlain(side, pairs[at]) ? text : literal(text)
  const whole = keys.filter(key => !key.includes(null))
  const broken = keys.filter(key => key.includes(null))
  const conditions: string[] = []
  if (whole.length > 0) {
    const list = whole.map(key => {
      const parts = key.map((text, at) => value(text as string, at))
      return parts.length === 1 ? (parts[0] as string) : `(${parts.join(', ')})`
    })
    conditions.push(`${columns.length === 1 ? columns[0] : `(${columns.join(', ')})`} in (${list.join(', ')})`)
  }
  for (const key of broken) {
    const parts = key.map((text, at) =>
      text === null ? `${columns[at]} is null` : `${columns[at]} = ${value(text, at)}`,
    )
    conditions.push(`(${parts.join(' and ')})`)
  }
  return conditions.join(' or ')
}

function isPlain(side: SideName, { left, right, common }: ColumnPair): boolean {
  const own = side === 'left' ? left : right
  if (own.type.kind !== common.kind && !(own.type.kind === 'char' && common.kind === 'text')) return false
  if (own.type.userDefined || own.type.name === 'enum' || own.type.name === 'set') return false
  return PLAIN_KINDS.has(common.kind) && (common.kind !== 'timestamp' || own.type.scale === common.scale)
}
