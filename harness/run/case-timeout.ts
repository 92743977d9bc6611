/** Milliseconds that a case has when it says nothing else. */
export const DEFAULT_CASE_TIMEOUT = 10 * 60_000
