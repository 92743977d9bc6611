import type { CommonType } from './kind.ts'

/** How JSON is compared: by its text, or by what it means (key order, spaces and number spelling aside). */
export type JsonMode = 'strict' | 'semantic'

/** sha256 where md5 is disabled, as on FIPS systems; sha1 between servers of MySQL's family, which compute it in a quarter of md5's time. */
export type Digest = 'md5' | 'sha1' | 'sha256'

export type FormOptions = {
  /** Bring values that the engine's `=` calls equal to one form. */
  readonly byValue: boolean
  readonly json: JsonMode
  /** The other side belongs to the same family of engines, so forms that only it writes are allowed. */
  readonly sameFamily: boolean
  /** Function of a text or bytes that gives a digest as hexadecimal text, for values that text cannot hold. */
  readonly digest: Digest
}

/** A value as text that both sides write alike. NULL stays NULL. */
export type TextForm = {
  readonly sql: string
  /** `plain`: the text is of digits, letters, signs and spaces, without a comma. `length`: it can hold anything. */
  readonly frame: 'plain' | 'length'
}

/** Columns whose differences the digest may overstate: the values decide, in the client (judge.ts). */
export function judgedByClient(
  common: CommonType,
  options: Pick<FormOptions, 'json' | 'sameFamily'> & { readonly roundsSingles?: boolean },
): boolean {
  if (common.kind === 'json') return options.json === 'semantic'
  if (common.kind !== 'float') return false
  return !options.sameFamily || (options.roundsSingles === false && common.size === 4 && !common.same)
}
