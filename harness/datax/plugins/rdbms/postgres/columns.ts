import { postgresDialect } from '../../../../sql/dialect.ts'
import type { SqlSession } from '../../../../sql/session.ts'
import { DataxError } from '../../../errors.ts'
import type { Kind } from '../../../record/kind.ts'
import type { PluginContext } from '../../plugin.ts'
import type { DbColumn } from '../driver.ts'

const KINDS: Readonly<Record<string, Kind>> = {
  ...{ int2: 'LONG', int4: 'LONG', int8: 'LONG', oid: 'LONG' },
  ...{ float4: 'DOUBLE', float8: 'DOUBLE', numeric: 'DOUBLE' },
  ...{ text: 'STRING', varchar: 'STRING', bpchar: 'STRING', name: 'STRING', char: 'STRING', unknown: 'STRING' },
  ...{ bool: 'BOOL', date: 'DATE', time: 'TIME', timestamp: 'DATETIME', timestamptz: 'DATETIME', bytea: 'BYTES' },
}

/** Types that DataX reads in a way of its own; strict reads them as text, and writes text to them. */
const COMPAT_KINDS: Readonly<Record<string, Kind>> = { timetz: 'TIME', bit: 'STRING' }
/** Types that DataX can write although it cannot read them. */
const COMPAT_WRITES = new Set(['money', 'bit'])

export const CHARACTER_TYPES: ReadonlySet<string> = new Set([
  'text',
  'varchar',
  'bpchar',
  'name',
  'char',
  'enum',
  'citext',
  'unknown',
])
export const DATE_TYPES: ReadonlySet<string> = new Set(['date', 'timestamp', 'timestamptz', 'time', 'timetz'])
export const NUMERIC_TYPES: ReadonlySet<string> = new Set([
  'int2',
  'int4',
  'int8',
  'oid',
  'float4',
  'float8',
  'numeric',
  'money',
])

/** The columns of a SELECT. Types of the user's own are looked up: an enum is text to DataX. */
export async function describeColumns(
  session: SqlSession,
  sql: string,
  context: PluginContext,
): Promise<readonly DbColumn[]> {
  const { signal } = context
  const { columns } = await session.query(`select * from (${sql}) as assay_shape limit 0`, { signal })
  const own = columns.map(column => /^oid (\d+)$/.exec(column.type)?.[1]).filter(oid => oid !== undefined)
  const names = new Map<string, string>()
  if (own.length > 0) {
    const { values } = await session.query(
      `select oid::text, case when typtype = 'e' then 'enum' else typname end from pg_type where oid in (${own.join(',')})`,
      { signal },
    )
    for (const [oid, name] of values) names.set(`oid ${oid}`, String(name))
  }
  return await Promise.all(
    columns.map(async column => {
      const type = names.get(column.type) ?? column.type
      const single =
        type === 'bit' && context.mode === 'compat' && (await isSingleBit(session, sql, column.name, signal))
      return { name: column.name, type, kind: single ? 'BOOL' : kindOf(type, context) }
    }),
  )
}

/** Whether a bit column is of one bit, which DataX reads as BOOL: its values tell, since all have the same length. */
async function isSingleBit(session: SqlSession, sql: string, name: string, signal: AbortSignal): Promise<boolean> {
  const column = postgresDialect.identifier(name)
  const { values } = await session.query(
    `select length(${column}) from (${sql}) as assay_bits where ${column} is not null limit 1`,
    { signal },
  )
  return Number(values[0]?.[0] ?? 1) === 1
}

function kindOf(type: string, { mode }: PluginContext): Kind {
  const known = KINDS[type] ?? (type === 'enum' || type === 'citext' ? 'STRING' : undefined)
  return known ?? (mode === 'compat' ? COMPAT_KINDS[type] : undefined) ?? 'STRING'
}

/** Refuses in compat what DataX dies on: types that its driver does not know. */
export function refuseUnread(columns: readonly DbColumn[], { mode }: PluginContext): void {
  if (mode === 'strict') return
  for (const { name, type } of columns) {
    if (type === 'money') throw new DataxError('Common-01', `column ${name} of type money cannot be read as DOUBLE`)
    if (isOdd(type)) throw unsupported(name, type)
  }
}

/** The same for columns that are written. */
export function refuseUnwritten(columns: readonly DbColumn[], { mode }: PluginContext): void {
  if (mode === 'strict') return
  for (const { name, type } of columns) if (isOdd(type) && !COMPAT_WRITES.has(type)) throw unsupported(name, type)
}

const isOdd = (type: string): boolean =>
  KINDS[type] === undefined &&
  COMPAT_KINDS[type] === undefined &&
  type !== 'enum' &&
  type !== 'citext' &&
  type !== 'money'

function unsupported(name: string, type: string): DataxError {
  return new DataxError('DBUtilErrorCode-12', `不支持数据库读取这种字段类型. 字段名:[${name}], 字段类型:[${type}]`, {
    hint: `Strict mode takes it; or select ${name}::text.`,
  })
}
