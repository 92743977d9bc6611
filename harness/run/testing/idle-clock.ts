import type { Clock } from '../../actions/define-action.ts'

type Waiter = { readonly at: number; wake(): void }

/** A clock for tests: when everything waits, it jumps to the next time that somebody waits for. */
export class IdleClock implements Clock {
  #now = Date.UTC(2026, 0, 1)
  #waiters: Waiter[] = []
  #changes = 0
  #watching = false
  readonly startedAt = this.#now

  now(): number {
    return this.#now
  }

  /** Milliseconds since the test began. */
  get passed(): number {
    return this.#now - this.startedAt
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason)
        return
      }
      const stop = () => {
        this.#remove(waiter)
        reject(signal?.reason)
      }
      const waiter: Waiter = {
        at: this.#now + ms,
        wake: () => {
          signal?.removeEventListener('abort', stop)
          resolve()
        },
      }
      signal?.addEventListener('abort', stop, { once: true })
      this.#waiters.push(waiter)
      this.#changes++
      this.#watch()
    })
  }

  #remove(waiter: Waiter): void {
    this.#waiters = this.#waiters.filter(one => one !== waiter)
    this.#changes++
  }

  #watch(): void {
    if (this.#watching) return
    this.#watching = true
    const look = (seen: number) => {
      if (this.#waiters.length === 0) {
        this.#watching = false
        return
      }
      // promises settle before the next turn of the event loop: what has not changed over two turns waits
      if (seen === this.#changes) this.#jump()
      setImmediate(() => setImmediate(look, this.#changes))
    }
    setImmediate(() => setImmediate(look, this.#changes))
  }

  #jump(): void {
    const next = this.#waiters.reduce((first, one) => (one.at < first.at ? one : first))
    this.#now = Math.max(this.#now, next.at)
    this.#remove(next)
    next.wake()
  }
}
