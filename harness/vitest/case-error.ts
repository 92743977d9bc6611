import type { ErrorRecord } from '../report/model.ts'

/**
 * What a case's test throws: named by its code, and with a stack of one line, the place in the case file, so that vitest
 * prints the frame of the YAML.
 */
export class CaseError extends Error {
  readonly assay: ErrorRecord

  constructor(record: ErrorRecord, path: string | undefined, details: readonly string[]) {
    super([record.message, ...details, ...(record.hint === undefined ? [] : [record.hint])].join('\n  '))
    this.name = record.code
    this.assay = record
    this.stack =
      path === undefined
        ? `${this.name}: ${this.message}`
        : `${this.name}: ${this.message}\n    at case (${path}:${record.line ?? 1}:${record.column ?? 1})`
  }
}
