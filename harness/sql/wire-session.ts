import { setTimeout as wait } from 'node:timers/promises'
import { ActionError } from '../errors.ts'
import type { Endpoint } from '../targets/target.ts'
import type { SqlDialect } from './dialect.ts'
import { NO_RESULT } from './result.ts'
import type { QueryOptions, SqlResult, SqlSession } from './session.ts'
import { describeEndpoint, type Wire } from './wire.ts'

/**
 * How long a cancelled statement may take to end before its socket is closed, in milliseconds. Less than a step is given to let go, so
 * that the session is known to be lost before the next step asks for it.
 */
const CANCEL_GRACE = 1_500
/** How long a request to cancel is given until another is made, in milliseconds. */
const CANCEL_AGAIN = 250
/** How long the server may take to close a connection politely, in milliseconds. */
const CLOSE_GRACE = 1_000

/** Resolves true when the promise settles in time, false when it does not. Never rejects. */
async function settles(promise: Promise<unknown>, within: number): Promise<boolean> {
  const timer = new AbortController()
  const settled = promise.then(
    () => true,
    () => true,
  )
  try {
    return await Promise.race([settled, wait(within, false, { signal: timer.signal })])
  } finally {
    timer.abort()
    settled.catch(() => {})
  }
}

/** A session on an open wire: one statement at a time, in the order of the calls. */
export class WireSession implements SqlSession {
  readonly endpoint: Endpoint
  readonly dialect: SqlDialect
  readonly #wire: Wire
  #turn: Promise<unknown> = Promise.resolve()
  #running: Promise<unknown> | undefined
  #closed: Promise<void> | undefined

  constructor(endpoint: Endpoint, dialect: SqlDialect, wire: Wire) {
    this.endpoint = endpoint
    this.dialect = dialect
    this.#wire = wire
  }

  get open(): boolean {
    return this.#closed === undefined && this.#wire.open
  }

  async query(text: string, options?: QueryOptions): Promise<SqlResult> {
    return (await this.queryAll(text, options)).at(-1) ?? NO_RESULT
  }

  async queryAll(text: string, options: QueryOptions = {}): Promise<readonly SqlResult[]> {
    const { signal, parameters } = options
    signal?.throwIfAborted()
    const before = this.#turn
    const { promise: done, resolve: finish } = Promise.withResolvers<void>()
    this.#turn = done
    try {
      await aborted(before, signal)
    } catch (error) {
      // it never ran; the next in line still waits for those before it
      void before.then(() => finish())
      throw error
    }
    try {
      return await this.#run(text, parameters, signal)
    } finally {
      finish()
    }
  }

  async #run(
    text: string,
    parameters: readonly unknown[] | undefined,
    signal: AbortSignal | undefined,
  ): Promise<readonly SqlResult[]> {
    if (!this.open) throw this.#lost()
    const running = this.#wire.run(text, parameters)
    this.#running = running
    try {
      return await aborted(running, signal)
    } catch (error) {
      if (signal?.aborted) {
        await this.#cancel(running)
        throw signal.reason
      }
      throw error
    } finally {
      this.#running = undefined
    }
  }

  /**
   * Cancels on the server; a server that does not answer loses its connection, so that the caller goes on. A request that comes before its
   * statement does nothing, so it is made again.
   */
  async #cancel(running: Promise<unknown>): Promise<void> {
    const deadline = performance.now() + CANCEL_GRACE
    for (;;) {
      const left = deadline - performance.now()
      const asked = this.#wire.cancel(Math.max(1, left))
      const ended = await settles(running, Math.max(1, Math.min(CANCEL_AGAIN, left)))
      if (!ended && left <= CANCEL_AGAIN) this.#wire.destroy()
      // Not before the request has ended: one that came late would cancel the next statement
      await asked
      if (ended || left <= CANCEL_AGAIN) return
    }
  }

  #lost(): ActionError {
    const what = this.#closed ? 'is closed' : 'is lost'
    return new ActionError('ASSAY_SQL', `the connection to ${describeEndpoint(this.endpoint)} ${what}`, {
      class: 'connection_lost',
    })
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    const running = this.#running
    if (running) await this.#cancel(running)
    const ending = this.#wire.end()
    if (!(await settles(ending, CLOSE_GRACE))) this.#wire.destroy()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** The promise's outcome, or the signal's reason as soon as it is aborted. */
async function aborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise
  signal.throwIfAborted()
  const { promise: stop, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([promise, stop])
  } finally {
    signal.removeEventListener('abort', onAbort)
    promise.catch(() => {})
  }
}
