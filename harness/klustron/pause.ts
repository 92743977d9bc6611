import { setTimeout as wait } from 'node:timers/promises'

/** Waits; rejects with the signal's reason. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await wait(milliseconds, undefined, { signal }).catch(() => signal?.throwIfAborted())
}
