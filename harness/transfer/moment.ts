import { ActionError, type AssayError } from '../errors.ts'

/**
 * A point in time in microseconds since 1970, as PostgreSQL's timestamps count. A timestamp without time zone is taken as it is
 * written; one with an offset is brought to UTC, which is what the sessions of a transfer work in.
 */
export type Moment = bigint

const PATTERN =
  /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?)?(?:\s*(Z|[+-]\d{2}(?::?\d{2})?))?$/

/** `2026-11-01`, `2026-11-01 00:00:00.5`, `2026-11-01T00:00Z`, `2026-11-01 08:00+08`. */
export function parseMoment(text: string): Moment {
  const match = PATTERN.exec(text.trim())
  if (!match) throw notAMoment(text)
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(part => Number(part ?? 0)) as number[]
  const ms = Date.UTC(year as number, (month as number) - 1, day, hour, minute, second)
  const back = new Date(ms)
  // Date rolls 31 April over to May
  const rolled = back.getUTCMonth() !== (month as number) - 1 || back.getUTCDate() !== day
  if (rolled || (hour as number) > 24 || (minute as number) > 59 || (second as number) > 59) throw notAMoment(text)
  const micros = BigInt((match[7] ?? '').padEnd(6, '0') || '0')
  return BigInt(ms) * 1000n + micros - offset(match[8])
}

function offset(text: string | undefined): bigint {
  if (text === undefined || text === 'Z') return 0n
  const [hours, minutes] = [Number(text.slice(1, 3)), Number(text.slice(3).replace(':', '') || 0)]
  const micros = BigInt(hours * 60 + minutes) * 60_000_000n
  return text.startsWith('-') ? -micros : micros
}

function notAMoment(text: string): AssayError {
  return new ActionError('ASSAY_TRANSFER_WINDOW', `"${text}" is not a point in time`, {
    hint: 'Write it like 2026-11-01 or 2026-11-01 14:30:00.',
  })
}

/** `2026-11-01 14:30:00`, with microseconds where there are any. */
export function formatMoment(moment: Moment): string {
  const micros = ((moment % 1_000_000n) + 1_000_000n) % 1_000_000n
  const text = new Date(Number((moment - micros) / 1000n)).toISOString().slice(0, 19).replace('T', ' ')
  return micros === 0n ? text : `${text}.${String(micros).padStart(6, '0').replace(/0+$/, '')}`
}

/** A length of time: whole months, which have no fixed length, and microseconds. */
export type Span = { readonly months: number; readonly micros: bigint }

const UNITS: Readonly<Record<string, bigint>> = {
  us: 1n,
  microsecond: 1n,
  ms: 1_000n,
  millisecond: 1_000n,
  s: 1_000_000n,
  sec: 1_000_000n,
  second: 1_000_000n,
  m: 60_000_000n,
  min: 60_000_000n,
  minute: 60_000_000n,
  h: 3_600_000_000n,
  hour: 3_600_000_000n,
  d: 86_400_000_000n,
  day: 86_400_000_000n,
  w: 604_800_000_000n,
  week: 604_800_000_000n,
}

const ISO = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d{1,6}))?S)?)?$/

/** `4 hours`, `90 s`, `1 week`, `PT4H`, `P1M`. Positive. */
export function parseSpan(text: string): Span {
  const span = worded(text.trim()) ?? iso(text.trim())
  if (span && (span.months > 0 || span.micros > 0n)) return span
  throw new ActionError('ASSAY_TRANSFER_WINDOW', `"${text}" is not a duration of more than zero`, {
    hint: 'Write it like 4 hours (microseconds, milliseconds, seconds, minutes, hours, days, weeks) or PT4H.',
  })
}

function worded(text: string): Span | undefined {
  const match = /^(\d+)(?:\.(\d{1,6}))?\s*([a-z]+)$/i.exec(text)
  const word = match?.[3]?.toLowerCase() ?? ''
  const unit = UNITS[word] ?? UNITS[word.replace(/s$/, '')]
  if (!match || unit === undefined) return undefined
  const millionths = BigInt(match[1] as string) * 1_000_000n + BigInt((match[2] ?? '').padEnd(6, '0') || '0')
  return { months: 0, micros: (millionths * unit) / 1_000_000n }
}

function iso(text: string): Span | undefined {
  const match = ISO.exec(text)
  if (!match || text.endsWith('T')) return undefined
  const [years, months, weeks, days, hours, minutes, seconds] = match
    .slice(1, 8)
    .map(part => BigInt(part ?? 0)) as bigint[]
  const part = (count: bigint | undefined, unit: string) => (count ?? 0n) * (UNITS[unit] as bigint)
  const fraction = BigInt((match[8] ?? '').padEnd(6, '0') || '0')
  return {
    months: Number((years ?? 0n) * 12n + (months ?? 0n)),
    micros: part(weeks, 'w') + part(days, 'd') + part(hours, 'h') + part(minutes, 'm') + part(seconds, 's') + fraction,
  }
}

/** `times` spans later. Months are counted from the start each time, so that 31 January, 28 February, 31 March follow each other. */
export function addSpan(moment: Moment, { months, micros }: Span, times = 1): Moment {
  const later = moment + micros * BigInt(times)
  if (months === 0) return later
  const day = 86_400_000_000n
  const inDay = ((later % day) + day) % day
  const date = new Date(Number((later - inDay) / 1000n))
  const first = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months * times, 1))
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate()
  first.setUTCDate(Math.min(date.getUTCDate(), last))
  return BigInt(first.getTime()) * 1000n + inDay
}
