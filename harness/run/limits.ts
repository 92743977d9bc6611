import { resolve, type Scope } from '../cases/interpolate.ts'
import type { Limit } from '../cases/model.ts'
import { AssayError } from '../errors.ts'
import type { LimitResult } from '../report/model.ts'

/** Judges the `limits` lines against the saved values of a case that passed. */
export function judgeLimits(limits: readonly Limit[], scope: Scope): LimitResult[] {
  return limits.map(limit => {
    const { metric, atLeast, atMost, history } = limit
    const value = numberAt(metric, scope)
    const base = {
      metric,
      line: limit.place.line ?? 0,
      ...(atLeast === undefined ? {} : { atLeast }),
      ...(atMost === undefined ? {} : { atMost }),
      ...(history === undefined ? {} : { history }),
    }
    if (value === undefined)
      return { ...base, state: 'no value', message: `${metric} has no value: no step saved a number under this name` }
    const shown = Number.isInteger(value) ? String(value) : value.toPrecision(6)
    if (atLeast !== undefined && value < atLeast)
      return { ...base, value, state: 'broken', message: `${metric} is ${shown}, and must be at least ${atLeast}` }
    if (atMost !== undefined && value > atMost)
      return { ...base, value, state: 'broken', message: `${metric} is ${shown}, and must be at most ${atMost}` }
    const state = atLeast === undefined && atMost === undefined ? 'recorded' : 'holds'
    return { ...base, value, state, message: `${metric} is ${shown}` }
  })
}

/** Throws ASSAY_UNDECIDED where a limit has no value, ASSAY_LIMIT where one is broken, at the first of them. */
export function insistOn(results: readonly LimitResult[], limits: readonly Limit[]): void {
  for (const [state, code] of [
    ['no value', 'ASSAY_UNDECIDED'],
    ['broken', 'ASSAY_LIMIT'],
  ] as const) {
    const first = results.findIndex(result => result.state === state)
    if (first < 0) continue
    const message = results.filter(result => result.state === state).map(result => result.message)
    throw new AssayError(code, message.join('; '), { where: limits[first]?.place })
  }
}

function numberAt(path: string, scope: Scope): number | undefined {
  try {
    const value = resolve(path, scope)
    const number = typeof value === 'bigint' || (typeof value === 'string' && value !== '') ? Number(value) : value
    return typeof number === 'number' && Number.isFinite(number) ? number : undefined
  } catch {
    return undefined
  }
}
