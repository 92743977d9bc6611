/** `0.4 ms`, `850 ms`, `2.40 s`, `3:05 min`, `2:05 h` from milliseconds; short, for columns. */
export function time(ms: number): string {
  if (ms < 10) return `${Math.round(ms * 10) / 10} ms`
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 59_995) return `${(ms / 1000).toFixed(ms < 9995 ? 2 : 1)} s`
  const seconds = Math.round(ms / 1000)
  const two = (value: number) => String(value).padStart(2, '0')
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${two(seconds % 60)} min`
  return `${Math.floor(seconds / 3600)}:${two(Math.floor((seconds % 3600) / 60))} h`
}

export function bytes(count: number): string {
  if (count < 1000) return `${count} B`
  if (count < 999_500) return `${(count / 1000).toFixed(count < 9950 ? 1 : 0)} kB`
  return `${(count / 1e6).toFixed(1)} MB`
}

/** 1,234 with a thin gap: figures line up, and no locale changes them. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f')
}

export function plural(value: number, one: string, several = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : several}`
}

/** `2026-11-20 01:00:04 UTC`. */
export function utc(at: number | string): string {
  const iso = new Date(at).toISOString()
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`
}

/** The name of a run, a UTC time, without its seconds: `2026-11-20 01:00`. Other names as they are. */
export function runName(id: string): string {
  const found = /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)/.exec(id)
  return found ? `${found[1]} ${found[2]}:${found[3]}` : id
}

/** A value as text: strings as they are, the rest as JSON whose parts stand in one line where they fit. */
export function pretty(value: unknown): string {
  if (typeof value === 'string') return value
  return value === undefined ? 'nothing' : json(value, '', 0)
}

const WIDTH = 96

/** `used` is what stands before the value in its line. */
function json(value: unknown, indent: string, used: number): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  const list = Array.isArray(value)
  const entries = list
    ? value.map(inner => ['', inner] as const)
    : Object.entries(value).filter(([, inner]) => inner !== undefined)
  const [open, close] = list ? ['[', ']'] : ['{', '}']
  if (entries.length === 0) return open + close
  const name = (key: string) => (list ? '' : `${JSON.stringify(key)}: `)
  const parts = (deeper: string, width: number) =>
    entries.map(([key, inner]) => `${name(key)}${json(inner, deeper, width + name(key).length)}`)
  const [first, last] = list ? ['', ''] : [' ', ' ']
  const oneLine = `${open}${first}${parts(indent, 0).join(', ')}${last}${close}`
  if (indent.length + used + oneLine.length <= WIDTH && !oneLine.includes('\n')) return oneLine
  const deeper = `${indent}  `
  return `${open}\n${parts(deeper, 0)
    .map(part => deeper + part)
    .join(',\n')}\n${indent}${close}`
}

/** Where two texts differ: what they share before and after, and what each has between. */
export function splitDifference(
  left: string,
  right: string,
): { before: string; left: string; right: string; after: string } {
  const shorter = Math.min(left.length, right.length)
  let head = 0
  while (head < shorter && left[head] === right[head]) head++
  let tail = 0
  while (tail < shorter - head && left[left.length - 1 - tail] === right[right.length - 1 - tail]) tail++
  return {
    before: left.slice(0, head),
    left: left.slice(head, left.length - tail),
    right: right.slice(head, right.length - tail),
    after: left.slice(left.length - tail),
  }
}
