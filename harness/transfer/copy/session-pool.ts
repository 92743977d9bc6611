import type { Endpoint } from '../../targets/target.ts'
import { type CopySession, openCopySession } from './copy-session.ts'

/** How long a session may take to become as new, and later to show that it still is, in milliseconds. */
const ANSWER_WITHIN = 5_000

/** Brings a session into the state that its user wants. It runs on new sessions and on those that were used before. */
type Prepare = (session: CopySession, signal: AbortSignal | undefined) => Promise<unknown>

type OpenOptions = {
  readonly signal?: AbortSignal | undefined
  /** Default: nothing for a new session, a question whether it lives for one that was used before. */
  readonly prepare?: Prepare
}

/**
 * Sessions that go from table to table of one run, since opening one takes longer than moving a small table. It holds at most as
 * many for an endpoint (one and the same object) as were in use at a time.
 */
export class SessionPool implements AsyncDisposable {
  readonly #idle = new Map<Endpoint, CopySession[]>()
  readonly #answerWithin: number
  #closed = false

  /** `answerWithin`: see ANSWER_WITHIN, the default. */
  constructor({ answerWithin = ANSWER_WITHIN }: { readonly answerWithin?: number } = {}) {
    this.#answerWithin = answerWithin
  }

  /** For the sessions of one table. */
  lend(): SessionLoan {
    if (this.#closed) throw new Error('a pool of sessions was used after its end')
    return new SessionLoan(this)
  }

  /** Use SessionLoan.open. */
  async take(endpoint: Endpoint, { signal, prepare }: OpenOptions): Promise<CopySession> {
    const idle = await this.#pop(endpoint)
    if (idle) {
      if (await this.#lives(idle, { signal, prepare })) return idle
      // A server that froze answers on none of them, and asking each in turn would take its time
      const others = this.#of(endpoint).splice(0)
      await Promise.all([idle, ...others].map(session => session.close()))
    }
    signal?.throwIfAborted()
    const session = await openCopySession(endpoint, { signal })
    try {
      await prepare?.(session, signal)
      return session
    } catch (error) {
      await session.close()
      throw error
    }
  }

  /** Use SessionLoan.giveBack. Closes what cannot become as new; never rejects. */
  async put(session: CopySession, signal: AbortSignal | undefined): Promise<void> {
    if (!this.#closed && (await renewed(session, this.#deadline(signal))) && !this.#closed)
      this.#of(session.endpoint).push(session)
    else await session.close()
  }

  /** Closes the idle ones. Those that are lent are closed by their borrowers. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    const idle = [...this.#idle.values()].flat()
    this.#idle.clear()
    await Promise.all(idle.map(session => session.close()))
  }

  #of(endpoint: Endpoint): CopySession[] {
    const known = this.#idle.get(endpoint)
    if (known) return known
    const sessions: CopySession[] = []
    this.#idle.set(endpoint, sessions)
    return sessions
  }

  /** Those of which it is known already that the server has ended them are passed over. */
  async #pop(endpoint: Endpoint): Promise<CopySession | undefined> {
    for (;;) {
      const idle = this.#of(endpoint).pop()
      if (!idle || idle.open) return idle
      await idle.close()
    }
  }

  /** A server may have frozen, or have ended the session, while nobody used it. */
  async #lives(session: CopySession, { signal, prepare }: OpenOptions): Promise<boolean> {
    try {
      await (prepare ?? ask)(session, this.#deadline(signal))
      return true
    } catch {
      return false
    }
  }

  #deadline(signal: AbortSignal | undefined): AbortSignal {
    const timeout = AbortSignal.timeout(this.#answerWithin)
    return signal ? AbortSignal.any([signal, timeout]) : timeout
  }
}

/** The sessions that one table borrows. Unless they were given back, disposing closes them: nobody knows in which state they are. */
export class SessionLoan implements AsyncDisposable {
  readonly #pool: SessionPool
  readonly #sessions: CopySession[] = []
  readonly #opening = new Set<Promise<CopySession>>()
  #ended = false

  /** Use SessionPool.lend. */
  constructor(pool: SessionPool) {
    this.#pool = pool
  }

  /** A session of the pool, or a new one. Rejects with ASSAY_AUTH, ASSAY_CONNECT, what `prepare` says, or the signal's reason. */
  async open(endpoint: Endpoint, options: OpenOptions = {}): Promise<CopySession> {
    if (this.#ended) throw new Error('a loan of sessions was used after its end')
    const opening = this.#pool.take(endpoint, options)
    this.#opening.add(opening)
    try {
      const session = await opening
      this.#sessions.push(session)
      return session
    } finally {
      this.#opening.delete(opening)
    }
  }

  /** Only after all that was done with them has succeeded. */
  async giveBack(signal?: AbortSignal): Promise<void> {
    await Promise.all(this.#sessions.splice(0).map(session => this.#pool.put(session, signal)))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true
    // one that another's failure overtook is still on its way
    const late = await Promise.allSettled(this.#opening)
    const sessions = new Set(this.#sessions.splice(0))
    for (const one of late) if (one.status === 'fulfilled') sessions.add(one.value)
    await Promise.all([...sessions].map(session => session.close()))
  }
}

/** Ends its transaction and whatever else the server keeps for it: settings, temporary tables, locks, prepared statements. */
async function renewed(session: CopySession, signal: AbortSignal): Promise<boolean> {
  // A request to cancel can come late, and would then stop the next one's statement
  if (!session.open || session.cancelled) return false
  try {
    // Greenplum's `discard all` leaves temporary tables on the segments, where the next of that name then is one too many
    await session.query('rollback; discard temp', { signal })
    // alone: it is refused beside other statements
    await session.query('discard all', { signal })
    return true
  } catch {
    return false
  }
}

const ask: Prepare = (session, signal) => session.query('select 1', { signal })
