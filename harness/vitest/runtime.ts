import { describe, test } from 'vitest'
import type { CaseFile } from '../cases/model.ts'
import { CaseModule } from './case-module.ts'

export { describe, test }

/** What a generated test module holds of its case file. */
export function caseModule(file: CaseFile): CaseModule {
  return new CaseModule(file)
}
