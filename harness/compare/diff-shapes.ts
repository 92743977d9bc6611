import type { Column, Index, TableShape } from './model.ts'
import { portableType } from './portable-type.ts'

export const FINDING_KINDS = [
  'missing database',
  'missing table',
  'missing column',
  'type',
  'nullability',
  'default',
  'generated',
  'auto-increment',
  'collation',
  'table collation',
  'engine',
  'primary key',
  'index',
] as const
export type FindingKind = (typeof FINDING_KINDS)[number]

/** One difference of schema. */
export type SchemaFinding = {
  readonly kind: FindingKind
  readonly table: string
  readonly column?: string
  /** What each side has; absent where it has nothing. */
  readonly left?: string
  readonly right?: string
}

/** `orders.amount type: numeric(18,4) and numeric(18,2)`. */
export function describeFinding({ kind, table, column, left, right }: SchemaFinding): string {
  const what = column === undefined ? table : `${table}.${column}`
  if (kind.startsWith('missing'))
    return `${what}: ${kind}, ${left === undefined ? 'on the right only' : 'on the left only'}`
  return `${what}: ${kind} ${left ?? 'none'} and ${right ?? 'none'}`
}

/**
 * What differs between two tables of one name. Between families of engines only what both can say is compared: columns, types by what
 * they hold, nullability, keys. The order of columns is no difference.
 */
export function diffShapes(
  table: string,
  left: TableShape,
  right: TableShape,
  options: { readonly sameFamily: boolean },
): readonly SchemaFinding[] {
  const findings: SchemaFinding[] = []
  const note = (kind: FindingKind, one: string | undefined, other: string | undefined, column?: string) => {
    if (one !== other)
      findings.push({ kind, table, ...(column === undefined ? {} : { column }), left: one, right: other })
  }
  const rights = new Map(right.columns.map(column => [column.name, column]))
  for (const column of left.columns) {
    const other = rights.get(column.name)
    rights.delete(column.name)
    if (!other) note('missing column', column.type.declared, undefined, column.name)
    else diffColumns(column, other, options.sameFamily, (kind, one, another) => note(kind, one, another, column.name))
  }
  for (const column of rights.values()) note('missing column', undefined, column.type.declared, column.name)
  note('primary key', primaryKey(left), primaryKey(right))
  diffIndexes(left, right, options.sameFamily, (one, other) => note('index', one, other))
  if (options.sameFamily) {
    note('table collation', left.collation, right.collation)
    note('engine', left.engine, right.engine)
  }
  return findings
}

type Note = (kind: FindingKind, left: string | undefined, right: string | undefined) => void

function diffColumns(left: Column, right: Column, sameFamily: boolean, note: Note): void {
  const typeOf = ({ type }: Column) => (sameFamily ? type.declared : portableType(type))
  if (typeOf(left) !== typeOf(right)) note('type', left.type.declared, right.type.declared)
  const nullability = ({ nullable }: Column) => (nullable ? 'nullable' : 'not null')
  note('nullability', nullability(left), nullability(right))
  const counting = ({ autoIncrement }: Column) => (autoIncrement ? 'auto-increment' : undefined)
  note('auto-increment', counting(left), counting(right))
  if (!sameFamily) return
  note('default', left.default, right.default)
  note('generated', left.generated, right.generated)
  note('collation', left.collation, right.collation)
}

function primaryKey(shape: TableShape): string | undefined {
  const key = shape.indexes.find(index => index.primary)
  return key && `(${key.columns.join(', ')})`
}

/** Indexes are matched by what they index; names are free. Between families only unique ones are asked for. */
function diffIndexes(
  left: TableShape,
  right: TableShape,
  sameFamily: boolean,
  note: (left: string | undefined, right: string | undefined) => void,
): void {
  const compared = (shape: TableShape) =>
    shape.indexes
      .filter(index => !index.primary && (sameFamily || (index.unique && index.detail === undefined)))
      .map(describeIndex)
  const rights = compared(right)
  for (const one of compared(left)) {
    const at = rights.indexOf(one)
    if (at >= 0) rights.splice(at, 1)
    else note(one, undefined)
  }
  for (const other of rights) note(undefined, other)
}

function describeIndex(index: Index): string {
  const on = index.detail ?? `(${index.columns.join(', ')})`
  return index.unique ? `unique ${on}` : on
}
