import { DataxError } from '../errors.ts'

/** A value of a job file with the place where it stands (offset in UTF-16 units). Numbers keep their text, so that none loses digits. */
export type JsonNode = { readonly at: number; readonly end: number } & (
  | { readonly kind: 'object'; readonly entries: readonly JsonEntry[] }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'number'; readonly raw: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' }
)
export type JsonEntry = { readonly key: string; readonly keyAt: number; readonly value: JsonNode }

/** The text is not JSON in DataX's dialect. */
export class JobSyntaxError extends DataxError {
  readonly offset: number

  constructor(message: string, offset: number, hint?: string) {
    super('Common-00', message, hint === undefined ? {} : { hint })
    this.offset = offset
  }
}

/** Characters; a file that is larger is no job. */
export const MAX_SIZE = 16 * 1024 * 1024
const MAX_DEPTH = 200
const ESCAPES: Readonly<Record<string, string>> = {
  ...{ '"': '"', "'": "'", '\\': '\\', '/': '/' },
  ...{ b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' },
}

/**
 * Reads DataX's dialect (fastjson2): JSON with `//` and block comments and trailing commas; of equal keys the last wins
 * (`entries` keeps all of them). Throws JobSyntaxError.
 */
export function parseJson(text: string): JsonNode {
  if (text.length > MAX_SIZE)
    throw new JobSyntaxError(`a job of ${text.length} characters is larger than ${MAX_SIZE}`, 0)
  if (text.trim() === '') throw new JobSyntaxError('the file is empty', 0)
  const reader = new Reader(text)
  const node = reader.value(0)
  reader.end()
  return node
}

class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
    if (text.charCodeAt(0) === 0xfeff) this.#at = 1
  }

  value(depth: number): JsonNode {
    this.#space()
    const at = this.#at
    if (depth > MAX_DEPTH) throw this.#fail(`the job is nested more than ${MAX_DEPTH} levels deep`)
    const char = this.#text[at]
    if (char === '{') return this.#object(depth)
    if (char === '[') return this.#array(depth)
    if (char === '"') return { kind: 'string', value: this.#string(), at, end: this.#at }
    for (const [word, node] of [
      ['true', { kind: 'boolean', value: true }],
      ['false', { kind: 'boolean', value: false }],
      ['null', { kind: 'null' }],
    ] as const) {
      if (!this.#text.startsWith(word, at)) continue
      this.#at += word.length
      return { ...node, at, end: this.#at }
    }
    const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
    number.lastIndex = at
    const raw = number.exec(this.#text)?.[0]
    if (raw === undefined) throw this.#unexpected('a value')
    this.#at += raw.length
    return { kind: 'number', raw, at, end: this.#at }
  }

  end(): void {
    this.#space()
    if (this.#at < this.#text.length) throw this.#fail('there is text after the closing brace')
  }

  #object(depth: number): JsonNode {
    const at = this.#at++
    const entries: JsonEntry[] = []
    for (;;) {
      this.#space()
      if (this.#text[this.#at] === '}') break
      if (this.#text[this.#at] !== '"') throw this.#unexpected('a key in double quotes')
      const keyAt = this.#at
      const key = this.#string()
      this.#space()
      if (this.#text[this.#at] !== ':') throw this.#unexpected(`":" after the key "${key}"`)
      this.#at++
      entries.push({ key, keyAt, value: this.value(depth + 1) })
      if (!this.#comma('}')) break
    }
    return { kind: 'object', entries, at, end: ++this.#at }
  }

  #array(depth: number): JsonNode {
    const at = this.#at++
    const items: JsonNode[] = []
    for (;;) {
      this.#space()
      if (this.#text[this.#at] === ']') break
      items.push(this.value(depth + 1))
      if (!this.#comma(']')) break
    }
    return { kind: 'array', items, at, end: ++this.#at }
  }

  /** True when another element may follow; a comma before the closing bracket is allowed. */
  #comma(close: '}' | ']'): boolean {
    this.#space()
    const char = this.#text[this.#at]
    if (char === close) return false
    if (char !== ',') throw this.#unexpected(`"," or "${close}"`)
    this.#at++
    return true
  }

  #string(): string {
    let value = ''
    let from = ++this.#at
    for (;;) {
      const char = this.#text[this.#at]
      if (char === undefined) throw this.#fail('the file ends inside a text in quotes')
      if (char === '"') break
      if (char !== '\\') {
        this.#at++
        continue
      }
      value += this.#text.slice(from, this.#at)
      const letter = this.#text[this.#at + 1] ?? ''
      const code = letter === 'u' ? /^[0-9a-fA-F]{4}/.exec(this.#text.slice(this.#at + 2, this.#at + 6)) : null
      if (code === null && ESCAPES[letter] === undefined) throw this.#fail(`"\\${letter}" is no escape`)
      value += code ? String.fromCharCode(Number.parseInt(code[0], 16)) : ESCAPES[letter]
      this.#at += code ? 6 : 2
      from = this.#at
    }
    return value + this.#text.slice(from, this.#at++)
  }

  #space(): void {
    const skip = /(?:[ \t\r\n]|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y
    skip.lastIndex = this.#at
    skip.exec(this.#text)
    this.#at = skip.lastIndex
  }

  #unexpected(wanted: string): JobSyntaxError {
    const char = this.#text[this.#at]
    if (char === undefined) return this.#fail(`the file ends where ${wanted} should stand`)
    const hint = char === '#' ? 'DataX takes // and /* */ as comments, and fails on #.' : undefined
    return this.#fail(`${JSON.stringify(char)} stands where ${wanted} should`, hint)
  }

  #fail(message: string, hint?: string): JobSyntaxError {
    return new JobSyntaxError(message, this.#at, hint)
  }
}
