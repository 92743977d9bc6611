import { ActionError, type ActionErrorOptions } from '../errors.ts'

/**
 * libcurve's codes (include/client/libcurve_define.h), as its calls return them: negated. The seed's table, with -30 and -31,
 * which the library returns and the Python module has no constants for.
 */
export const CURVE_CODES = {
  OK: 0,
  EXISTS: -1,
  FAILED: -2,
  DISABLEIO: -3,
  AUTHFAIL: -4,
  DELETING: -5,
  NOTEXIST: -6,
  UNDER_SNAPSHOT: -7,
  NOT_UNDERSNAPSHOT: -8,
  DELETE_ERROR: -9,
  NOT_ALLOCATE: -10,
  NOT_SUPPORT: -11,
  NOT_EMPTY: -12,
  NO_SHRINK_BIGGER_FILE: -13,
  SESSION_NOTEXISTS: -14,
  FILE_OCCUPIED: -15,
  PARAM_ERROR: -16,
  INTERNAL_ERROR: -17,
  CRC_ERROR: -18,
  INVALID_REQUEST: -19,
  DISK_FAIL: -20,
  NO_SPACE: -21,
  NOT_ALIGNED: -22,
  BAD_FD: -23,
  LENGTH_NOT_SUPPORT: -24,
  SESSION_NOT_EXIST: -25,
  STATUS_NOT_MATCH: -26,
  DELETE_BEING_CLONED: -27,
  CLIENT_NOT_SUPPORT_SNAPSHOT: -28,
  SNAPSHOT_FROZEN: -29,
  RETRY_UNTIL_SUCCESS: -30,
  EPOCH_TOO_OLD: -31,
  UNKNOWN: -100,
} as const

export type CurveCodeName = keyof typeof CURVE_CODES

const NAMES = new Map<number, CurveCodeName>(
  Object.entries(CURVE_CODES).map(([name, code]) => [code, name as CurveCodeName]),
)

/** `NOT_ALIGNED` for -22; undefined for a number that libcurve does not use. */
export function curveCodeName(code: number): CurveCodeName | undefined {
  return NAMES.get(code)
}

/** `-22 NOT_ALIGNED`. */
export function showCode(code: number): string {
  const name = curveCodeName(code)
  return name === undefined ? `${code}` : `${code} ${name}`
}

/** A call as messages show it: name, and arguments without passwords. */
export type CurveCall = { readonly name: string; readonly arguments: readonly unknown[] }

export function showCall({ name, arguments: given }: CurveCall): string {
  return `${name}(${given.map(value => (typeof value === 'bigint' ? `${value}` : JSON.stringify(value))).join(', ')})`
}

/** libcurve answered a call with a code below zero. `class` is the code's name in small letters, like `not_aligned`. */
export class CurveError extends ActionError {
  readonly curveCode: number
  readonly codeName: CurveCodeName | undefined
  readonly call: CurveCall

  constructor(code: number, call: CurveCall, options: ActionErrorOptions = {}) {
    const codeName = curveCodeName(code)
    super('ASSAY_CURVE', `${showCall(call)} gave ${showCode(code)}`, {
      systemCode: code,
      class: codeName?.toLowerCase() ?? 'unlisted',
      data: { call: call.name, arguments: call.arguments.map(String) },
      ...options,
    })
    this.name = 'CurveError'
    this.curveCode = code
    this.codeName = codeName
    this.call = call
  }
}
