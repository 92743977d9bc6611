import { DataxError } from '../../errors.ts'
import type { Parameters } from '../../job/parameters.ts'
import type { Mode } from '../../record/convert.ts'
import type { Tally } from './tally.ts'

/** How many dirty records a job bears (reference 1.3). */
export class ErrorLimit {
  readonly record: number | undefined
  readonly percentage: number | undefined

  /** Throws Framework-03 for a limit that is no limit. Without one DataX bears any number; strict bears none. */
  constructor(parameters: Parameters, mode: Mode) {
    // an empty text counts as absent
    const has = (name: string): boolean => (parameters.text(name) ?? '') !== ''
    const record = has('record') ? parameters.long('record') : undefined
    const percentage = has('percentage') ? parameters.double('percentage') : undefined
    if (record !== undefined && record < 0) throw new DataxError('Framework-03', '脏数据条数现在应该为非负整数')
    if (percentage !== undefined && (percentage < 0 || percentage > 1))
      throw new DataxError('Framework-03', '脏数据百分比限制应该在[0.0, 1.0]之间')
    this.record = record ?? (percentage === undefined && mode === 'strict' ? 0 : undefined)
    this.percentage = record === undefined ? percentage : undefined
  }

  /** The breach of the number of records, which may be looked for at any time. */
  recordBreach(tally: Tally): DataxError | undefined {
    if (this.record === undefined || tally.failed <= this.record) return undefined
    return new DataxError(
      'Framework-14',
      `脏数据条数检查不通过，限制是[${this.record}]条，但实际上捕获了[${tally.failed}]条.`,
    )
  }

  /** Any breach, once all is done: the share is known only then. */
  breach(tally: Tally): DataxError | undefined {
    const byRecord = this.recordBreach(tally)
    if (byRecord || this.percentage === undefined || tally.total === 0) return byRecord
    const share = tally.failed / tally.total
    if (share <= this.percentage) return undefined
    const six = (value: number): string => value.toFixed(6)
    return new DataxError(
      'Framework-14',
      `脏数据百分比检查不通过，限制是[${six(this.percentage)}]，但实际上捕获到[${six(share)}].`,
    )
  }
}
