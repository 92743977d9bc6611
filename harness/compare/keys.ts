import { type Ends, fromBuckets, type Selection, type Writers } from './digest.ts'
import { type Key, type Matching, type Mismatch, matchBags, matchByKey } from './match.ts'
import type { Plan, RowSql } from './row-sql.ts'
import type { Side } from './side.ts'

/** Differing keys that are kept; more are only counted. */
const KEPT = 20_000

export type Found = {
  readonly mismatches: readonly Mismatch[]
  readonly changed: number
  readonly onlyLeft: number
  readonly onlyRight: number
  readonly duplicates: readonly Key[]
  readonly duplicateCount: number
}

/** The rows of the selected buckets on both sides, matched, one selection after another. */
export async function findKeys(
  ends: Ends,
  writers: Writers,
  plan: Plan,
  selections: readonly Selection[],
  conditions: { readonly left?: string; readonly right?: string } = {},
): Promise<Found> {
  const mismatches: Mismatch[] = []
  const duplicates: Key[] = []
  const counts = { changed: 0, 'only left': 0, 'only right': 0 }
  let duplicateCount = 0
  for (const selection of selections) {
    const [left, right] = await Promise.all([
      ends.left.query(keysSql(ends.left, writers.left, plan, selection, conditions.left)),
      ends.right.query(keysSql(ends.right, writers.right, plan, selection, conditions.right)),
    ])
    const match: Matching = (plan.key.length > 0 ? matchByKey : matchBags)(left.values, right.values, plan.recipe)
    for (const mismatch of match.mismatches) {
      counts[mismatch.kind] += mismatch.times
      if (mismatches.length < KEPT) mismatches.push(mismatch)
    }
    duplicateCount += match.duplicates.length
    duplicates.push(...match.duplicates.slice(0, Math.max(0, 20 - duplicates.length)))
  }
  return {
    mismatches,
    changed: counts.changed,
    onlyLeft: counts['only left'],
    onlyRight: counts['only right'],
    duplicates,
    duplicateCount,
  }
}

function keysSql(side: Side, sql: RowSql, plan: Plan, selection: Selection, condition: string | undefined): string {
  const bag = plan.key.length === 0
  const list = bag ? [sql.rowIdentity(), 'count(*)'] : [...sql.keyParts(), sql.rowIdentity()]
  return `select ${list.join(', ')} from ${fromBuckets(side, sql, selection, condition)}${bag ? ' group by 1' : ''}`
}
