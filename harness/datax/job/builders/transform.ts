/** A change to one column of every record, by its place from 0. */
export type Transform =
  | { readonly transform: 'substr'; readonly column: number; readonly start: number; readonly length: number }
  | {
      readonly transform: 'pad'
      readonly column: number
      readonly side: 'left' | 'right'
      readonly length: number
      readonly text: string
    }
  | {
      readonly transform: 'replace'
      readonly column: number
      readonly start: number
      readonly length: number
      readonly text: string
    }
  /** Drops the records for which it holds. */
  | { readonly transform: 'filter'; readonly column: number; readonly drop: FilterOperator; readonly value: string }
  | {
      readonly transform: 'digest'
      readonly column: number
      readonly algorithm: 'md5' | 'sha1'
      readonly upperCase?: boolean
    }

export type FilterOperator = 'like' | 'not like' | '>' | '<' | '=' | '!=' | '>=' | '<='

/** As the job file has it: DataX dies on parameters that are no texts. */
export function transformerOf(one: Transform): unknown {
  return { name: `dx_${one.transform}`, parameter: { columnIndex: one.column, paras: parasOf(one).map(String) } }
}

function parasOf(one: Transform): readonly (string | number)[] {
  switch (one.transform) {
    case 'substr':
      return [one.start, one.length]
    case 'pad':
      return [one.side === 'left' ? 'l' : 'r', one.length, one.text]
    case 'replace':
      return [one.start, one.length, one.text]
    case 'filter':
      return [one.drop, one.value]
    case 'digest':
      return [one.algorithm, one.upperCase ? 'toUpperCase' : 'toLowerCase']
  }
}
