import type { Action } from '../actions/define-action.ts'
import type { Assay } from '../assay.ts'

/** What a case file may name: built once from assay.config.ts. */
export type CaseRegistry = {
  // biome-ignore lint/suspicious/noExplicitAny: a registry holds actions of every input and result
  readonly actions: ReadonlyMap<string, Action<any, any>>
  /** Target names with their roles. */
  readonly targets: ReadonlyMap<string, readonly string[]>
  readonly tags: ReadonlySet<string>
  readonly owners: ReadonlySet<string>
}

/** Throws where two systems register one name: the second would silently win. */
export function registryOf(assay: Assay): CaseRegistry {
  const actions = new Map<string, Action>()
  for (const system of assay.systems) {
    for (const action of system.actions ?? []) {
      if (actions.has(action.name))
        throw new TypeError(
          `the action "${action.name}" is registered twice, the second time by the system "${system.name}"`,
        )
      actions.set(action.name, action)
    }
  }
  return {
    actions,
    targets: new Map(assay.targets.map(target => [target.name, target.roles])),
    tags: new Set(Object.keys(assay.tags)),
    owners: new Set(Object.keys(assay.owners)),
  }
}
