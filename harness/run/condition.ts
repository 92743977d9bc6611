import { compareValues, isTruthy, parseCondition } from '../cases/condition.ts'
import { hasReference, interpolate, type Scope } from '../cases/interpolate.ts'

/** Whether an `if` holds. */
export function holds(condition: string, scope: Scope): boolean {
  const { left, operator, right } = parseCondition(condition)
  const value = fill(left, scope)
  return operator === undefined ? isTruthy(value) : compareValues(value, operator, fill(right as string, scope))
}

const fill = (text: string, scope: Scope): unknown => (hasReference(text) ? interpolate(text, scope) : text)
