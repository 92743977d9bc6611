import type { Passed } from './digest.ts'
import type { Planned } from './make-plan.ts'
import { SIDES, type SideName } from './model.ts'
import type { CompareSpec } from './spec.ts'

const number = (count: number) => Math.round(count).toLocaleString('en')

/** Tells how far the digest has come on each side: in ranges where the table is read in ranges. */
export function digestProgress(
  spec: CompareSpec,
  { plan, estimate }: Planned,
): (side: SideName) => ((passed: Passed) => void) | undefined {
  const { progress } = spec
  if (!progress) return () => undefined
  const about = `about ${number(estimate)} rows`
  progress({
    phase: 'digest',
    text: `digest of ${about} by ${plan.method} in ${number(plan.buckets)} buckets`,
    done: { left: 0, right: 0 },
  })
  const passed: Record<SideName, Passed | undefined> = { left: undefined, right: undefined }
  const described = (side: SideName) => {
    const { rows = 0, done = 0, of = 1 } = passed[side] ?? {}
    return `${side} ${number(rows)}${of > 1 ? ` in ${done} of ${of} ranges` : ''}`
  }
  return side => now => {
    passed[side] = now
    progress({
      phase: 'digest',
      text: `digest of ${about}: ${SIDES.map(described).join(', ')}`,
      done: { left: passed.left?.rows ?? 0, right: passed.right?.rows ?? 0 },
    })
  }
}
