import { DataxError } from '../errors.ts'
import type { JsonNode } from '../job/json.ts'
import { textOf } from '../job/json-node.ts'
import { Parameters } from '../job/parameters.ts'
import type { Mode } from '../record/convert.ts'
import { type Kind, kindAt, type Row, type Value } from '../record/kind.ts'
import { filter } from './filter.ts'
import { digest, pad, replace, substr } from './text.ts'
import type { ColumnTransform, Transformer } from './transformer.ts'

export const TRANSFORMERS: Readonly<Record<string, Transformer>> = Object.fromEntries(
  [substr, pad, replace, filter, digest].map(one => [one.name, one]),
)

type Step = {
  readonly name: string
  readonly column: number
  readonly makesText: boolean
  readonly run: ColumnTransform
}

/** The transformers of a job, in their order. */
export class TransformerChain {
  readonly #steps: readonly Step[]
  #kindsFor: readonly Kind[] | undefined
  #kindsMade: readonly Kind[] = []

  private constructor(steps: readonly Step[]) {
    this.#steps = steps
  }

  /** Throws TransformerErrorCode-03 or -05. */
  static of(items: readonly JsonNode[], mode: Mode): TransformerChain | undefined {
    if (items.length === 0) return undefined
    return new TransformerChain(items.map(item => stepOf(item, mode)))
  }

  /** The kinds of what comes out. */
  kinds(kinds: readonly Kind[]): readonly Kind[] {
    if (this.#kindsFor === kinds) return this.#kindsMade
    const made = [...kinds]
    for (const { column, makesText } of this.#steps) if (makesText && column < made.length) made[column] = 'STRING'
    this.#kindsFor = kinds
    this.#kindsMade = made
    return made
  }

  /** Changes the row. False where it is to be dropped. */
  apply(row: Row, kinds: readonly Kind[]): boolean {
    const made: (Kind | undefined)[] = []
    for (const { name, column, makesText, run } of this.#steps) {
      if (column >= row.length)
        throw new DataxError(
          'TransformerErrorCode-05',
          `${name}: columnIndex ${column} of a record with ${row.length} columns`,
        )
      const value = run(row[column] as Value, made[column] ?? kindAt(kinds, column))
      if (value === undefined) return false
      row[column] = value
      if (makesText) made[column] = 'STRING'
    }
    return true
  }
}

function stepOf(item: JsonNode, mode: Mode): Step {
  const given = new Parameters(item, 'a transformer')
  const name = given.required('name', 'TransformerErrorCode-05')
  if (name === 'dx_groovy')
    throw new DataxError('TransformerErrorCode-07', 'dx_groovy needs a Java machine, which this engine is not', {
      hint: 'Run the job with --engine home.',
    })
  const transformer = TRANSFORMERS[name]
  if (!transformer) throw new DataxError('TransformerErrorCode-03', `there is no transformer "${name}"`)
  const parameters = new Parameters(given.get('parameter'), name)
  const column = parameters.long('columnIndex')
  if (column === undefined || column < 0)
    throw new DataxError('TransformerErrorCode-05', `${name}: columnIndex is missing or below 0`)
  const paras = parameters.list('paras') ?? []
  const wrong = paras.find(para => para.kind !== 'string')
  if (wrong)
    throw new DataxError('Framework-02', `${name}: paras must be texts, and ${textOf(wrong)} is a ${wrong.kind}`)
  return {
    name,
    column,
    makesText: transformer.makesText,
    run: transformer.compile(
      paras.map(para => textOf(para) ?? ''),
      mode,
    ),
  }
}
