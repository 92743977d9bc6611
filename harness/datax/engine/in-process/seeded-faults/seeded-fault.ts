import type { SCENARIOS } from './scenarios.ts'

/** The exports of a module. */
export type Original = Record<string, never>
/** What a module exports, and is wrong about. */
type Fault = (original: Original) => Record<string, unknown>

// biome-ignore lint/suspicious/noExplicitAny: a fault takes the exports of some module as they are
export const any = (value: unknown): any => value

export type SeededFault = {
  readonly name: string
  /** Relative to the folder above. */
  readonly module: string
  readonly fault: Fault
  readonly caughtBy: readonly (keyof typeof SCENARIOS)[]
}
