/**
 * The choices that make a digest trustworthy. The tests change one at a time and show that a case catches it
 * (mutants.test.ts); nothing else does.
 */
export type Recipe = {
  /** How row hashes become one number. A xor would let two equal rows vanish. */
  readonly aggregate: 'sum' | 'xor'
  /** The key is a part of the row hash. Without it, values swapped between rows cancel. */
  readonly hashKey: boolean
  /** Lengths before texts. With a separator alone, 'a|b','c' would equal 'a','b|c'. */
  readonly lengths: boolean
  /** NULL has a mark of its own. As text it would equal that text. */
  readonly nullMark: boolean
  /** Rows are counted besides being summed. */
  readonly count: boolean
  /** Rows that are on the right only are looked for. */
  readonly bothWays: boolean
  /** How often a key occurs counts. */
  readonly multiplicity: boolean
  /** User types are cast before hashing: their numbers differ between servers. */
  readonly castUserTypes: boolean
  /** Bits of a row hash that are summed; 60 where all is well. */
  readonly bits: number
}

export const RECIPE: Recipe = {
  aggregate: 'sum',
  hashKey: true,
  lengths: true,
  nullMark: true,
  count: true,
  bothWays: true,
  multiplicity: true,
  castUserTypes: true,
  bits: 60,
}
