import { DataxError } from '../../errors.ts'

/** Points that cut [min, max] into at most `parts` ranges of integers, as DataX cuts them (reference 1.7). */
export function integerPoints(min: bigint, max: bigint, parts: number): readonly bigint[] {
  const gap = max - min
  if (gap === 0n) return [min, max]
  const count = gap < BigInt(parts) ? gap : BigInt(parts)
  const step = gap / count
  const rest = gap % count
  const points = [min]
  for (let at = 0n; at < count; at++) points.push((points.at(-1) as bigint) + step + (at < rest ? 1n : 0n))
  return points
}

const BASE = 128n

/** Points between two ASCII texts, by their bytes. Throws DBUtilErrorCode-04 for other texts. */
export function textPoints(min: string, max: string, parts: number): readonly string[] {
  for (const text of [min, max])
    if (/[^\x00-\x7f]/.test(text))
      throw new DataxError('DBUtilErrorCode-04', `${JSON.stringify(text)} of a text splitPk is not ASCII`)
  if (min === max) return [min, max]
  const length = Math.max(min.length, max.length)
  const low = toNumber(min, length)
  const points = integerPoints(low, toNumber(max, length), parts)
    .slice(1, -1)
    .map(point => toText(point, length))
  const inner = [...new Set(points)].filter(point => point > min && point < max).sort(byCode)
  return [min, ...inner, max]
}

const byCode = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function toNumber(text: string, length: number): bigint {
  let number = 0n
  for (let at = 0; at < length; at++) number = number * BASE + BigInt(at < text.length ? text.charCodeAt(at) : 0)
  return number
}

/** The text of a number; what could not stand in SQL becomes a printable character, since any point between the ends will do. */
function toText(given: bigint, length: number): string {
  let number = given
  let text = ''
  for (let at = 0; at < length; at++) {
    const code = Number(number % BASE)
    text = String.fromCharCode(code < 0x20 || code === 0x7f ? 0x20 : code) + text
    number /= BASE
  }
  return text.trimEnd()
}

/** One condition for each range, the last closed at both ends, and one for the rows without a key. */
export function rangeConditions(expression: string, points: readonly string[], pk: string): readonly string[] {
  const ranges = points.slice(0, -1).map((point, at) => {
    const last = at === points.length - 2
    return `(${point} <= ${expression} AND ${expression} ${last ? '<=' : '<'} ${points[at + 1]})`
  })
  return [...ranges, `${pk} IS NULL`]
}
