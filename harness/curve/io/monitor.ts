import type { Second } from './result.ts'
import type { Progress } from './run.ts'

/** Writing the working set first, the loop itself, reading everything at the end. */
export type Phase = 'filling' | 'running' | 'verifying'

/** What a run shows while it goes on. */
export type LiveFigures = {
  readonly phase: Phase
  readonly second: number
  readonly iops: number
  readonly mb_per_s: number
  readonly errors: number
  readonly verified: number
  readonly mismatches: number
}

const EMPTY: Progress = { reads: 0, writes: 0, bytes: 0, errors: 0, verified: 0, mismatches: 0 }

/** Collects the sidecars' reports: seconds, stalls, and a way to tell all of them something. */
export class Monitor {
  /** Of the loop. */
  readonly seconds: Second[] = []
  longestStall = 0
  readonly #live: ((figures: LiveFigures) => void) | undefined
  readonly #now: Progress[]
  /** What sidecars that were lost had done. */
  readonly #before: Progress[]
  readonly #heard: (number | undefined)[]
  readonly #tell = new Map<number, (message: Readonly<Record<string, unknown>>) => void>()
  #timer: NodeJS.Timeout | undefined
  readonly #later: NodeJS.Timeout[] = []
  #phase: Phase = 'running'
  #startedAt = 0
  #last = { at: 0, operations: 0, bytes: 0 }

  constructor(workers: number, live?: (figures: LiveFigures) => void) {
    this.#live = live
    this.#now = Array.from({ length: workers }, () => EMPTY)
    this.#before = Array.from({ length: workers }, () => EMPTY)
    this.#heard = Array.from({ length: workers }, () => undefined)
  }

  start(phase: Phase): void {
    this.#phase = phase
    this.#now.fill(EMPTY)
    this.#before.fill(EMPTY)
    this.#startedAt = performance.now()
    this.#last = { at: this.#startedAt, operations: 0, bytes: 0 }
    this.#timer = setInterval(() => this.#second(), 1000)
  }

  stop(): void {
    clearInterval(this.#timer)
    for (const timer of this.#later) clearTimeout(timer)
    for (const worker of this.#heard.keys()) this.#heard[worker] = undefined
  }

  after(ms: number, what: () => void): void {
    this.#later.push(setTimeout(what, ms))
  }

  begin(worker: number): void {
    this.#heard[worker] = performance.now()
  }

  progress(worker: number, figures: Progress): void {
    this.#silence(worker)
    this.#now[worker] = figures
  }

  listen(worker: number, tell: (message: Readonly<Record<string, unknown>>) => void): void {
    this.#tell.set(worker, tell)
  }

  tell(message: Readonly<Record<string, unknown>>): void {
    for (const tell of this.#tell.values()) tell(message)
  }

  /** A sidecar has gone. Gives the operations that it had reported. */
  lost(worker: number): number {
    this.#silence(worker)
    const now = this.#now[worker] ?? EMPTY
    this.#before[worker] = add(this.#before[worker] ?? EMPTY, now)
    this.#now[worker] = EMPTY
    return now.reads + now.writes
  }

  #silence(worker: number): void {
    const heard = this.#heard[worker]
    const now = performance.now()
    if (heard !== undefined) this.longestStall = Math.max(this.longestStall, Math.round(now - heard))
    this.#heard[worker] = now
  }

  #second(): void {
    const all = [...this.#now, ...this.#before].reduce(add, EMPTY)
    const at = performance.now()
    const seconds = (at - this.#last.at) / 1000
    const operations = all.reads + all.writes
    const second = {
      second: Math.round((at - this.#startedAt) / 1000),
      iops: Math.round((operations - this.#last.operations) / seconds),
      mb_per_s: Math.round((all.bytes - this.#last.bytes) / seconds / 1e4) / 100,
    }
    this.#last = { at, operations, bytes: all.bytes }
    if (this.#phase === 'running') this.seconds.push(second)
    this.#live?.({
      phase: this.#phase,
      ...second,
      errors: all.errors,
      verified: all.verified,
      mismatches: all.mismatches,
    })
  }
}

function add(a: Progress, b: Progress): Progress {
  return {
    reads: a.reads + b.reads,
    writes: a.writes + b.writes,
    bytes: a.bytes + b.bytes,
    errors: a.errors + b.errors,
    verified: a.verified + b.verified,
    mismatches: a.mismatches + b.mismatches,
  }
}
