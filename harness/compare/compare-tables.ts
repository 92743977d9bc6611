import { ActionError } from '../errors.ts'
import { compareRows } from './compare-rows.ts'
import { type Catalog, diffCatalogs, open, type SchemaSide } from './compare-schema.ts'
import type { SchemaFinding } from './diff-shapes.ts'
import type { CompareRowsResult } from './result.ts'
import { type SharedSnapshot, shareSnapshot } from './shared-snapshot.ts'
import type { CompareSpec, Progress } from './spec.ts'

export type CompareTablesSpec = Omit<CompareSpec, 'left' | 'right' | 'progress'> & {
  readonly left: SchemaSide
  readonly right: SchemaSide
  /** Names, in which `*` stands for any characters. Default: all; views are left out. */
  readonly tables?: readonly string[]
  /** The same condition for every table. */
  readonly where?: string
  /** Tables compared at a time, each over a session of its own on both sides. Default 2. */
  readonly parallel?: number
  readonly progress?: (progress: TablesProgress) => void
}

export type TablesProgress = {
  readonly done: number
  readonly all: number
  /** The table that is compared, or, without `now`, that has just been. */
  readonly table: string
  readonly now?: Progress
}

export type CompareTablesResult = {
  readonly verdict: 'equal' | 'different' | 'undecided'
  /** Differences of schema; those of type that the comparison bridges do not make a verdict. */
  readonly schema: readonly SchemaFinding[]
  /** Of each table that was compared, in the order of their names. */
  readonly tables: readonly CompareRowsResult[]
  /** Tables of both sides that could not be compared, and why. */
  readonly failed: readonly { readonly table: string; readonly reason: string }[]
  /** Why there is none of all these: which tables were asked for, and what may have been meant. */
  readonly nothing?: string
}

/**
 * Compares the rows of every table that both sides have, each side's tables in one snapshot where the server can share one. A table that
 * one side lacks is a difference. Nothing compared is undecided.
 */
export async function compareTables(spec: CompareTablesSpec): Promise<CompareTablesResult> {
  await using stack = new AsyncDisposableStack()
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
  const pairs = [first]
  const schemas = await diffCatalogs(first[0], first[1], {
    ...{ tables: spec.tables, signal: spec.signal, rowsFollow: true },
  })
  const names = schemas.compared
  const shared: (SharedSnapshot | undefined)[] = []
  if (names.length > 1) {
    for (const [at, side] of [spec.left, spec.right].entries()) {
      const snapshot = await shareSnapshot(side, first[at] as Catalog, spec.signal)
      if (snapshot) stack.use(snapshot.session)
      shared.push(snapshot)
    }
  }
  while (pairs.length < Math.min(spec.parallel ?? 2, names.length)) pairs.push(await openPair())
  const results: CompareRowsResult[] = new Array(names.length)
  const failed: { table: string; reason: string }[] = []
  const all = names.length
  let next = 0
  let done = 0
  const work = async ([left, right]: [Catalog, Catalog]) => {
    for (let index = next++; index < all; index = next++) {
      const table = names[index] as string
      const { where, progress, ...options } = spec
      const sideOf = (
        { endpoint }: SchemaSide,
        { schema, session }: Catalog,
        snapshot: SharedSnapshot | undefined,
      ) => ({
        ...{ endpoint, table: { schema, name: table }, where, session, snapshot: snapshot?.id },
      })
      try {
        results[index] = await compareRows({
          ...options,
          left: sideOf(spec.left, left, shared[0]),
          right: sideOf(spec.right, right, shared[1]),
          progress: progress && (now => progress({ done, all, table, now })),
        })
      } catch (error) {
        // one table that cannot be read says nothing of the others
        if (!(error instanceof ActionError) || !left.session.open || !right.session.open) throw error
        failed.push({ table, reason: error.message })
      }
      progress?.({ done: ++done, all, table })
    }
  }
  await Promise.all(pairs.map(work))
  const tables = results.filter(result => result !== undefined)
  const verdict = verdictOf(schemas.findings, tables, failed.length > 0)
  const nothing = schemas.verdict === 'undecided' ? { nothing: schemas.summary } : {}
  return { verdict, schema: schemas.findings, tables, failed, ...nothing }
}

function verdictOf(
  schema: readonly SchemaFinding[],
  tables: readonly CompareRowsResult[],
  anyFailed: boolean,
): CompareTablesResult['verdict'] {
  if (schema.some(finding => finding.kind === 'missing table')) return 'different'
  if (tables.some(table => table.verdict === 'different')) return 'different'
  if (anyFailed || tables.length === 0 || tables.some(table => table.verdict === 'undecided')) return 'undecided'
  return 'equal'
}
