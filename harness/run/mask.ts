import { maskText } from '../log/mask-text.ts'
import { Secret } from '../log/secret.ts'
import type { Lease } from '../targets/lease.ts'

/** Shorter ones would be found in words that have nothing to do with them. */
const SHORTEST = 4

/** Masks what the case's targets keep secret, wherever an action may have left it: a result, a message, a log line. */
export class Mask {
  readonly #secrets: readonly Secret[]

  constructor(leases: readonly Lease[]) {
    const found = new Map(leases.flatMap(lease => secretsIn(lease.endpoints)).map(secret => [secret.reveal(), secret]))
    this.#secrets = [...found.values()].filter(secret => secret.reveal().length >= SHORTEST)
  }

  text(text: string): string {
    return maskText(text, this.#secrets)
  }

  /** A copy of plain data with every text masked; the same where there is nothing to hide. */
  data<T>(value: T): T {
    if (this.#secrets.length === 0) return value
    const json = JSON.stringify(value)
    // most records hold no secret, and copying them costs more than looking
    if (
      json === undefined ||
      !this.#secrets.some(secret => json.includes(JSON.stringify(secret.reveal()).slice(1, -1)))
    )
      return value
    return this.#copy(value) as T
  }

  /** The content of a file, whatever it holds; the same where there is nothing to hide. */
  bytes(content: Buffer): Buffer {
    const found = this.#secrets.filter(secret => content.includes(secret.reveal()))
    if (found.length === 0) return content
    // one character for each byte, so that what is no text is kept as it is
    const bytesOf = (text: string) => Buffer.from(text).toString('latin1')
    const masked = found.reduce(
      (text, secret) => text.replaceAll(bytesOf(secret.reveal()), '***'),
      content.toString('latin1'),
    )
    return Buffer.from(masked, 'latin1')
  }

  #copy(value: unknown): unknown {
    if (typeof value === 'string')
      return this.#secrets.reduce((text, one) => text.replaceAll(one.reveal(), '***'), value)
    if (Array.isArray(value)) return value.map(inner => this.#copy(inner))
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, this.#copy(inner)]))
  }
}

function secretsIn(value: unknown): Secret[] {
  if (value instanceof Secret) return [value]
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(secretsIn) : []
}
