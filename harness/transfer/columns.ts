import { type ColumnPair, type NotCompared, pairColumns } from '../compare/kind.ts'
import type { Column } from '../compare/model.ts'
import { ActionError } from '../errors.ts'
import { postgresDialect } from '../sql/dialect.ts'
import type { End } from './ends.ts'
import type { Format, FormatChoice, TransferSpec } from './model.ts'

export type ColumnMap = {
  /** Columns that move, by name on both ends, in the source's order. */
  readonly pairs: readonly ColumnPair[]
  /** Quoted and joined: `"a", "b"`. */
  readonly sourceList: string
  readonly destinationList: string
  /** What a person should know, and that does not stop the transfer. */
  readonly warnings: readonly string[]
}

/** Maps columns by name. Throws ASSAY_TRANSFER_COLUMNS where rows would lose a value, or the destination would refuse them. */
export function mapColumns(source: End, destination: End, spec: TransferSpec): ColumnMap {
  const filled = new Set(destination.shape.columns.filter(column => column.generated).map(column => column.name))
  const rename = spec.rename ?? {}
  if (spec.recipe?.byName === false) return byPosition(source, destination)
  const { pairs, notCompared, drift } = pairColumns(source.shape.columns, destination.shape.columns, {
    columns: spec.columns,
    rename,
    sameFamily: true,
    ignore: source.shape.columns.map(column => column.name).filter(name => filled.has(rename[name] ?? name)),
  })
  const unlike =
    spec.verify === 'digest' || spec.verify === undefined ? [] : unlikePairs(source, destination, spec, notCompared)
  const taken = new Set([...pairs, ...unlike].map(pair => pair.right.name))
  const problems = notCompared.flatMap(({ column, reason }) => {
    if (unlike.some(pair => pair.left.name === column)) return []
    const extra = destination.shape.columns.find(one => one.name === column)
    if (reason === 'is on the right only') {
      if (!extra || filled.has(column) || fillsItself(extra)) return []
      return [`"${column}" of the destination is NOT NULL, has no default, and the source has no such column`]
    }
    return [
      `"${column}" ${reason.replace('the left', 'the source').replace('the right', 'the destination')}${reason.includes('cannot be compared') ? ', so verify count alone would have to do' : ''}`,
    ]
  })
  for (const column of spec.columns === undefined ? [] : destination.shape.columns)
    if (!taken.has(column.name) && !filled.has(column.name) && !fillsItself(column))
      problems.push(`"${column.name}" of the destination is NOT NULL, has no default, and is not among the columns`)
  if (pairs.length === 0) problems.push('there is no column that both ends have')
  if (problems.length > 0)
    throw new ActionError(
      'ASSAY_TRANSFER_COLUMNS',
      `${source.label} does not fit ${destination.label}: ${problems.join('; ')}`,
      { hint: 'Name the columns to move, rename columns, or change the table.' },
    )
  return mapOf(
    [...pairs, ...unlike],
    [
      ...drift,
      ...unlike.map(({ left, right }) => `${left.name}: ${left.type.declared} and ${right.type.declared}`),
    ].map(text => `types differ: ${text}`),
  )
}

function mapOf(pairs: readonly ColumnPair[], warnings: readonly string[]): ColumnMap {
  const list = (side: 'left' | 'right') => pairs.map(pair => postgresDialect.identifier(pair[side].name)).join(', ')
  return { pairs, sourceList: list('left'), destinationList: list('right'), warnings }
}

/** Columns that the destination may read from text although their content cannot be compared, where nobody is to compare it. */
function unlikePairs(
  source: End,
  destination: End,
  { rename = {} }: TransferSpec,
  notCompared: readonly NotCompared[],
): ColumnPair[] {
  return notCompared.flatMap(({ column }) => {
    const left = source.shape.columns.find(one => one.name === column)
    const right = destination.shape.columns.find(one => one.name === (rename[column] ?? column))
    return left && right ? [{ left, right, common: { kind: 'other' as const, same: false } }] : []
  })
}

/** The way of `select *` and `insert … select`, for the tests that show what comes of it. */
function byPosition(source: End, destination: End): ColumnMap {
  const rename = Object.fromEntries(
    source.shape.columns.map((column, index) => [column.name, destination.shape.columns[index]?.name ?? '']),
  )
  return mapOf(pairColumns(source.shape.columns, destination.shape.columns, { rename, sameFamily: true }).pairs, [])
}

const fillsItself = (column: Column): boolean =>
  column.nullable || column.default !== undefined || column.autoIncrement || column.generated !== undefined

/** Types whose binary form names an object of its own server by number, or that have none. */
const NOT_BINARY = /^(reg|aclitem|pg_|tid$|xid|cid$|oidvector|refcursor|unknown|cstring|gtsvector|txid_snapshot)/

export type FormatDecision = { readonly format: Format; readonly reason: string | null }

/** Binary only where every column has the same built-in type, with the same modifier, on both ends. */
export function chooseFormat(pairs: readonly ColumnPair[], choice: FormatChoice = 'auto'): FormatDecision {
  if (choice === 'text') return { format: 'text', reason: null }
  const unfit = pairs.find(pair => !sameBuiltIn(pair))
  if (!unfit) return { format: 'binary', reason: null }
  const { left, right } = unfit
  const reason =
    left.type.declared === right.type.declared
      ? `"${left.name}" is ${left.type.declared}, whose binary form is not the same on every server`
      : `"${left.name}" is ${left.type.declared} on the source and ${right.type.declared} on the destination`
  if (choice === 'auto') return { format: 'text', reason }
  throw new ActionError('ASSAY_TRANSFER_COLUMNS', `binary cannot be used: ${reason}`, {
    hint: 'Use format auto or text.',
  })
}

function sameBuiltIn({ left, right, common }: ColumnPair): boolean {
  if (!common.same || left.type.userDefined || right.type.userDefined) return false
  return !NOT_BINARY.test(left.type.name.replace(/^_/, ''))
}
