import type { Path } from './case-text.ts'
import { parseCondition } from './condition.ts'
import { complain, type Reading } from './reading.ts'

/** Complains about an `if` or `requires` that is not one comparison. */
export function checkCondition(text: string, at: Path, reading: Reading): void {
  try {
    parseCondition(text)
  } catch (error) {
    complain(reading, 'ASSAY_CASE_CONDITION', (error as Error).message, { at })
  }
}
