import { type DataxCode, DataxError } from '../errors.ts'
import type { JsonNode } from './json.ts'
import { nodeAt, textOf } from './json-node.ts'

/** Typed reading of one object of a job: of a plugin's `parameter`, a connection, the speed. Wrong types are Common-00, as in DataX. */
export class Parameters {
  readonly node: JsonNode | undefined
  readonly #what: string

  constructor(node: JsonNode | undefined, what: string) {
    this.node = node
    this.#what = what
  }

  get(name: string): JsonNode | undefined {
    const node = nodeAt(this.node, name)
    return node?.kind === 'null' ? undefined : node
  }

  text(name: string): string | undefined {
    const node = this.get(name)
    return node && textOf(node)
  }

  /** A text that must be there and not blank. */
  required(name: string, code: DataxCode): string {
    const text = this.text(name)
    if (text === undefined || text.trim() === '')
      throw new DataxError(code, `"${name}" of ${this.#what} is missing or blank`)
    return text
  }

  long(name: string): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    if (!/^[+-]?\d+$/.test(text.trim()) || !Number.isSafeInteger(Number(text)))
      throw new DataxError('Common-00', `"${name}" of ${this.#what} must be an integer, and is ${JSON.stringify(text)}`)
    return Number(text)
  }

  double(name: string): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const value = Number(text)
    if (text.trim() === '' || Number.isNaN(value))
      throw new DataxError('Common-00', `"${name}" of ${this.#what} must be a number, and is ${JSON.stringify(text)}`)
    return value
  }

  bool(name: string, otherwise: boolean): boolean {
    const text = this.text(name)
    if (text === undefined) return otherwise
    if (/^(true|false)$/i.test(text)) return text.toLowerCase() === 'true'
    throw new DataxError(
      'Common-00',
      `"${name}" of ${this.#what} must be true or false, and is ${JSON.stringify(text)}`,
    )
  }

  /** The elements of a list; undefined where there is none, an error where it is something else. */
  list(name: string): readonly JsonNode[] | undefined {
    const node = this.get(name)
    if (node === undefined) return undefined
    if (node.kind !== 'array')
      throw new DataxError('Framework-02', `"${name}" of ${this.#what} must be a list, and is ${describe(node)}`)
    return node.items
  }

  texts(name: string): readonly string[] {
    return (this.list(name) ?? []).map(item => textOf(item) ?? '')
  }
}

function describe(node: JsonNode): string {
  return node.kind === 'object' ? 'an object' : `the ${node.kind} ${JSON.stringify(textOf(node) ?? null)}`
}
