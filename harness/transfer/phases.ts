import type { Phase } from './model.ts'

/** Seconds to hundredths of a millisecond: enough to keep two decimals exact. */
const round = (ms: number): number => Math.round(ms * 100) / 100_000

/** Measures the phases of one transfer, and lets its caller hold it at each. */
export class Phases {
  readonly #started = performance.now()
  readonly #seconds: Record<string, number> = {}
  readonly #onPhase: ((phase: Phase) => Promise<void> | undefined) | undefined

  constructor(onPhase?: (phase: Phase) => Promise<void> | undefined) {
    this.#onPhase = onPhase
  }

  async run<T>(phase: Phase, work: () => Promise<T>): Promise<T> {
    await this.#onPhase?.(phase)
    const from = performance.now()
    try {
      return await work()
    } finally {
      this.#seconds[phase] = round((this.#seconds[phase] ?? 0) * 1000 + performance.now() - from)
    }
  }

  get seconds(): Readonly<Record<string, number>> {
    return { ...this.#seconds, total: round(performance.now() - this.#started) }
  }
}
