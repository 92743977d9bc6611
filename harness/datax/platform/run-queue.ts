type Waiting = { readonly id: number; readonly run: () => Promise<void> }

/** Work that waits its turn: so much at once, and so much may wait. */
export class RunQueue {
  readonly #atOnce: number
  readonly #mayWait: number
  readonly #waiting: Waiting[] = []
  readonly #running = new Set<Promise<void>>()

  constructor({ atOnce, mayWait }: { readonly atOnce: number; readonly mayWait: number }) {
    this.#atOnce = atOnce
    this.#mayWait = mayWait
  }

  /** How many wait. */
  get length(): number {
    return this.#waiting.length
  }

  get isFull(): boolean {
    return this.#waiting.length >= this.#mayWait && this.#running.size >= this.#atOnce
  }

  /** `run` must not reject. */
  add(id: number, run: () => Promise<void>): void {
    this.#waiting.push({ id, run })
    this.#next()
  }

  /** False where it does not wait. */
  remove(id: number): boolean {
    const at = this.#waiting.findIndex(one => one.id === id)
    if (at >= 0) this.#waiting.splice(at, 1)
    return at >= 0
  }

  /** Ids of all that waited, which wait no more. */
  clear(): readonly number[] {
    return this.#waiting.splice(0).map(one => one.id)
  }

  async idle(): Promise<void> {
    await Promise.allSettled(this.#running)
  }

  #next(): void {
    while (this.#running.size < this.#atOnce) {
      const next = this.#waiting.shift()
      if (!next) return
      const run = next.run().finally(() => {
        this.#running.delete(run)
        this.#next()
      })
      this.#running.add(run)
    }
  }
}
