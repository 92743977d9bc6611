import { z } from 'zod'
import { Secret } from '../../log/secret.ts'

/** Fields as a client sends them. Ranges are the service's to check, so that a case can go beyond them with `openstore.request`. */
export const id = z.string().describe('An id that the service gave')
export const listing = {
  limit: z.int().optional(),
  next: z.string().optional(),
  page: z.int().optional(),
  page_size: z.int().optional(),
}
export const key = {
  idempotency_key: z
    .string()
    .optional()
    .describe('Sent as Idempotency-Key: the same key and body is answered as before'),
}
export const waiting = {
  wait: z.boolean().optional().describe('Wait until the work is over. Default true'),
}

export function callOptions({ idempotency_key }: { readonly idempotency_key?: string }, signal: AbortSignal) {
  return { idempotencyKey: idempotency_key, signal }
}

/** A source as it is sent: `password: $(target.…password)` is a Secret until then. */
export function revealed<T extends Readonly<Record<string, unknown>>>(source: T): T {
  const entries = Object.entries(source).map(([name, value]) => [
    name,
    value instanceof Secret ? value.reveal() : value,
  ])
  return Object.fromEntries(entries) as T
}
