import { maskText } from '../log/mask-text.ts'
import { isSecretName, Secret } from '../log/secret.ts'
import { isEndpoint } from './endpoints.ts'

const MAX_TEXT = 4_000
const MAX_ITEMS = 50
const MAX_DEPTH = 8

/** A copy of a value fit for the report: plain JSON, secrets masked, long texts and lists cut with a note of how much is missing. */
export function cap(value: unknown, depth = 0): unknown {
  if (value === null || typeof value === 'number' || typeof value === 'boolean' || value === undefined) return value
  if (typeof value === 'string') return capText(value)
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Secret) return String(value)
  if (Buffer.isBuffer(value)) return capText(`\\x${value.subarray(0, MAX_TEXT).toString('hex')}`)
  if (value instanceof Date) return value.toISOString()
  if (typeof value !== 'object') return String(value)
  if (depth >= MAX_DEPTH) return '…'
  if (isEndpoint(value))
    return {
      target: value.target,
      name: value.name,
      host: value.host,
      port: value.port,
      user: value.user,
      database: value.database,
    }
  if (Array.isArray(value)) {
    const kept = value.slice(0, MAX_ITEMS).map(inner => cap(inner, depth + 1))
    return value.length > MAX_ITEMS ? [...kept, `… ${value.length - MAX_ITEMS} more`] : kept
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      isSecretName(key) && inner !== null && inner !== undefined ? '***' : cap(inner, depth + 1),
    ]),
  )
}

/** The text, cut, with whatever stands where passwords usually stand masked: an answer of a system may tell them. */
export function capText(text: string): string {
  if (text.length <= MAX_TEXT) return maskText(text)
  return `${maskText(text.slice(0, MAX_TEXT))}… (${text.length} characters)`
}
