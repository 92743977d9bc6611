import { ActionError } from '../errors.ts'
import { connect } from '../sql/connect.ts'
import type { SqlSession } from '../sql/session.ts'
import type { Endpoint } from '../targets/target.ts'

/** How long a node may take to answer where nobody says otherwise, in milliseconds. */
const NODE_WITHIN = 30_000

export type OnNodeOptions = {
  readonly node: Endpoint
  readonly database?: string
  /** Milliseconds for the connection and all of the work. Default 30,000. */
  readonly within?: number
  readonly signal?: AbortSignal
}

/**
 * Works on a session of its own on a node. Each statement takes the signal that comes with it: a node that is frozen is given up at the
 * deadline, with ASSAY_SQL of class `timeout`.
 */
export async function onNode<T>(
  { node, database, within = NODE_WITHIN, signal }: OnNodeOptions,
  work: (session: SqlSession, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = AbortSignal.timeout(within)
  const ends = signal ? AbortSignal.any([signal, late]) : late
  try {
    await using session = await connect(node, { signal: ends, database })
    return await work(session, ends)
  } catch (cause) {
    if (!late.aborted || signal?.aborted) throw cause
    throw new ActionError('ASSAY_SQL', `${node.name} did not answer within ${within} ms`, { class: 'timeout', cause })
  }
}
