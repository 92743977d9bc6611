import type { Action } from './actions/define-action.ts'
import type { Software } from './targets/software.ts'
import type { TargetDefinition } from './targets/target.ts'

/** One system's part of assay: its actions, the targets of its embedded and container tiers, what it needs installed. */
export interface System {
  /** `sql`, `klustron`. */
  readonly name: string
  readonly about: string
  // biome-ignore lint/suspicious/noExplicitAny: a registry holds actions of every input and result
  readonly actions?: readonly Action<any, any>[]
}

/** What assay.config.ts joins. The vite plugin, the workers, the keeper, the command line and the generators all load it. */
export type Assay = {
  readonly systems: readonly System[]
  readonly targets: readonly TargetDefinition[]
  readonly software?: readonly Software[]
  /** The tags that cases may use, each with what it means. */
  readonly tags: Readonly<Record<string, string>>
  /** The owners that cases may name, each with a way to reach them. */
  readonly owners: Readonly<Record<string, string>>
}

export function defineAssay(assay: Assay): Assay {
  return assay
}
