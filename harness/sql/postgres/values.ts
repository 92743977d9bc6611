import type { SqlValue } from '../session.ts'
import { ELEMENT_OF } from './types.ts'

type Parser = (text: string) => SqlValue

const asText: Parser = text => text

/** An integer as a number where that is exact, else as text. */
export const asInteger: Parser = text => {
  const number = Number(text)
  return Number.isSafeInteger(number) ? number : text
}

const asFloat: Parser = text => Number(text)

const SCALARS: Readonly<Record<number, Parser>> = {
  16: text => text === 't',
  17: asBytes,
  20: asInteger,
  21: Number,
  23: Number,
  26: Number,
  700: asFloat,
  701: asFloat,
}

/** What turns the server's text of a type into the value a result holds; see docs/sql.md for the rules. */
export function parserOf(oid: number): Parser {
  const element = ELEMENT_OF[oid]
  if (element === undefined) return SCALARS[oid] ?? asText
  const parse = SCALARS[element] ?? asText
  return text => asArray(text, parse)
}

/** Both forms of bytea_output: `\x6162` and `a\\b\001`. */
function asBytes(text: string): Buffer {
  if (text.startsWith('\\x')) return Buffer.from(text.slice(2), 'hex')
  const bytes: number[] = []
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== '\\') bytes.push(text.charCodeAt(at))
    else if (text[at + 1] === '\\') bytes.push(text.charCodeAt(++at))
    else {
      bytes.push(Number.parseInt(text.slice(at + 1, at + 4), 8))
      at += 3
    }
  }
  return Buffer.from(bytes)
}

/** `{1,NULL,"a,b"}` as nested lists. An array whose bounds are not 1 keeps its text (`[0:1]={…}`), since a list has no bounds. */
function asArray(text: string, parse: Parser): SqlValue {
  if (!text.startsWith('{')) return text
  let at = 0
  const list = (): SqlValue[] => {
    const items: SqlValue[] = []
    at++ // {
    while (text[at] !== '}') {
      if (text[at] === '{') items.push(list())
      else items.push(item())
      if (text[at] === ',') at++
    }
    at++ // }
    return items
  }
  const item = (): SqlValue => {
    let out = ''
    if (text[at] === '"') {
      for (at++; text[at] !== '"'; at++) {
        if (text[at] === '\\') at++
        out += text[at]
      }
      at++
      return parse(out)
    }
    const from = at
    while (text[at] !== ',' && text[at] !== '}') at++
    out = text.slice(from, at)
    return out === 'NULL' ? null : parse(out)
  }
  return list()
}

/** A value as pg binds it: lists become arrays, plain objects JSON; -0 keeps its sign. */
export function bindable(value: unknown): unknown {
  if (Object.is(value, -0)) return '-0'
  if (typeof value === 'bigint') return String(value)
  return value
}
