import { ActionError, type AssayError } from '../../errors.ts'
import type { JobStore, LeaseTerms } from './model.ts'

/** A lease that is kept alive until it is disposed. */
export interface HeldLease extends AsyncDisposable {
  /** Aborted with ASSAY_TRANSFER_LEASE_LOST once the lease is no longer ours. */
  readonly lost: AbortSignal
  /** Makes sure, now. Rejects with ASSAY_TRANSFER_LEASE_LOST. Call it right before what only the holder may do. */
  confirm(): Promise<void>
}

/**
 * Takes the lease of a job and renews it three times in its length. A holder that cannot renew it before it expires stops, since
 * another may have it by then.
 */
export async function holdLease(store: JobStore, job: string, terms: LeaseTerms): Promise<HeldLease> {
  await store.acquire(job, terms)
  const lost = new AbortController()
  let renewed = performance.now()
  const lose = (why: string, cause?: unknown): AssayError => {
    const error = new ActionError('ASSAY_TRANSFER_LEASE_LOST', `the lease of job "${job}" is lost: ${why}`, { cause })
    lost.abort(error)
    return error
  }
  const renew = async (): Promise<void> => {
    const asked = performance.now()
    const kept = await store.renew(job, terms)
    if (!kept) throw lose('another run has taken it over')
    renewed = asked
  }
  const timer = setInterval(() => {
    if (lost.signal.aborted) return
    renew().catch(error => {
      if (!lost.signal.aborted && performance.now() - renewed >= terms.expiresAfter)
        lose(`it could not be renewed for ${Math.round(terms.expiresAfter / 1000)} s`, error)
    })
  }, terms.expiresAfter / 3)
  timer.unref()
  return {
    lost: lost.signal,
    async confirm() {
      lost.signal.throwIfAborted()
      await renew()
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      // One that cannot be given back expires
      if (!lost.signal.aborted) await store.release(job, terms).catch(() => {})
    },
  }
}
