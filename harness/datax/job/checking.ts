import { didYouMean } from '../../cases/suggest.ts'
import type { DataxCode } from '../errors.ts'
import type { Finding, FindingCode } from './finding.ts'
import type { JsonNode } from './json.ts'
import { Places, textOf } from './json-node.ts'
import type { Keys, KeyType } from './plugin-keys.ts'

export type Say = {
  readonly code: FindingCode
  readonly message: string
  readonly severity?: Finding['severity']
  readonly hint?: string
  readonly dataxCode?: DataxCode
}

const MISSING_CODES: Readonly<Record<string, DataxCode>> = {
  streamreader: 'StreamReader-00',
  txtfilereader: 'TxtFileReader-00',
  txtfilewriter: 'TxtFileWriter-01',
}

/** Collects findings with their places. */
export class Checking {
  readonly #places: Places
  readonly #findings: Finding[] = []

  /** Values that came from outside the file, as they were given and as they read inside a JSON text. */
  readonly outside: ReadonlySet<string>

  constructor(text: string, params: Readonly<Record<string, string>>) {
    this.outside = new Set(Object.values(params).flatMap(value => [value, withoutEscapes(value)]))
    this.#places = new Places(text)
  }

  /** In the order of the file. */
  get findings(): readonly Finding[] {
    return [...this.#findings].sort((a, b) => a.line - b.line || a.column - b.column)
  }

  say(at: number, { severity = 'error', ...rest }: Say): void {
    this.#findings.push({ severity, ...rest, ...this.#places.of(at) })
  }

  /** Keys that may not stand here, and those that stand twice. */
  keys(node: JsonNode | undefined, known: readonly string[], what: string): void {
    if (node?.kind !== 'object') return
    const seen = new Set<string>()
    for (const { key, keyAt } of node.entries) {
      if (seen.has(key))
        this.say(keyAt, {
          code: 'DATAX_DUPLICATE_KEY',
          severity: 'warning',
          message: `the key "${key}" stands twice; only the last counts`,
        })
      seen.add(key)
      // a key that begins with * holds the encrypted value of the key without it
      const name = key.replace(/^\*/, '')
      if (known.includes(name)) continue
      this.say(keyAt, {
        code: 'DATAX_UNKNOWN_KEY',
        message: `${what} has no key "${key}", and DataX ignores it in silence${didYouMean(key, known)}`,
      })
    }
  }

  /** Keys of a plugin's parameter with their types; those that must be there. */
  parameters(node: JsonNode, known: Keys, what: string): void {
    const missingCode = MISSING_CODES[what] ?? 'DBUtilErrorCode-03'
    this.keys(node, Object.keys(known), what)
    if (node.kind !== 'object') return
    for (const [key, given] of Object.entries(known)) {
      const required = given.endsWith('!')
      const type = given.replace('!', '') as KeyType
      const encrypted = node.entries.some(one => one.key === `*${key}`)
      const entry = node.entries.findLast(one => one.key === key)
      const missing = !entry || entry.value.kind === 'null' || (type === 'text' && textOf(entry.value)?.trim() === '')
      if (missing) {
        if (required && !encrypted)
          this.say(entry?.keyAt ?? node.at, {
            code: 'DATAX_MISSING',
            dataxCode: missingCode,
            message: `${what} needs "${key}"${entry ? ', and it is blank' : ''}`,
          })
        continue
      }
      const wrong = wrongType(entry.value, type)
      if (wrong)
        this.say(entry.value.at, {
          code: 'DATAX_TYPE',
          dataxCode: type === 'list' || type === 'texts' ? 'Framework-02' : 'Common-00',
          message: `"${key}" of ${what} must be ${wrong}, and is ${shown(entry.value)}`,
        })
    }
  }
}

/** A value is put into the text before that is read, so that quotes and backslashes come escaped. */
function withoutEscapes(value: string): string {
  try {
    return String(JSON.parse(`"${value}"`))
  } catch {
    return value
  }
}

function wrongType(node: JsonNode, type: KeyType): string | undefined {
  const scalar = node.kind === 'string' || node.kind === 'number' || node.kind === 'boolean'
  switch (type) {
    case 'any':
      return undefined
    case 'text':
      return scalar ? undefined : 'a text'
    case 'texts':
    case 'list':
      return node.kind === 'array' ? undefined : 'a list'
    case 'text or texts':
      return scalar || node.kind === 'array' ? undefined : 'a text or a list of texts'
    case 'map':
      return node.kind === 'object' ? undefined : 'an object'
    case 'bool':
      return /^(true|false)$/i.test(textOf(node) ?? '') ? undefined : 'true or false'
    case 'integer':
      return scalar && /^[+-]?\d+$/.test(textOf(node) ?? '') ? undefined : 'an integer'
  }
}

export function shown(node: JsonNode): string {
  const text = JSON.stringify(textOf(node) ?? null)
  return `${node.kind === 'array' ? 'the list ' : ''}${text.length > 60 ? `${text.slice(0, 57)}…` : text}`
}
