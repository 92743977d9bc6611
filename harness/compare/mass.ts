import type { BadBucket, BucketComparison } from './buckets.ts'
import type { Ends, Writers } from './digest.ts'
import type { Plan } from './row-sql.ts'

/** Share of bad buckets beyond which looking for every key costs more than it tells. */
const MASS_SHARE = 0.3
/** Rows in bad buckets up to which every key is looked for anyway. */
const FEW_ROWS = 50_000
/** Buckets that a sample is taken from. */
const SAMPLED_BUCKETS = 16

export function isMass(comparison: BucketComparison): boolean {
  return comparison.badRows > FEW_ROWS && comparison.bad.length > MASS_SHARE * comparison.total
}

/** Bad buckets spread evenly over all of them. */
export function sampleOf(bad: readonly BadBucket[]): readonly BadBucket[] {
  const step = Math.max(1, bad.length / SAMPLED_BUCKETS)
  return Array.from({ length: Math.min(SAMPLED_BUCKETS, bad.length) }, (_, n) => bad[Math.floor(n * step)] as BadBucket)
}

/** Which columns differ at all, by one sum of each: turns "every row differs" into "column n differs". */
export async function localizeColumns(
  ends: Ends,
  writers: Writers,
  plan: Plan,
  condition?: string,
): Promise<readonly boolean[]> {
  const [left, right] = await Promise.all(
    (['left', 'right'] as const).map(side => {
      const sql = writers[side]
      const sums = plan.pairs.map(pair => sql.aggregate(sql.hashOf([pair], 0)))
      return ends[side].query(`select ${sums.join(', ')} from ${ends[side].from(condition)}`)
    }),
  )
  return plan.pairs.map((_, index) => String(left?.values[0]?.[index]) !== String(right?.values[0]?.[index]))
}
