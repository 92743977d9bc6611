import type { End } from './ends.ts'
import type { LoadOptions } from './load.ts'
import type { Split } from './split.ts'

type Texts = Pick<LoadOptions, 'source' | 'columns' | 'format' | 'spec'>

/** The slice of the source, for FROM. */
export function sourceRows({ source, spec }: Pick<Texts, 'source' | 'spec'>): string {
  return spec.slice?.where === undefined ? source.table : `${source.table} where ${spec.slice.where}`
}

/** One `COPY … TO STDOUT` for each of so many sessions; parts beyond their number share a query. */
export function copyOutTexts({ source, columns, format, spec }: Texts, split: Split, sessions: number): string[] {
  const options = format === 'binary' ? ' (format binary)' : ''
  const where = spec.slice?.where
  const [only] = split.parts
  const generated = source.shape.columns.filter(column => column.generated).map(column => column.name)
  // COPY of the table itself saves the executor, and can do no more than a plain table without generated columns
  const direct = source.plain && !unconverted(source) && !columns.pairs.some(pair => generated.includes(pair.left.name))
  if (split.parts.length === 1 && only?.where === undefined && where === undefined && direct)
    return [`copy ${source.table} (${columns.sourceList}) to stdout${options}`]
  return Array.from({ length: sessions }, (_, index) => {
    const own = split.parts.filter((__, part) => part % sessions === index)
    const selects = own.map(part => {
      const conditions = [part.where, where].filter(one => one !== undefined).map(one => `(${one})`)
      const filter = conditions.length > 0 ? ` where ${conditions.join(' and ')}` : ''
      return `select ${columns.sourceList} from ${part.from}${filter}`
    })
    return `copy (${selects.join(' union all ')}) to stdout${options}`
  })
}

/** Greenplum 6 sends texts of a table's binary COPY in the database's encoding, but those of a query's in the client's. */
const unconverted = ({ engine }: End): boolean => engine.flavor === 'greenplum' && engine.encoding !== 'UTF8'

/** `COPY … FROM STDIN` into the destination or its staging table. */
export function copyInText({ columns, format }: Pick<Texts, 'columns' | 'format'>, table: string): string {
  return `copy ${table} (${columns.destinationList}) from stdin${format === 'binary' ? ' (format binary)' : ''}`
}
