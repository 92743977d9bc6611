import { inspect } from 'node:util'

const MASK = '***'

/**
 * A value that must never be printed: a password, a key, a token. Everything that turns a value into text
 * (string templates, JSON, util.inspect, console) sees `***`; only `reveal()` gives the value itself.
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The value in the clear. Call it where the value is used (a driver's option), never to build a message. */
  reveal(): string {
    return this.#value
  }

  toString(): string {
    return MASK
  }

  toJSON(): string {
    return MASK
  }

  [inspect.custom](): string {
    return MASK
  }
}

/** Wraps a text; a Secret passes through. */
export function secret(value: string | Secret): Secret {
  return value instanceof Secret ? value : new Secret(value)
}

/** Names of columns, keys and headers whose values are masked in recorded rows, inputs and results. */
const SECRET_NAME =
  /^(passwd|password|pwd|pass|.*_password|.*_passwd|secret|.*secret_key|secret_?key|access_?key|.*token|authorization)$/i

export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name)
}

/** A copy of plain data with the values under secret names masked; other values, and their identity, are kept. */
export function maskSecrets(value: unknown): unknown {
  if (value instanceof Secret || value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(maskSecrets)
  if (Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) =>
      isSecretName(key) && inner !== null && inner !== undefined && typeof inner !== 'object'
        ? [key, MASK]
        : [key, maskSecrets(inner)],
    ),
  )
}
