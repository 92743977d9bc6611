import { AssayError } from '../errors.ts'

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

export const DURATION_PATTERN = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/

/** `500ms`, `30s`, `1.5m`, `2h`, `1d` to milliseconds. A number without a unit is refused: nobody can tell seconds from milliseconds. */
export function parseDuration(text: unknown): number {
  const match = typeof text === 'string' ? DURATION_PATTERN.exec(text) : null
  if (!match) throw new AssayError('ASSAY_CASE_DURATION', `"${String(text)}" is not a duration`)
  return Number(match[1]) * UNITS[match[2] as keyof typeof UNITS]
}

/** Milliseconds as a person writes them: `83ms`, `1.2s`, `2m 5s`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)}s`
  const minutes = Math.floor(ms / 60_000)
  const seconds = Math.round((ms % 60_000) / 1000)
  return seconds === 0 ? `${minutes}m` : `${minutes}m ${seconds}s`
}
