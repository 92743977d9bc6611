import type { Column, ColumnType, Kind } from './model.ts'

/** How two columns are compared: what both are brought to. */
export type CommonType = {
  readonly kind: Kind
  /** The smaller scale of the two. Undefined: as many digits as there are (decimals are then trimmed of zeros). */
  readonly scale?: number
  /** The smaller size of two floats, in bytes. */
  readonly size?: number
  /** Both columns have one type, declared alike. */
  readonly same: boolean
}

const TEXTUAL: ReadonlySet<Kind> = new Set(['text', 'char'])
const NUMERIC: ReadonlySet<Kind> = new Set(['integer', 'boolean', 'decimal'])
const MOMENTS: ReadonlySet<Kind> = new Set(['date', 'timestamp', 'timestamptz'])

/**
 * What two types are brought to before they are compared, or undefined where they cannot be. Only kinds that have one text form on
 * both sides are brought together; a number and a text are not, since '05' and 5 would be neither equal nor different.
 */
function commonType(left: ColumnType, right: ColumnType): CommonType | undefined {
  const same = left.declared === right.declared && left.name === right.name && left.charset === right.charset
  const kind = commonKind(left.kind, right.kind)
  if (kind === undefined) return undefined
  if (kind === 'decimal') return { kind, scale: decimalScale(left, right), same }
  if (kind === 'float') return { kind, size: Math.min(left.size ?? 8, right.size ?? 8), same }
  if (MOMENTS.has(kind) || kind === 'time' || kind === 'timetz') {
    return { kind, scale: Math.min(left.scale ?? 6, right.scale ?? 6), same }
  }
  if (kind === 'bits') return { kind, size: Math.max(left.size ?? 1, right.size ?? 1), same }
  return { kind, same }
}

function commonKind(left: Kind, right: Kind): Kind | undefined {
  if (left === right) return left
  const either = (kind: Kind) => left === kind || right === kind
  const both = (kinds: ReadonlySet<Kind>) => kinds.has(left) && kinds.has(right)
  if (both(TEXTUAL)) return 'text'
  if (both(NUMERIC)) return either('decimal') ? 'decimal' : 'integer'
  if (both(MOMENTS)) return either('timestamptz') ? 'timestamptz' : 'timestamp'
  // beyond 2^53 not every integer is a double: it is rounded to the nearest
  if (either('float') && (either('integer') || either('decimal'))) return 'float'
  // bit(1) is how MySQL clients often write a boolean
  if (either('bits') && (either('boolean') || either('integer'))) return 'integer'
  if (either('uuid') && (TEXTUAL.has(left) || TEXTUAL.has(right) || either('bytes'))) return 'uuid'
  if (either('json') && (TEXTUAL.has(left) || TEXTUAL.has(right))) return 'json'
  // arrays, ranges, hstore, intervals: their text form against a text column
  if ((either('other') || either('interval')) && (TEXTUAL.has(left) || TEXTUAL.has(right))) return 'text'
  return undefined
}

function decimalScale(left: ColumnType, right: ColumnType): number | undefined {
  // an integer has no fraction, and its neighbour's must not be rounded away
  if (left.kind !== 'decimal' || right.kind !== 'decimal') return undefined
  if (left.scale === undefined || right.scale === undefined) return undefined
  return Math.min(left.scale, right.scale)
}

export type ColumnPair = { readonly left: Column; readonly right: Column; readonly common: CommonType }

export type NotCompared = { readonly column: string; readonly reason: string }

export type Pairing = {
  readonly pairs: readonly ColumnPair[]
  /** Columns that were asked for, or are there, and cannot be compared. */
  readonly notCompared: readonly NotCompared[]
  /** Differences of type that the comparison bridges: `amount: numeric(18,4) and numeric(18,2), compared at scale 2`. */
  readonly drift: readonly string[]
}

export type PairingOptions = {
  /** Only these (names of the left side), in this order. */
  readonly columns?: readonly string[]
  readonly ignore?: readonly string[]
  /** Name on the left to name on the right, for renamed columns. */
  readonly rename?: Readonly<Record<string, string>>
  /** False between PostgreSQL's family and MySQL's. */
  readonly sameFamily?: boolean
}

/** Pairs columns by name, whatever their order. */
export function pairColumns(left: readonly Column[], right: readonly Column[], options: PairingOptions = {}): Pairing {
  const rename = options.rename ?? {}
  const ignored = new Set(options.ignore)
  const rightByName = new Map(right.map(column => [column.name, column]))
  const leftByName = new Map(left.map(column => [column.name, column]))
  const names = options.columns ?? left.map(column => column.name)
  const pairs: ColumnPair[] = []
  const notCompared: NotCompared[] = []
  const drift: string[] = []
  const taken = new Set<string>()
  for (const name of names) {
    if (ignored.has(name)) continue
    const counterpart = Object.hasOwn(rename, name) ? (rename[name] as string) : name
    taken.add(counterpart)
    const one = leftByName.get(name)
    const other = rightByName.get(counterpart)
    if (!one || !other) {
      const where = one ? 'is on the left only' : other ? 'is on the right only' : 'is on neither side'
      notCompared.push({ column: name, reason: where })
      continue
    }
    const common = commonType(one.type, other.type)
    if (!common) {
      notCompared.push({ column: name, reason: describeUnlike(one.type, other.type) })
      continue
    }
    const drifted = describeDrift(name, one.type, other.type, common, options.sameFamily !== false)
    if (drifted !== undefined) drift.push(drifted)
    pairs.push({ left: one, right: other, common })
  }
  if (!options.columns) {
    for (const column of right) {
      if (taken.has(column.name) || ignored.has(column.name)) continue
      notCompared.push({ column: column.name, reason: 'is on the right only' })
    }
  }
  return { pairs, notCompared, drift }
}

function describeUnlike(left: ColumnType, right: ColumnType): string {
  if (left.declared !== right.declared) return `${left.declared} and ${right.declared} cannot be compared`
  return `${left.declared} means another type on each side, and these cannot be compared`
}

/** Engines of different families spell the same type differently: only what the values can show is drift between them. */
function describeDrift(
  name: string,
  left: ColumnType,
  right: ColumnType,
  common: CommonType,
  sameFamily: boolean,
): string | undefined {
  if (common.same) return undefined
  const alike = left.kind === right.kind && left.scale === right.scale && left.size === right.size
  if (!sameFamily && alike) return undefined
  const at = common.scale !== undefined && left.scale !== right.scale ? ` at ${common.scale} digits, rounded` : ''
  const single = common.kind === 'float' && left.size !== right.size ? ' in single precision' : ''
  return `${name}: ${left.declared} and ${right.declared}, compared as ${common.kind}${at}${single}`
}
