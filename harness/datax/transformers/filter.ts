import { DataxError } from '../errors.ts'
import { asInteger, asText, type Mode } from '../record/convert.ts'
import type { Kind, Value } from '../record/kind.ts'
import type { Transformer } from './transformer.ts'

const OPERATORS = ['like', 'not like', '>', '<', '=', '==', '!=', '>=', '<='] as const
type Operator = (typeof OPERATORS)[number]

/** `[operator, value]`: drops the record where the condition is true. */
export const filter: Transformer = {
  name: 'dx_filter',
  makesText: false,
  compile(given, mode) {
    const [word = '', against = ''] = given
    const operator = word.trim().toLowerCase() as Operator
    if (given.length !== 2 || !OPERATORS.includes(operator))
      throw new DataxError(
        'TransformerErrorCode-05',
        `dx_filter: the operator must be one of ${OPERATORS.join(', ')}, and is "${word}"`,
      )
    if (against === '') throw new DataxError('TransformerErrorCode-05', 'dx_filter: the value is empty')
    const pattern = operator.endsWith('like') ? wholeText(against) : undefined
    return (value, kind) => (drops({ value, kind, operator, against, pattern, mode }) ? undefined : value)
  },
}

function wholeText(pattern: string): RegExp {
  try {
    return new RegExp(`^(?:${pattern})$`)
  } catch (error) {
    throw new DataxError('TransformerErrorCode-05', `dx_filter: "${pattern}" is no regular expression`, {
      cause: error,
    })
  }
}

type Question = {
  readonly value: Value
  readonly kind: Kind
  readonly operator: Operator
  readonly against: string
  readonly pattern: RegExp | undefined
  readonly mode: Mode
}

function drops({ value, kind, operator, against, pattern, mode }: Question): boolean {
  if (value === null) return dropsNull(operator, against)
  if (pattern) return pattern.test(asText(value, kind, mode) ?? '') === (operator === 'like')
  // DataX fails to read the text null as a number, and the record is dirty
  if (mode === 'strict' && kind !== 'STRING' && against.toLowerCase() === 'null' && operator.endsWith('='))
    return operator === '!='
  const order = compare(value, kind, against, mode)
  switch (operator) {
    case '>':
      return order > 0
    case '<':
      return order < 0
    case '>=':
      return order >= 0
    case '<=':
      return order <= 0
    case '!=':
      return order !== 0
    default:
      return order === 0
  }
}

/** Of a null: order and `like` keep it, `not like` drops it, equality looks for the text `null`. */
function dropsNull(operator: Operator, against: string): boolean {
  const isNull = against.toLowerCase() === 'null'
  if (operator === 'not like') return true
  if (operator === '=' || operator === '==') return isNull
  return operator === '!=' && !isNull
}

/** DOUBLE as double, LONG and dates as integers (a date against epoch milliseconds), the rest by text. */
function compare(value: Value, kind: Kind, against: string, mode: Mode): number {
  if (kind === 'DOUBLE') {
    const right = Number(against)
    if (Number.isNaN(right)) throw new DataxError('Common-01', `"${against}" is no number to compare with`)
    return Number(value) - right
  }
  if (kind === 'LONG' || kind === 'DATE' || kind === 'TIME' || kind === 'DATETIME') {
    if (!/^[+-]?\d+$/.test(against)) throw new DataxError('Common-01', `"${against}" is no integer to compare with`)
    const left = asInteger(value, kind, mode) as bigint
    const right = BigInt(against)
    return left < right ? -1 : left > right ? 1 : 0
  }
  const left = asText(value, kind, mode) as string
  return left < against ? -1 : left > against ? 1 : 0
}
