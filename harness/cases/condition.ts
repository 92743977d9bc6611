import { AssayError } from '../errors.ts'

const OPERATORS = ['>=', '<=', '!=', '==', '>', '<', '='] as const
type Operator = (typeof OPERATORS)[number]

/** One comparison, as in `if: $(table.name) == orders` and `requires: [shard.replicas>=3]`; without an operator a truth. */
export type Condition = { readonly left: string; readonly operator?: Operator; readonly right?: string }

const OPERATOR = />=|<=|!=|==|>|<|=/
const COMPARISON = /^\s*("[^"]*"|'[^']*'|[^<>=!]+?)\s*(>=|<=|!=|==|>|<|=)\s*([^<>=!].*?)\s*$/

/** Splits a condition at its first operator. Throws ASSAY_CASE_CONDITION for more than one comparison. */
export function parseCondition(text: string): Condition {
  // what stands in quotes is a value, whatever it says
  const bare = text.replace(/(["'])[^"']*\1/g, '')
  if (/&&|\|\||\b(and|or)\b/.test(bare) || bare.split(OPERATOR).length > 2)
    throw new AssayError('ASSAY_CASE_CONDITION', `"${text}" is more than one comparison`)
  const match = COMPARISON.exec(text)
  if (!match) {
    const left = text.trim()
    if (left === '' || /\s/.test(left) || OPERATOR.test(left))
      throw new AssayError('ASSAY_CASE_CONDITION', `"${text}" is not a comparison`)
    return { left }
  }
  return { left: unquote(match[1] as string), operator: match[2] as Operator, right: unquote(match[3] as string) }
}

/** Compares two values as numbers where both are, as versions where both look like one, else as text. */
export function compareValues(left: unknown, operator: Operator, right: unknown): boolean {
  const order = orderOf(left, right)
  switch (operator) {
    case '>=':
      return order >= 0
    case '<=':
      return order <= 0
    case '>':
      return order > 0
    case '<':
      return order < 0
    case '!=':
      return order !== 0
    default:
      return order === 0
  }
}

/** Whether a value fits a pattern of a `when`: `"<1.4"` compares, anything else must be equal. */
export function fits(value: unknown, pattern: unknown): boolean {
  if (typeof pattern === 'string') {
    const operator = OPERATORS.find(candidate => pattern.startsWith(candidate))
    if (operator) return value !== undefined && compareValues(value, operator, pattern.slice(operator.length).trim())
  }
  return value !== undefined && orderOf(value, pattern) === 0
}

/** Whether a lone value counts as true: not false, null, 0, an empty text or the words for them. */
export function isTruthy(value: unknown): boolean {
  return !(
    value === undefined ||
    value === null ||
    value === false ||
    value === 0 ||
    value === '' ||
    value === 'false' ||
    value === 'no'
  )
}

const INTEGER = /^-?\d+$/
const NUMBER = /^[-+]?\d+(\.\d+)?$/
const VERSION = /^v?\d+(\.\d+)+/

function orderOf(left: unknown, right: unknown): number {
  const [a, b] = [String(left), String(right)]
  if (INTEGER.test(a) && INTEGER.test(b)) return compare(BigInt(a), BigInt(b))
  // `1.10` in quotes is a version, 1.1 a number
  if (NUMBER.test(a) && NUMBER.test(b) && !(VERSION.test(a) && VERSION.test(b) && typeof left === 'string'))
    return Number(a) - Number(b)
  if ((VERSION.test(a) || NUMBER.test(a)) && (VERSION.test(b) || NUMBER.test(b))) return versionOrder(a, b)
  return compare(a, b)
}

const compare = <T extends bigint | string>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0)

/** 1.10 is later than 1.9; parts that are missing count as 0; what follows the numbers is left out. */
function versionOrder(a: string, b: string): number {
  const parts = (text: string) => (/\d+(\.\d+)*/.exec(text)?.[0] ?? '0').split('.').map(Number)
  const [left, right] = [parts(a), parts(b)]
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

function unquote(text: string): string {
  return /^(["']).*\1$/.test(text) ? text.slice(1, -1) : text
}
