import { DataxError } from '../errors.ts'
import type { Kind } from './kind.ts'

/** DataX runs in GMT+8 (common.column.timeZone), which has no summer time: wall clock and instant differ by a constant. */
export const ZONE_OFFSET_MS = 8 * 3_600_000

export type DateKind = Extract<Kind, 'DATE' | 'TIME' | 'DATETIME'>

const FULL = /^\s*(\d{4})-(\d{1,2})-(\d{1,2})[ T](\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,9}))?/
const DAY = /^\s*(\d{4})-(\d{1,2})-(\d{1,2})/
const CLOCK = /^\s*(\d{1,2}):(\d{1,2}):(\d{1,2})/
const COMPACT = /^\s*(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2}))?\s*$/

const two = (value: number): string => String(value).padStart(2, '0')

/** `yyyy-MM-dd HH:mm:ss` of a time that counts milliseconds as if the wall clock were UTC. */
export function wallText(ms: number, kind: DateKind = 'DATETIME'): string {
  const at = new Date(ms)
  const year = at.getUTCFullYear()
  const day = `${year < 0 ? '-' : ''}${String(Math.abs(year)).padStart(4, '0')}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`
  const clock = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`
  const fraction = at.getUTCMilliseconds()
  if (kind === 'DATE') return day
  const withFraction = fraction === 0 ? clock : `${clock}.${String(fraction).padStart(3, '0')}`
  return kind === 'TIME' ? withFraction : `${day} ${withFraction}`
}

/**
 * A text as a date. DataX (`lenient`) tries date and time, then date, then time, takes a prefix that matches, rolls impossible fields
 * over and drops fractions; without it the text must be a date as a whole and exist, and keeps its fraction.
 */
export function parseDate(text: string, lenient: boolean): { readonly kind: DateKind; readonly text: string } {
  for (const [kind, form] of [
    ['DATETIME', FULL],
    ['DATETIME', COMPACT],
    ['DATE', DAY],
    ['TIME', CLOCK],
  ] as const) {
    const match = form.exec(text)
    if (!match || (!lenient && match[0].length < text.trimEnd().length)) continue
    const [a, b, c, d, e, f] = match.slice(1, 7).map(part => Number(part ?? 0)) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ]
    const fields = kind === 'TIME' ? ([1970, 1, 1, a, b, c] as const) : ([a, b, c, d ?? 0, e ?? 0, f ?? 0] as const)
    const [year, month, day, hour, minute, second] = fields
    const ms = utc(year, month, day, hour, minute, second)
    const at = new Date(ms)
    const exists =
      at.getUTCMonth() === month - 1 &&
      at.getUTCDate() === day &&
      at.getUTCHours() === hour &&
      at.getUTCMinutes() === minute &&
      at.getUTCSeconds() === second
    if (!exists && !lenient) break
    const fraction = !lenient && form === FULL && match[7] !== undefined ? `.${match[7]}` : ''
    return { kind, text: wallText(ms, kind) + fraction }
  }
  throw new DataxError('Common-01', `${JSON.stringify(text)} cannot be converted to a date`)
}

function utc(year: number, month: number, day: number, hour: number, minute: number, second: number): number {
  const at = new Date(0)
  at.setUTCFullYear(year, month - 1, day)
  at.setUTCHours(hour, minute, second)
  return at.getTime()
}

/** Milliseconds since 1970 of a date's text in the job's zone; a time of day counts from 1970-01-01. */
export function epochOf(text: string): number {
  const full = FULL.exec(text)
  const day = full ?? DAY.exec(text)
  const parts = day ?? CLOCK.exec(text)
  if (!parts) throw new DataxError('Common-01', `${JSON.stringify(text)} is no date`)
  const [a, b, c, d, e, f] = parts.slice(1, 7).map(part => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const ms = day ? utc(a, b, c, d || 0, e || 0, f || 0) : utc(1970, 1, 1, a, b, c)
  const fraction = full?.[7] === undefined ? 0 : Math.floor(Number(`0.${full[7]}`) * 1000)
  return ms - ZONE_OFFSET_MS + fraction
}

/** A wall clock text of milliseconds since 1970. */
export function textOfEpoch(ms: number, kind: DateKind = 'DATETIME'): string {
  return wallText(ms + ZONE_OFFSET_MS, kind)
}
