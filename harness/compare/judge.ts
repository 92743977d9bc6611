import type { ColumnPair } from './kind.ts'
import type { JsonMode } from './text-form.ts'

export type JudgeOptions = {
  readonly json: JsonMode
  /** How many representable numbers two floats of different engines may lie apart. */
  readonly ulps: number
}

/** Whether two texts of a column that is judged here mean the same value. */
export function sameValue(pair: ColumnPair, left: string | null, right: string | null, options: JudgeOptions): boolean {
  if (left === null || right === null) return left === right
  if (left === right) return true
  if (pair.common.kind === 'float') {
    const single = pair.common.size === 4
    return ulpsApart(Number(left), Number(right), single) <= options.ulps
  }
  if (pair.common.kind === 'json' && options.json === 'semantic') return sameJson(left, right)
  return false
}

/** Representable doubles (or singles) between two numbers; 0 and -0 are one; Infinity where one is NaN or infinite. */
function ulpsApart(left: number, right: number, single = false): number {
  const [a, b] = single ? [Math.fround(left), Math.fround(right)] : [left, right]
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return 0
  if (!Number.isFinite(a) || !Number.isFinite(b)) return Number.POSITIVE_INFINITY
  const apart = ordinal(a, single) - ordinal(b, single)
  return Number(apart < 0n ? -apart : apart)
}

/** The position of a float among all floats, so that neighbours differ by one. */
function ordinal(number: number, single: boolean): bigint {
  const view = new DataView(new ArrayBuffer(8))
  if (single) view.setFloat32(0, number)
  else view.setFloat64(0, number)
  const bits = single ? BigInt(view.getInt32(0)) : view.getBigInt64(0)
  const least = single ? -(2n ** 31n) : -(2n ** 63n)
  return bits < 0n ? least - bits : bits
}

/** Equal apart from the order of keys, spaces, escapes, and the spelling of numbers; of a key that comes twice the last counts. */
export function sameJson(left: string, right: string): boolean {
  try {
    return canonicalJson(left) === canonicalJson(right)
  } catch {
    return false
  }
}

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown

function canonicalJson(text: string): string {
  // numbers by their source text, since a double would make neighbours equal
  const reviver: Reviver = (_key, value, context) =>
    typeof value === 'number' ? { '\u0000number': canonicalNumber(context.source ?? String(value)) } : value
  return JSON.stringify(sorted(JSON.parse(text, reviver as (key: string, value: unknown) => unknown)))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return entries.map(([key, inner]) => [key, sorted(inner)])
}

/** `1.50e1`, `15` and `15.0` as `15e0`: digits without zeros at either end, and a power of ten. */
function canonicalNumber(source: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(source)
  if (!match) return source
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match
  const digits = (whole + fraction).replace(/^0+/, '')
  const short = digits.replace(/0+$/, '')
  if (short === '') return '0'
  return `${sign}${short}e${Number(exponent) - fraction.length + (digits.length - short.length)}`
}
