/** Escape sequences of terminals: CSI with its parameters, OSC up to its end, and the two-character ones. */
const ANSI = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~])/g
/** What XML 1.0 cannot hold: control characters but tab and line ends, the two non-characters, and lone surrogates. */
const UNPRINTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]|\p{Surrogate}/gu

/** Text as any file may hold it: no terminal colours, no control characters but tab and newline, no lone surrogates. */
export function plainText(text: string): string {
  return text.replace(ANSI, '').replace(UNPRINTABLE, '')
}

/** The text, or its first `limit` characters and how many were left out. Never splits a surrogate pair. */
export function capped(text: string, limit: number): string {
  if (text.length <= limit) return text
  const end = /[\ud800-\udbff]/.test(text[limit - 1] ?? '') ? limit - 1 : limit
  return `${text.slice(0, end)}\n… ${text.length - end} more characters`
}

/** `850 ms`, `2.4 s`, `3 min 05 s`, `2 h 05 min` from milliseconds. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${pad(seconds % 60)} s`
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}
