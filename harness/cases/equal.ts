/** Whether a value is what a case file writes down for it. */
export function equalValues(expected: unknown, actual: unknown): boolean {
  if (expected === null) return actual === null || actual === undefined
  if (Buffer.isBuffer(actual) && typeof expected === 'string')
    return actual.toString('hex') === expected.replace(/^\\x/, '').toLowerCase()
  // a number in a case file meets numerics and big integers that sessions give as text
  if (typeof expected === 'number' && (typeof actual === 'string' || typeof actual === 'bigint'))
    return numericOrder(actual, expected) === 0 || String(expected) === actual
  if (typeof expected === 'string' && typeof actual === 'bigint') return expected === actual.toString()
  return Object.is(expected, actual) || expected === actual
}

const DECIMAL = /^[-+]?\d+(\.\d*)?([eE][-+]?\d+)?$/
const INTEGER = /^-?\d+$/

/** Below, at or above 0 as the first number is less, equal or more; undefined where one is no number. Integers lose no digit. */
export function numericOrder(a: unknown, b: unknown): number | undefined {
  const [left, right] = [decimal(a), decimal(b)]
  if (left === undefined || right === undefined) return undefined
  if (INTEGER.test(left) && INTEGER.test(right)) {
    const difference = BigInt(left) - BigInt(right)
    return difference < 0n ? -1 : difference > 0n ? 1 : 0
  }
  return Number(left) - Number(right)
}

function decimal(value: unknown): string | undefined {
  if (typeof value !== 'number' && typeof value !== 'bigint' && typeof value !== 'string') return undefined
  const text = String(value)
  return DECIMAL.test(text) ? text : undefined
}
