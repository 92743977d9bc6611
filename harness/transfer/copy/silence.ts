import type { Endpoint } from '../../targets/target.ts'
import { openCopySession } from './copy-session.ts'

/** How long a server may take to answer the question whether it lives, in milliseconds. */
const ANSWER_WITHIN = 5_000

export type SilenceOptions = {
  /** Milliseconds without a byte before anyone is asked. */
  readonly every: number
  /** A number that grows while bytes move. */
  readonly moved: () => number
  /** The servers that it is up to now. */
  readonly waitingFor: () => readonly Endpoint[]
  readonly onSilent: (endpoint: Endpoint, milliseconds: number) => void
}

/**
 * Watches a stream for a server that is frozen or cut off. A long statement sends nothing either, so a silent server is asked over
 * a connection of its own, and only one that does not answer is given up.
 */
export function watchForSilence({ every, moved, waitingFor, onSilent }: SilenceOptions): { stop(): void } {
  let last = moved()
  let since = performance.now()
  let asking = false
  const timer = setInterval(
    async () => {
      const now = moved()
      if (now !== last) {
        last = now
        since = performance.now()
        return
      }
      if (asking || performance.now() - since < every) return
      asking = true
      for (const endpoint of waitingFor()) {
        if (!(await answers(endpoint)) && moved() === last) onSilent(endpoint, performance.now() - since)
      }
      since = performance.now()
      asking = false
    },
    Math.max(10, every / 4),
  )
  timer.unref()
  return { stop: () => clearInterval(timer) }
}

async function answers(endpoint: Endpoint): Promise<boolean> {
  try {
    await using session = await openCopySession(endpoint, { within: ANSWER_WITHIN })
    await session.query('select 1', { signal: AbortSignal.timeout(ANSWER_WITHIN) })
    return true
  } catch {
    return false
  }
}
