import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../../../actions/define-action.ts'
import type { Batch } from '../../record/kind.ts'
import { TextBatch } from '../../record/text-batch.ts'
import type { Tally } from './tally.ts'

/** Records and bytes that wait in a channel at most; a batch more may come in. Of text only the bytes matter: it is as large as it looks. */
const MAX_RECORDS = 1_024
const MAX_BYTES = 4 * 1024 * 1024
/** How often a speed is looked at, in milliseconds (core.transport.channel.flowControlInterval). */
const FLOW_CONTROL_EVERY = 20

/** Readers and writers that never wait for anything outside would keep timers and signals waiting; so long at most, in milliseconds. */
const BREATHE_EVERY = 25

export type SpeedLimits = { readonly records: number | undefined; readonly bytes: number | undefined }

/** The bounded queue between a reader and a writer. */
export class Channel implements AsyncIterable<Batch> {
  readonly #tally: Tally
  readonly #clock: Clock
  readonly #limits: SpeedLimits
  readonly #signal: AbortSignal
  readonly #queue: { readonly batch: Batch; readonly bytes: number }[] = []
  #records = 0
  #bytes = 0
  #ended = false
  #error: unknown
  #room: PromiseWithResolvers<void> | undefined
  #filled: PromiseWithResolvers<void> | undefined
  #breathed = performance.now()
  #looked: { at: number; records: number; bytes: number }
  #passed = { records: 0, bytes: 0 }

  constructor(options: {
    readonly tally: Tally
    readonly clock: Clock
    readonly limits: SpeedLimits
    readonly signal: AbortSignal
  }) {
    this.#tally = options.tally
    this.#clock = options.clock
    this.#limits = options.limits
    this.#signal = options.signal
    this.#looked = { at: options.clock.now(), records: 0, bytes: 0 }
  }

  /** Resolves when there is room again. Rejects once the other end has failed. */
  push(batch: Batch, bytes: number): Promise<void> | undefined {
    if (this.#error !== undefined) return Promise.reject(this.#error)
    this.#queue.push({ batch, bytes })
    this.#records += heldRecords(batch)
    this.#bytes += bytes
    this.#passed.records += batch.count
    this.#passed.bytes += bytes
    this.#filled?.resolve()
    const limited = this.#limits.records !== undefined || this.#limits.bytes !== undefined
    const breathe = performance.now() - this.#breathed > BREATHE_EVERY
    if (!limited && !breathe && this.#records < MAX_RECORDS && this.#bytes < MAX_BYTES) return undefined
    return this.#wait(limited)
  }

  end(): void {
    this.#ended = true
    this.#filled?.resolve()
  }

  /** Both ends meet the error at their next step. */
  fail(error: unknown): void {
    this.#error ??= error
    this.#room?.reject(this.#error)
    this.#filled?.reject(this.#error)
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch> {
    for (;;) {
      if (this.#error !== undefined) throw this.#error
      const next = this.#queue.shift()
      if (next) {
        this.#records -= heldRecords(next.batch)
        this.#bytes -= next.bytes
        if (this.#records < MAX_RECORDS && this.#bytes < MAX_BYTES) {
          this.#room?.resolve()
          this.#room = undefined
        }
        yield next.batch
      } else if (this.#ended) return
      else {
        const from = performance.now()
        this.#filled = Promise.withResolvers()
        await this.#filled.promise
        this.#filled = undefined
        this.#tally.waitReader += performance.now() - from
      }
    }
  }

  async #wait(limited: boolean): Promise<void> {
    if (performance.now() - this.#breathed > BREATHE_EVERY) {
      await setImmediate()
      this.#breathed = performance.now()
    }
    if (limited) await this.#throttle()
    if (this.#error !== undefined) throw this.#error
    if (this.#records < MAX_RECORDS && this.#bytes < MAX_BYTES) return
    const from = performance.now()
    // a reader may push what it had in hand while it waits already: all wait for the same room
    this.#room ??= Promise.withResolvers()
    await this.#room.promise
    this.#tally.waitWriter += performance.now() - from
  }

  /** As DataX does it: looks at most every 20 ms, and sleeps so long that the rate since the last look was the allowed one. */
  async #throttle(): Promise<void> {
    const now = this.#clock.now()
    const took = now - this.#looked.at
    if (took < FLOW_CONTROL_EVERY) return
    const needed = (passed: number, limit: number | undefined): number =>
      limit === undefined ? 0 : (passed * 1000) / limit - took
    const sleep = Math.max(
      needed(this.#passed.records - this.#looked.records, this.#limits.records),
      needed(this.#passed.bytes - this.#looked.bytes, this.#limits.bytes),
    )
    if (sleep > 0) await this.#clock.sleep(sleep, this.#signal)
    this.#looked = { at: this.#clock.now(), ...this.#passed }
  }
}

function heldRecords(batch: Batch): number {
  return batch instanceof TextBatch ? 0 : batch.count
}
