import type { JsonNode } from './json.ts'

/** The value under a path of keys and indexes; of equal keys the last. */
export function nodeAt(node: JsonNode | undefined, ...path: readonly (string | number)[]): JsonNode | undefined {
  let current = node
  for (const step of path) {
    if (current?.kind === 'object' && typeof step === 'string')
      current = current.entries.findLast(entry => entry.key === step)?.value
    else if (current?.kind === 'array' && typeof step === 'number') current = current.items[step]
    else return undefined
  }
  return current
}

/** The value as text, as DataX has it where it wants text: numbers by their digits, objects as JSON. */
export function textOf(node: JsonNode): string | undefined {
  switch (node.kind) {
    case 'string':
      return node.value
    case 'number':
      return node.raw
    case 'boolean':
      return String(node.value)
    case 'null':
      return undefined
    default:
      return JSON.stringify(plainOf(node))
  }
}

/** The value as plain data. Numbers that JavaScript cannot hold exactly come as text. */
export function plainOf(node: JsonNode): unknown {
  switch (node.kind) {
    case 'object':
      return Object.fromEntries(node.entries.map(({ key, value }) => [key, plainOf(value)]))
    case 'array':
      return node.items.map(plainOf)
    case 'number':
      return /^-?\d+$/.test(node.raw) && !Number.isSafeInteger(Number(node.raw)) ? node.raw : Number(node.raw)
    case 'null':
      return null
    default:
      return node.value
  }
}

/** Line and column, from 1, of offsets in a text. */
export class Places {
  readonly #starts: readonly number[]

  constructor(text: string) {
    const starts = [0]
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
    this.#starts = starts
  }

  of(offset: number): { readonly line: number; readonly column: number } {
    let low = 0
    let high = this.#starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#starts[middle] as number) <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - (this.#starts[low] as number) + 1 }
  }
}
