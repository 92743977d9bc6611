/** A program or library that a target or a test needs. `npm run setup` brings it, `assay doctor` reports on it. */
export interface Software {
  /** `mariadb`, `postgresql`, `chromium`. */
  readonly name: string
  readonly about: string
  /** Who needs it: `tour` and `nightly` get what their cases need, `test` gets all. */
  readonly neededFor: readonly ('cases' | 'test' | 'bench')[]
  /** Where it is, or undefined. Must be quick: it runs before every run. */
  find(): Promise<FoundSoftware | undefined>
  /** Brings it without asking; absent where a person must do it. */
  install?(log: (text: string) => void, signal: AbortSignal): Promise<void>
  /** The one command to run by hand, where `install` is absent or failed. */
  readonly byHand: string
}

export type FoundSoftware = { readonly version: string; readonly path: string }
