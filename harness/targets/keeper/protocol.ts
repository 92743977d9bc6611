import { AssayError, ERROR_CODES, type ErrorCode, type Place } from '../../errors.ts'
import { Secret } from '../../log/secret.ts'
import type { LeaseMode, TargetStatus } from '../lease.ts'
import type { Capabilities, Endpoints, FaultKind, Finding, LogLine, Tier } from '../target.ts'

/** What a worker asks of the keeper: JSON lines over its socket, answered by id in any order. */
export type Methods = {
  lease: { params: { target: string; tier: Tier; mode: LeaseMode; holder: string }; result: Granted }
  release: { params: { lease: number; dirty?: string }; result: null }
  fault: { params: { lease: number; kind: FaultKind; endpoint: string }; result: null }
  logs: { params: { lease: number; from: number; to: number; limit: number }; result: readonly LogLine[] }
  check: { params: { lease: number; from: number }; result: readonly Finding[] }
  status: { params: { target: string; tier: Tier }; result: TargetStatus }
}
export type Method = keyof Methods

export type Granted = {
  readonly lease: number
  readonly endpoints: Endpoints
  readonly capabilities: Capabilities
  readonly versions: Readonly<Record<string, string>>
}

export type Request = { readonly id: number; readonly method: Method; readonly params: never }
/** Gives up an earlier request; it is still answered, with an error. */
export type Cancel = { readonly cancel: number }
export type Response = { readonly id: number; readonly result?: unknown; readonly error?: WireError }

export type WireError = {
  readonly code: ErrorCode
  readonly message: string
  readonly hint?: string
  readonly where?: Place
  readonly cause?: string
}

/** What to do when the cache, where data directories are, is full. */
export const SPACE_HINT = 'Free some space, or set ASSAY_CACHE to a folder on another disk.'

const SECRET = '$secret'
const INFINITE = '$infinite'

/** One line. The socket lies in a folder of the user alone, so a Secret travels in the clear and is a Secret again on the other side. */
export function encode(message: Request | Cancel | Response | { readonly method: string }): string {
  return `${JSON.stringify(message, function (this: Record<string, unknown>, key, value) {
    const original = this[key]
    if (original instanceof Secret) return { [SECRET]: original.reveal() }
    if (original === Number.POSITIVE_INFINITY) return { [INFINITE]: true }
    return value
  })}\n`
}

export function decode(line: string): unknown {
  return JSON.parse(line, (_, value) => {
    if (value === null || typeof value !== 'object') return value
    if (typeof value[SECRET] === 'string') return new Secret(value[SECRET])
    return value[INFINITE] === true ? Number.POSITIVE_INFINITY : value
  })
}

export function encodeError(error: unknown): WireError {
  const text = (cause: unknown): string | undefined =>
    cause === undefined ? undefined : cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
  if (error instanceof AssayError)
    return { code: error.code, message: error.message, hint: error.hint, where: error.where, cause: text(error.cause) }
  const message = error instanceof Error ? error.message : String(error)
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOSPC')
    return { code: 'ASSAY_DISK_FULL', message, hint: SPACE_HINT }
  return { code: 'ASSAY_INTERNAL', message: `the keeper failed: ${message}`, cause: text(error) }
}

export function decodeError({ code, message, hint, where, cause }: WireError): AssayError {
  const known = code in ERROR_CODES ? code : 'ASSAY_INTERNAL'
  return new AssayError(known, message, { hint, where, cause: cause === undefined ? undefined : new Error(cause) })
}

/** Cuts a stream of text into lines. */
export function lineSplitter(onLine: (line: string) => void): (chunk: string) => void {
  let rest = ''
  return chunk => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line !== '') onLine(line)
  }
}
