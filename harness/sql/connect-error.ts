import { ActionError } from '../errors.ts'
import type { Endpoint } from '../targets/target.ts'
import { describeEndpoint } from './wire.ts'

/**
 * Texts with which a server, or a compute node whose storage is not ready, asks to try again later
 * (reference klustron.md 3.5). Some come with SQLSTATEs that mean other things elsewhere.
 */
const STARTING = [
  'retry in a few seconds',
  'the database system is starting up',
  'the database system is not yet accepting connections',
  'in recovery mode',
  'try restarting transaction',
]

/** What the driver or the server said while a connection was being made. */
export type ConnectFailure = {
  readonly endpoint: Endpoint
  readonly database: string | undefined
  readonly cause: unknown
  readonly message: string
  /** The portable class of the server's error. */
  readonly class: string
  /** Node's code of a socket error. */
  readonly code?: string
  readonly sqlState?: string
  readonly data?: Readonly<Record<string, unknown>>
}

/** What to look at next, by the class of the failure. */
const HINTS: Readonly<Record<string, string>> = {
  connection_refused: 'Nothing listens there: see that the server runs, and that host and port are what it listens on.',
  unknown_host: 'See that the host is written as it is known here; a container or a lab may resolve other names.',
  undefined_database: 'Create the database, or name another where the endpoint or the step is configured.',
  too_many_connections: 'Other clients hold all connections: end some, or raise the limit of the server.',
  untrusted_certificate:
    'sslrootcert names the file of the authority that signed it; verify-ca takes it whatever its host is, and require whoever signed it.',
  no_tls: 'Turn TLS on at the server, or connect with sslmode=disable.',
  server_starting: 'It had not finished starting when the deadline came: its log says what it waits for.',
}

const NODE_CLASSES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection_refused',
  ENOTFOUND: 'unknown_host',
  EAI_AGAIN: 'unknown_host',
  EADDRNOTAVAIL: 'unknown_host',
  HANDSHAKE_NO_SSL_SUPPORT: 'no_tls',
}

/** ASSAY_AUTH for a refused account, else ASSAY_CONNECT; names host, port and user, never the password. */
export function connectError(failure: ConnectFailure): ActionError {
  const where = describeEndpoint(failure.endpoint)
  const starting = STARTING.some(text => failure.message.toLowerCase().includes(text))
  const kind = starting ? 'server_starting' : (NODE_CLASSES[failure.code ?? ''] ?? tlsClass(failure) ?? failure.class)
  const options = {
    cause: failure.cause,
    class: kind,
    systemCode: failure.sqlState ?? failure.code,
    hint: HINTS[kind],
    data: { ...failure.data, host: failure.endpoint.host, port: failure.endpoint.port, user: failure.endpoint.user },
  }
  if (kind === 'access_denied') {
    return new ActionError('ASSAY_AUTH', `${where} was refused: ${failure.message}`, {
      ...options,
      hint: 'Check the account and its password where the endpoint is configured.',
    })
  }
  const database = kind === 'undefined_database' && failure.database ? `, database ${failure.database}` : ''
  return new ActionError('ASSAY_CONNECT', `no connection to ${where}${database}: ${failure.message}`, options)
}

/** Of TLS the drivers give words, and codes of their own in place of Node's. */
function tlsClass({ message, sqlState }: ConnectFailure): string | undefined {
  if (sqlState !== undefined) return undefined
  if (message === 'The server does not support SSL connections') return 'no_tls'
  return /\bcertificate\b/.test(message) ? 'untrusted_certificate' : undefined
}

/** ASSAY_CONNECT for a server that accepts but does not answer in time. */
export function connectTimeout(endpoint: Endpoint, within: number): ActionError {
  return new ActionError(
    'ASSAY_CONNECT',
    `no connection to ${describeEndpoint(endpoint)}: it did not answer within ${Math.round(within)} ms`,
    {
      class: 'connect_timeout',
      hint: 'A paused server, a firewall that drops packets and a wrong host look like this.',
    },
  )
}
