import type { Mode } from '../record/convert.ts'
import type { Kind, Value } from '../record/kind.ts'

/** What a transformer does to the value of its column. `undefined` drops the record; a throw makes it dirty. */
export type ColumnTransform = (value: Value, kind: Kind) => Value | undefined

export interface Transformer {
  readonly name: string
  /** Whether what it gives is text whatever came in. */
  readonly makesText: boolean
  /** Reads its paras once. Throws TransformerErrorCode-05. */
  compile(paras: readonly string[], mode: Mode): ColumnTransform
}
