import type { Ends } from './digest.ts'
import { cutRanges } from './ranges.ts'
import type { Plan } from './row-sql.ts'
import type { Side } from './side.ts'
import type { CompareSpec } from './spec.ts'

/** Rows of a range: a second or two of work, so that progress is seen and connections finish together. */
const ROWS_PER_RANGE = 100_000
const MOST_RANGES = 64
/** Connections that read a large table. Each keeps a core of the server busy. */
const CONNECTIONS = 2

/**
 * Has a large MySQL table read in ranges of its primary key, over several connections that see one state of it. PostgreSQL and Greenplum
 * use several cores for one statement by themselves.
 */
export async function split(ends: Ends, plan: Plan, spec: CompareSpec): Promise<Plan> {
  const sides = [ends.left, ends.right].filter(side => side.engine.dialect === 'mysql')
  const [first] = sides
  const [lead] = plan.key
  if (!first || !lead || lead.left.type.kind !== 'integer' || lead.right.type.kind !== 'integer') return plan
  if ((spec.oneIn ?? 1) > 1 || !sides.every(side => isOrderedBy(side, lead[side.name].name))) return plan
  const rows = await Promise.all((spec.shared ? [first] : sides).map(wholeRows))
  const count = Math.min(MOST_RANGES, Math.floor(Math.min(...rows) / (spec.rowsPerRange ?? ROWS_PER_RANGE)))
  if (count < 2) return plan
  const ranges = await cutRanges(first, lead, count)
  if (!ranges) return plan
  await Promise.all(sides.map(side => side.widen(Math.min(spec.connections ?? CONNECTIONS, count))))
  return { ...plan, ranges }
}

function isOrderedBy({ shape }: Side, column: string): boolean {
  return shape.indexes.some(index => index.primary && index.columns[0] === column)
}

/** The table's rows where all of them are read; 0 where a condition finds its rows by another way, or looks at other tables. */
async function wholeRows(side: Side): Promise<number> {
  const { where } = side.spec
  const all = await side.estimateAll()
  if (where === undefined) return all
  if (/\bselect\b/i.test(where)) return 0
  return (await side.estimate()) >= all / 2 ? all : 0
}
