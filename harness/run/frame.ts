import type { Phase } from '../report/model.ts'
import type { StepRecord } from './step-record.ts'

/** What the steps of one list share: their names and values, where they are noted, what aborts them. */
export type Frame = {
  /** Values by name; steps add what they save. */
  readonly scope: Record<string, unknown>
  readonly phase: Phase
  readonly signal: AbortSignal
  readonly records: StepRecord[]
  /** Background steps that wait to be joined. */
  readonly background: Map<string, BackgroundStep>
  /** The `on` of the composite step that these steps belong to. */
  readonly on?: unknown
}

export type BackgroundStep = {
  readonly record: StepRecord
  /** Settles with the step's result; never rejects unhandled. */
  readonly done: Promise<BackgroundOutcome>
  abort(reason: unknown): void
}

export type BackgroundOutcome = { readonly result: unknown } | { readonly error: unknown }
