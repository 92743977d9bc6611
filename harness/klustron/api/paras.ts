import { Secret } from '../../log/secret.ts'

/** A value in `paras` as callers write it. */
export type ParaValue =
  | string
  | number
  | bigint
  | boolean
  | Secret
  | undefined
  | readonly ParaValue[]
  | { readonly [key: string]: ParaValue }

export type Paras = Readonly<Record<string, ParaValue>>

/**
 * `paras` as cluster_mgr reads them: every scalar a JSON string (its accessors take nothing else, reference 1.2), booleans
 * `"1"` and `"0"`, lists and objects kept, undefined left out.
 */
export function wireParas(paras: Paras): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(paras)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, wireValue(value)]),
  )
}

function wireValue(value: ParaValue): unknown {
  if (value instanceof Secret) return value.reveal()
  if (typeof value === 'boolean') return value ? '1' : '0'
  if (Array.isArray(value)) return value.map(wireValue)
  if (typeof value === 'object' && value !== null) return wireParas(value as Paras)
  return String(value)
}
