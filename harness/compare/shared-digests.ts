import type { Chunks } from './buckets.ts'

/**
 * Digests of a primary that the comparisons with its replicas share, so that it is read once and not once for each replica. A digest
 * is taken from the moment of the first that asked: what was written since makes buckets differ, and a second look settles them.
 */
export class SharedDigests {
  readonly #users: number
  readonly #kept = new Map<string, { readonly digest: Promise<Chunks>; waiting: number }>()

  /** `users` is how many comparisons there are. */
  constructor(users: number) {
    this.#users = users
  }

  /** The digest under a key that says everything of how it was read; the first that asks reads it. */
  async of(key: string, read: () => Promise<Chunks>): Promise<Chunks> {
    const kept = this.#kept.get(key)
    if (!kept) {
      const digest = read()
      if (this.#users > 1) this.#kept.set(key, { digest, waiting: this.#users - 1 })
      return await digest
    }
    kept.waiting--
    if (kept.waiting === 0) this.#kept.delete(key)
    // the other may have ended for a reason of its own, with its replica
    return await kept.digest.catch(read)
  }
}
