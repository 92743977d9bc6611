import { AssayError } from '../errors.ts'

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

export const DURATION_PATTERN = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/

/** `500ms`, `30s`, `1.5m`, `2h`, `1d` to milliseconds. A number without a unit is refused: nobody can tell seconds from milliseconds. */
export function parseDuration(text: unknown): number {
  const match = typeof text === 'string' ? DURATION_PATTERN.exec(text) : null
  if (!match) throw new AssayError('ASSAY_CASE_DURATION', `"${String(text)}" is not a duration`)
  return Number(match[1]) * UNITS[match[2] as keyof typeof UNITS]
}

/** Milliseconds as a person writes them: `83ms`, `1.2s`, `2m 5s`, `1h 30m`. */
export function formatDuration(ms: number): string {
  if (Math.round(ms) < 1_000) return `${Math.round(ms)}ms`
  if (ms < 9_950) return `${(ms / 1_000).toFixed(1)}s`
  const seconds = Math.round(ms / 1_000)
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3_600) return two(Math.floor(seconds / 60), 'm', seconds % 60, 's')
  const minutes = Math.round(seconds / 60)
  return two(Math.floor(minutes / 60), 'h', minutes % 60, 'm')
}

const two = (high: number, unit: string, low: number, lowUnit: string): string =>
  low === 0 ? `${high}${unit}` : `${high}${unit} ${low}${lowUnit}`
