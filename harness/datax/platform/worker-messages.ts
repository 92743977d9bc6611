import type { Progress, RunResult } from '../engine/engine.ts'
import type { Mode } from '../record/convert.ts'

export type ToWorker =
  | {
      readonly kind: 'run'
      readonly job: string
      readonly mode: Mode
      readonly params: Readonly<Record<string, string>>
    }
  | { readonly kind: 'stop'; readonly reason: string }
  /** A piece of what was printed has been taken. */
  | { readonly kind: 'printed' }

export type FromWorker =
  | { readonly kind: 'log'; readonly line: string }
  | { readonly kind: 'print'; readonly text: string }
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'result'; readonly result: RunResult }
