import { DataxError } from '../errors.ts'

/** Fields of Java's SimpleDateFormat that jobs use. */
const FIELDS: Readonly<Record<string, string>> = {
  ...{ y: 'year', M: 'month', d: 'day', H: 'hour', m: 'minute', s: 'second', S: 'fraction' },
}

type Token = { readonly field?: string; readonly letter?: string; readonly width: number; readonly literal: string }

function tokens(format: string): readonly Token[] {
  return [...format.matchAll(/'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+/g)].map(match => {
    const letter = match[2]
    if (letter === undefined) return { width: 0, literal: match[1] ?? match[0] }
    const field = FIELDS[letter]
    if (field === undefined)
      throw new DataxError('Common-00', `the letter "${letter}" of the date format "${format}" is not supported`, {
        hint: `The letters that are: ${Object.keys(FIELDS).join(' ')}.`,
      })
    return { field, letter, width: match[0].length, literal: '' }
  })
}

/** Reads a text by a SimpleDateFormat pattern and gives it as `yyyy-MM-dd HH:mm:ss[.SSS]`. */
export function parseByFormat(text: string, format: string): string {
  const parts = tokens(format)
  const source = parts
    .map((token, index) => {
      if (token.field === undefined) return token.literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      // a field beside another has the width that the pattern shows; else it takes all digits
      const tight = parts[index + 1]?.field !== undefined
      return `(\\d${tight ? `{${token.width}}` : '+'})`
    })
    .join('')
  const match = new RegExp(`^${source}`).exec(text)
  if (!match) throw new DataxError('Common-01', `${JSON.stringify(text)} is no date of the form "${format}"`)
  const values: Record<string, number> = { year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0, fraction: 0 }
  let group = 0
  for (const token of parts) if (token.field !== undefined) values[token.field] = Number(match[++group])
  const { year, month, day, hour, minute, second, fraction } = values as Record<string, number>
  const at = new Date(0)
  at.setUTCFullYear(year as number, (month as number) - 1, day as number)
  at.setUTCHours(hour as number, minute as number, second as number, fraction as number)
  return at
    .toISOString()
    .replace('T', ' ')
    .replace(/(\.000)?Z$/, '')
}

/** Writes `yyyy-MM-dd HH:mm:ss…` by a SimpleDateFormat pattern. */
export function formatBy(text: string, format: string): string {
  const match =
    /^(\d{4,})-(\d\d)-(\d\d)(?: (\d\d):(\d\d):(\d\d)(?:\.(\d+))?)?$/.exec(text) ??
    /^()()()(\d\d):(\d\d):(\d\d)(?:\.(\d+))?$/.exec(text)
  if (!match) return text
  const [, year, month, day, hour, minute, second, fraction] = match
  const values: Record<string, string> = {
    year: year || '1970',
    month: month || '01',
    day: day || '01',
    hour: hour ?? '00',
    minute: minute ?? '00',
    second: second ?? '00',
    fraction: (fraction ?? '').slice(0, 3).padEnd(3, '0'),
  }
  return tokens(format)
    .map(token => {
      if (token.field === undefined) return token.literal
      const value = values[token.field] as string
      if (token.field === 'year' && token.width === 2) return value.slice(-2)
      return String(Number(value)).padStart(token.width, '0')
    })
    .join('')
}
