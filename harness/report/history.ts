import { fingerprintOf } from './fingerprint.ts'
import type { CaseResult, RunResult, Verdict } from './model.ts'
import { countVerdicts } from './verdicts.ts'

/** One run as the history keeps it: one line of JSON in `runs.jsonl`. */
export type HistoryLine = {
  readonly version: 1
  /** Name of the run: its UTC time. */
  readonly id: string
  readonly startedAt: string
  readonly duration: number
  readonly seed: string
  readonly commit?: string
  readonly branch?: string
  /** Class of the machine. */
  readonly machine: string
  readonly versions: Readonly<Record<string, string>>
  readonly exitCode: number
  /** Present when the run asked for some cases only. */
  readonly filter?: string
  readonly interrupted?: true
  readonly totals: Readonly<Partial<Record<Verdict, number>>>
  /** By case key. */
  readonly cases: Readonly<Record<string, HistoryCase>>
}

export type HistoryCase = {
  readonly verdict: Verdict
  /** Milliseconds. */
  readonly duration: number
  /** Absent when there was one. */
  readonly attempts?: number
  readonly fingerprint?: string
  readonly metrics?: Readonly<Record<string, number>>
}

export function historyLine(result: RunResult): HistoryLine {
  const totals = Object.entries(countVerdicts(result.cases)).filter(([, count]) => count > 0)
  return {
    version: 1,
    id: result.id,
    startedAt: result.startedAt,
    duration: result.duration,
    seed: result.seed,
    commit: result.commit,
    branch: result.branch,
    machine: result.machine.class,
    versions: result.versions,
    exitCode: result.exitCode,
    filter: result.filter,
    interrupted: result.interrupted || undefined,
    totals: Object.fromEntries(totals),
    cases: Object.fromEntries(result.cases.map(one => [one.key, historyCase(one)])),
  }
}

function historyCase(one: CaseResult): HistoryCase {
  return {
    verdict: one.verdict,
    duration: Math.round(one.duration),
    attempts: one.attempts.length > 1 ? one.attempts.length : undefined,
    fingerprint: fingerprintOf(one)?.id,
    metrics: Object.keys(one.metrics).length > 0 ? one.metrics : undefined,
  }
}

/** The line that a text holds, or undefined: a line torn by a killed run, or written by something else. */
export function parseHistoryLine(text: string): HistoryLine | undefined {
  try {
    const line = JSON.parse(text) as Partial<HistoryLine> | null
    const whole =
      line?.version === 1 && typeof line.id === 'string' && line.cases !== null && typeof line.cases === 'object'
    return whole ? (line as HistoryLine) : undefined
  } catch {
    return undefined
  }
}
