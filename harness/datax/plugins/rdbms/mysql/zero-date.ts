import { DataxError } from '../../../errors.ts'

const ZERO = 0x30

/** Whether a date's text has a month or a day of zero: `0000-00-00`, `2020-01-00 00:00:00`. */
export function isZeroDate(bytes: Buffer, from: number, to: number): boolean {
  if (to - from < 10) return false
  return (
    (bytes[from + 5] === ZERO && bytes[from + 6] === ZERO) || (bytes[from + 8] === ZERO && bytes[from + 9] === ZERO)
  )
}

export function zeroDate(text: string): DataxError {
  return new DataxError('Common-01', `the date ${text} does not exist`, {
    hint: 'compat reads a date of zeros as null.',
  })
}
