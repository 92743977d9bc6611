import { setTimeout as wait } from 'node:timers/promises'
import { ActionError } from '../errors.ts'
import type { CopySession } from './copy/copy-session.ts'
import { openCopySession } from './copy/copy-session.ts'

/** The number of the session's transaction, by which its fate can be asked for later. */
export async function transactionId(session: CopySession, signal?: AbortSignal): Promise<string> {
  const { values } = await session.query('select txid_current()::text', { signal })
  return String(values[0]?.[0])
}

const ASK_WITHIN = 10_000
const ASK_EVERY = 100

/**
 * Commits. A connection that breaks during the commit leaves open whether it happened, so the server is asked over another one
 * (txid_status, PostgreSQL 10 and later). Rejects with class `commit_unknown` where nobody can tell.
 */
export async function commit(session: CopySession, transaction: string): Promise<void> {
  try {
    await session.query('commit')
  } catch (error) {
    if (!(error instanceof ActionError) || error.class !== 'connection_lost') throw error
    const status = await fate(session, transaction)
    if (status === 'committed') return
    if (status === 'aborted') throw error
    throw new ActionError(
      'ASSAY_TRANSFER_FAILED',
      `the connection to ${session.endpoint.host}:${session.endpoint.port} broke during the commit, and whether it happened is not known`,
      { class: 'commit_unknown', cause: error, hint: 'Run the transfer again; in mode replace or merge that is safe.' },
    )
  }
}

/** `committed`, `aborted`, or undefined where nobody can tell. A server process may still be at it when its connection has gone. */
async function fate(session: CopySession, transaction: string): Promise<unknown> {
  const signal = AbortSignal.timeout(ASK_WITHIN)
  try {
    await using other = await openCopySession(session.endpoint, { within: ASK_WITHIN, signal })
    for (;;) {
      const { values } = await other.query(`select txid_status(${transaction})`, { signal })
      if (values[0]?.[0] !== 'in progress') return values[0]?.[0]
      await wait(ASK_EVERY, undefined, { signal })
    }
  } catch {
    return undefined
  }
}
