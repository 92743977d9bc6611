import { join } from 'node:path'
import type { ErrorRecord } from '../report/model.ts'

/**
 * What a case's test throws: named by its code, and with a stack of one line, the place in the case file, so that vitest
 * prints the frame of the YAML.
 */
export class CaseError extends Error {
  readonly assay: ErrorRecord

  constructor(record: ErrorRecord, root: string, details: readonly string[]) {
    super([record.message, ...details, ...(record.hint === undefined ? [] : [record.hint])].join('\n  '))
    this.name = record.code
    this.assay = record
    const { file, line = 1, column = 1 } = record
    const place = file === undefined ? '' : `\n    at case (${join(root, file)}:${line}:${column})`
    this.stack = `${this.name}: ${this.message}${place}`
  }
}
