import type { BadBucket } from './buckets.ts'
import type { Ends, Writers } from './digest.ts'
import type { Plan } from './row-sql.ts'

/** Buckets that a sample is taken from. */
const SAMPLED_BUCKETS = 16

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
  conditions: { readonly left?: string; readonly right?: string } = {},
): Promise<readonly boolean[]> {
  const [left, right] = await Promise.all(
    (['left', 'right'] as const).map(side => {
      const sql = writers[side]
      const sums = plan.pairs.map(pair => sql.aggregate(sql.hashOf([pair], 0)))
      return ends[side].query(`select ${sums.join(', ')} from ${ends[side].from(conditions[side])}`)
    }),
  )
  return plan.pairs.map((_, index) => String(left?.values[0]?.[index]) !== String(right?.values[0]?.[index]))
}
