import { compareRows } from './compare-rows.ts'
import { type Catalog, diffCatalogs, open, type SchemaSide } from './compare-schema.ts'
import type { SchemaFinding } from './diff-shapes.ts'
import type { CompareRowsResult } from './result.ts'
import type { CompareSpec } from './spec.ts'

export type CompareTablesSpec = Omit<CompareSpec, 'left' | 'right' | 'progress'> & {
  readonly left: SchemaSide
  readonly right: SchemaSide
  /** Names, in which `*` stands for any characters. Default: all; views are left out. */
  readonly tables?: readonly string[]
  /** The same condition for every table. */
  readonly where?: string
  /** Tables compared at a time, each over a session of its own on both sides. Default 2. */
  readonly parallel?: number
  readonly progress?: (done: number, all: number, table: string) => void
}

export type CompareTablesResult = {
  readonly verdict: 'equal' | 'different' | 'undecided'
  /** Differences of schema; those of type that the comparison bridges do not make a verdict. */
  readonly schema: readonly SchemaFinding[]
  /** By table, in the order of their names. */
  readonly tables: readonly CompareRowsResult[]
}

/** Compares the rows of every table that both sides have. A table that one side lacks is a difference. Nothing compared is undecided. */
export async function compareTables(spec: CompareTablesSpec): Promise<CompareTablesResult> {
  await using stack = new AsyncDisposableStack()
  const pairs: [Catalog, Catalog][] = []
  const openPair = async (): Promise<[Catalog, Catalog]> => {
    const pair: Catalog[] = []
    for (const side of [spec.left, spec.right]) {
      const catalog = await open(side, spec.signal)
      stack.use(catalog.session)
      pair.push(catalog)
    }
    return pair as [Catalog, Catalog]
  }
  const first = await openPair()
  pairs.push(first)
  const schemas = await diffCatalogs(first[0], first[1], { tables: spec.tables, signal: spec.signal })
  const names = schemas.compared
  while (pairs.length < Math.min(spec.parallel ?? 2, names.length)) pairs.push(await openPair())
  const results: CompareRowsResult[] = new Array(names.length)
  let next = 0
  let done = 0
  await Promise.all(
    pairs.map(async ([left, right]) => {
      for (let index = next++; index < names.length; index = next++) {
        results[index] = await compareOne(spec, left, right, names[index] as string)
        spec.progress?.(++done, names.length, names[index] as string)
      }
    }),
  )
  return { verdict: verdictOf(schemas.findings, results), schema: schemas.findings, tables: results }
}

function compareOne(spec: CompareTablesSpec, left: Catalog, right: Catalog, name: string): Promise<CompareRowsResult> {
  const { progress: _progress, where, ...options } = spec
  return compareRows({
    ...options,
    left: { endpoint: spec.left.endpoint, table: { schema: left.schema, name }, where, session: left.session },
    right: { endpoint: spec.right.endpoint, table: { schema: right.schema, name }, where, session: right.session },
  })
}

function verdictOf(
  schema: readonly SchemaFinding[],
  tables: readonly CompareRowsResult[],
): CompareTablesResult['verdict'] {
  if (schema.some(finding => finding.kind === 'missing table')) return 'different'
  if (tables.some(table => table.verdict === 'different')) return 'different'
  if (tables.length === 0 || tables.some(table => table.verdict === 'undecided')) return 'undecided'
  return 'equal'
}
