import type { Place } from '../errors.ts'
import type { Path } from './case-text.ts'

/** One `targets:` entry. */
export type TargetUse = { readonly name: string; readonly exclusive: boolean }

export type Eventually = { readonly within: number; readonly every: number; readonly giveUpOn?: unknown }

export type Repeat = {
  readonly times?: number | string
  readonly until?: unknown
  readonly as?: string
  readonly every: number
}

export type Fails = { readonly code?: unknown; readonly class?: unknown; readonly message?: unknown }

/** What `save` takes: the whole result under a name, or names with paths into it. */
export type Save = Readonly<Record<string, string>>

/** One step as the file says it: nothing filled in yet. JSON through and through, since it is written into the test module. */
export type Step = {
  /** Where it stands: the file that holds it, and its path there. */
  readonly place: Place
  readonly path: Path
  readonly name?: string
  /** A registered action, a composite one of a `use` file, or `parallel` or `join`. */
  readonly action: string
  readonly input: unknown
  readonly on?: unknown
  readonly expect?: unknown
  readonly fails?: Fails
  readonly save?: Save
  readonly eventually?: Eventually
  /** Milliseconds. */
  readonly timeout?: number
  readonly if?: string
  /** The name by which a later step joins it. */
  readonly background?: string
  readonly repeat?: Repeat
  /** Of `parallel`. */
  readonly steps?: readonly Step[]
}

/** A shared action of a `use` file: steps with parameters. */
export type Composite = {
  readonly name: string
  readonly about: string
  readonly place: Place
  /** Default values; `undefined` must be given. */
  readonly parameters: Readonly<Record<string, { readonly about?: string; readonly default?: unknown }>>
  readonly steps: readonly Step[]
  /** What a step that uses it sees as its result. */
  readonly result?: unknown
}

export type Known = {
  readonly ticket: string
  /** Matrix values and `target.version`, each a literal or a comparison like `<1.4`. */
  readonly when: Readonly<Record<string, unknown>>
  /** A part of the error's message, or its code or class. */
  readonly error: string
}

/** How much worse a number may be than in earlier runs. */
export type HistoryLimit = {
  /** A share: 0.5 for `50%`. */
  readonly worseBy: number
  /** How many of the newest runs are taken together, this one included. */
  readonly nights: number
  /** How many runs before them they are held against. */
  readonly against: number
  readonly better: 'higher' | 'lower'
}

export type Limit = {
  readonly place: Place
  readonly metric: string
  readonly atLeast?: number
  readonly atMost?: number
  /** Accepted, and not heeded yet. */
  readonly outside?: string
  /** Judged when the run is reported. */
  readonly history?: HistoryLimit
}

export type EvidenceRequest = {
  readonly place: Place
  readonly sql?: string
  readonly file?: string
  readonly on?: unknown
}

/** What file and case have in common; a case adds to its file's. */
export type Shared = {
  readonly owner?: string
  readonly tags: readonly string[]
  readonly requires: readonly string[]
  readonly links: Readonly<Record<string, readonly string[]>>
  readonly known: readonly Known[]
  readonly vars: Readonly<Record<string, unknown>>
  readonly setup: readonly Step[]
  readonly teardown: readonly Step[]
  readonly limits: readonly Limit[]
  readonly evidence: readonly EvidenceRequest[]
  readonly skipChecks: readonly string[]
  /** Milliseconds. */
  readonly timeout?: number
  readonly retry: number
}

export type Cell = Readonly<Record<string, unknown>>

/** A case with its matrix. */
export type CaseDefinition = Shared & {
  readonly id: string
  readonly name: string
  readonly about?: string
  readonly place: Place
  readonly path: Path
  /** The cells that are left after `without`; one empty cell where there is no matrix. */
  readonly cells: readonly Cell[]
  readonly steps: readonly Step[]
}

export type CaseFile = Shared & {
  /** As it was given to the loader. */
  readonly file: string
  readonly suite: string
  readonly about?: string
  readonly place: Place
  readonly targets: readonly TargetUse[]
  readonly cases: readonly CaseDefinition[]
  readonly composites: Readonly<Record<string, Composite>>
  /** The files that it uses: a change in one is a change of this. */
  readonly uses: readonly string[]
}

/** One test: a case in one cell of its matrix. */
export type ExpandedCase = {
  readonly definition: CaseDefinition
  /** `KL-HA-001[signal=SIGKILL]`: stable from run to run. */
  readonly key: string
  /** `signal=SIGKILL, mode=full`; empty without a matrix. */
  readonly label: string
  readonly cell: Cell
  /** The case's name with the cell's values filled in. */
  readonly name: string
}
