import { type Ends, readSelection, type Selection, type Writers } from './digest.ts'
import { type Key, type Matching, type Mismatch, matchBags, matchByKey } from './match.ts'
import type { Plan } from './row-sql.ts'

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
  options: {
    readonly left?: string
    readonly right?: string
    /** Called after each selection with the rows that differ so far. */
    readonly passed?: (done: number, differing: number) => void
  } = {},
): Promise<Found> {
  const mismatches: Mismatch[] = []
  const duplicates: Key[] = []
  const counts = { changed: 0, 'only left': 0, 'only right': 0 }
  let duplicateCount = 0
  const bag = plan.key.length === 0
  for (const [at, selection] of selections.entries()) {
    const [left, right] = await Promise.all(
      (['left', 'right'] as const).map(side => {
        const sql = writers[side]
        const list = bag ? [sql.rowIdentity(), 'count(*)'] : [...sql.keyParts(), sql.rowIdentity()]
        const wanted = {
          selection,
          condition: options[side],
          list: list.join(', '),
          rest: bag ? ' group by 1' : '',
        }
        return readSelection(ends[side], sql, plan, wanted)
      }),
    )
    const match: Matching = (bag ? matchBags : matchByKey)(left ?? [], right ?? [], plan.recipe)
    for (const mismatch of match.mismatches) {
      counts[mismatch.kind] += mismatch.times
      if (mismatches.length < KEPT) mismatches.push(mismatch)
    }
    duplicateCount += match.duplicates.length
    duplicates.push(...match.duplicates.slice(0, Math.max(0, 20 - duplicates.length)))
    options.passed?.(at + 1, counts.changed + counts['only left'] + counts['only right'])
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
