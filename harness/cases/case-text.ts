import {
  type Document,
  isMap,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
  visit,
} from 'yaml'
import { AssayError, type Place } from '../errors.ts'
import { sourceOffset } from './scalar-offset.ts'

/** What is usually behind a mistake that YAML calls by another name. */
const HINTS: Readonly<Record<string, string>> = {
  BLOCK_AS_IMPLICIT_KEY: 'A text with ": " in it stands in quotes, or in a block after "|".',
}

export type Path = readonly (string | number)[]

/** A YAML file that remembers where each of its values stands. */
export class CaseText {
  readonly file: string
  readonly text: string
  /** Plain data. Integers beyond 2^53 are text, so that no digit is lost. */
  readonly value: unknown
  readonly #document: Document
  readonly #lines = new LineCounter()

  /** Throws ASSAY_CASE_YAML at the first place that is not YAML. */
  constructor(file: string, text: string) {
    this.file = file
    this.text = text
    this.#document = parseDocument(text, {
      lineCounter: this.#lines,
      prettyErrors: false,
      intAsBigInt: true,
      version: '1.2',
    })
    const problem = this.#document.errors[0]
    if (problem)
      throw new AssayError('ASSAY_CASE_YAML', yamlMessage(problem.message), {
        where: this.#at(problem.pos[0]),
        hint: HINTS[problem.code],
      })
    this.value = this.#plainValue()
  }

  /** Where the value at `path` begins; of the nearest parent that exists where it does not. */
  place(path: Path): Place {
    for (let length = path.length; length > 0; length--) {
      const node = this.#node(path.slice(0, length))
      if (node?.range) return this.#at(node.range[0])
    }
    return { file: this.file, line: 1, column: 1 }
  }

  /** Where the key that names the value at `path` stands. */
  keyPlace(path: Path): Place {
    const parent = this.#node(path.slice(0, -1))
    const name = path.at(-1)
    if (isMap(parent)) {
      const pair = parent.items.find(
        item => isPair(item) && isScalar(item.key) && String(item.key.value) === String(name),
      )
      const key = pair?.key
      if (isNode(key) && key.range) return this.#at(key.range[0])
    }
    return this.place(path)
  }

  /** Where the character at `offset` of the text at `path` stands in the file: a caret inside a block of SQL. */
  textPlace(path: Path, offset: number): Place {
    const node = this.#node(path)
    if (!isScalar(node) || typeof node.value !== 'string' || !node.range) return this.place(path)
    return this.#at(sourceOffset(this.text, node as Scalar<string>, offset))
  }

  #plainValue(): unknown {
    visit(this.#document, {
      Alias: (_, node) => {
        if (node.resolve(this.#document)) return
        const where = this.#at(node.range?.[0] ?? 0)
        throw new AssayError('ASSAY_CASE_YAML', `not valid YAML: nothing is called "&${node.source}"`, { where })
      },
    })
    try {
      return plain(this.#document.toJS({ maxAliasCount: 100 }))
    } catch (cause) {
      // aliases that make more of themselves than a file can mean
      throw new AssayError('ASSAY_CASE_YAML', yamlMessage((cause as Error).message), {
        where: { file: this.file, line: 1, column: 1 },
        cause,
      })
    }
  }

  #node(path: Path): Node | undefined {
    const node = path.length === 0 ? this.#document.contents : this.#document.getIn(path, true)
    return isNode(node) ? node : undefined
  }

  #at(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset)
    return { file: this.file, line, column: col }
  }
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString()
  if (Array.isArray(value)) return value.map(plain)
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]))
  }
  return value
}

function yamlMessage(message: string): string {
  const first = (message.split('\n')[0] ?? message).replace(/:$/, '')
  return `not valid YAML: ${first.charAt(0).toLowerCase()}${first.slice(1)}`
}
