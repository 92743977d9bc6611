import type { Path } from './case-text.ts'
import { complain, type Reading } from './reading.ts'

/** Names that every case has. */
export const COMMON_NAMES = ['target', 'run', 'case'] as const

/** Complains about names under which nothing may be kept, since every case has a value there already. */
export function checkNames(names: readonly string[], at: Path, reading: Pick<Reading, 'source' | 'problems'>): void {
  for (const name of names) {
    if (!(COMMON_NAMES as readonly string[]).includes(name)) continue
    complain(reading, 'ASSAY_CASE_TYPE', `"${name}" is a name that every case has; take another`, {
      at: [...at, name],
      key: true,
    })
  }
}
