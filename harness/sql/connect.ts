import type { Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { ActionError, AssayError } from '../errors.ts'
import type { Endpoint } from '../targets/target.ts'
import type { SqlDialect } from './dialect.ts'
import type { ConnectOptions, SqlSession } from './session.ts'
import { describeEndpoint, type Wire } from './wire.ts'
import { WireSession } from './wire-session.ts'

const DEFAULT_WITHIN = 10_000
/** Pause between two tries, in milliseconds: short, since a server that starts is ready within a second or two. */
const RETRY_EVERY = 200

/** What the opener of a protocol is told. */
export type OpenOptions = {
  readonly endpoint: Endpoint
  readonly database: string | undefined
  readonly applicationName: string
  /** Milliseconds left for this try. */
  readonly within: number
  readonly signal: AbortSignal | undefined
  /** Makes the socket, not yet connected; for callers that read it in their own way. Not with TLS. */
  readonly socket?: () => Socket
}

/** A driver is loaded with its first session: that takes longer than many cases, and a run may need none. */
const OPENERS: Readonly<Record<SqlDialect, (options: OpenOptions) => Promise<Wire>>> = {
  postgres: async options => (await import('./postgres/wire.ts')).openPostgres(options),
  mysql: async options => (await import('./mysql/wire.ts')).openMysql(options),
}

/**
 * Opens a session on an endpoint of protocol `postgres` or `mysql`. Tries again while the server says that it is
 * starting (and, with `waitForServer`, while nothing listens), until `within` has passed.
 * Rejects with ASSAY_AUTH, ASSAY_CONNECT, or the signal's reason.
 */
export async function connect(endpoint: Endpoint, options: ConnectOptions = {}): Promise<SqlSession> {
  const open = OPENERS[endpoint.protocol as SqlDialect]
  if (!open) {
    throw new AssayError('ASSAY_CONNECT', `${endpoint.name} speaks ${endpoint.protocol}, which has no SQL sessions`)
  }
  const within = options.within ?? DEFAULT_WITHIN
  const deadline = performance.now() + within
  for (;;) {
    options.signal?.throwIfAborted()
    try {
      const wire = await open({
        endpoint,
        database: options.database ?? endpoint.database,
        applicationName: options.applicationName ?? 'assay',
        within: Math.max(1, deadline - performance.now()),
        signal: options.signal,
      })
      return new WireSession(endpoint, endpoint.protocol as SqlDialect, wire)
    } catch (error) {
      options.signal?.throwIfAborted()
      if (!retriable(error, options.waitForServer === true)) throw error
      const left = deadline - performance.now()
      if (left <= RETRY_EVERY) throw gaveUp(error, endpoint, within)
      await wait(RETRY_EVERY, undefined, { signal: options.signal }).catch(() => options.signal?.throwIfAborted())
    }
  }
}

function retriable(error: unknown, waitForServer: boolean): boolean {
  if (!(error instanceof ActionError)) return false
  if (error.class === 'server_starting') return true
  return waitForServer && ['connection_refused', 'connection_lost'].includes(error.class ?? '')
}

function gaveUp(error: unknown, endpoint: Endpoint, within: number): ActionError {
  const last = error as ActionError
  const reason = last.cause instanceof Error ? last.cause.message : last.message
  return new ActionError(
    'ASSAY_CONNECT',
    `no connection to ${describeEndpoint(endpoint)} within ${within} ms; the last try said: ${reason}`,
    { cause: error, class: last.class, systemCode: last.systemCode, data: last.data },
  )
}
