/** What scenarios expect most often. */
export const EQUAL = { verdict: 'equal', differing: 0 } as const

/** One row differs, in these columns; in so many rows only the spelling does. */
export const one = (columns: readonly string[], representation = 0) =>
  ({ verdict: 'different', changed: 1, differing: 1, columns, representation }) as const

export const by = { options: { mode: 'by-value' } } as const
