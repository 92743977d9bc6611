import type { QueryError } from 'mysql2'
import { ActionError } from '../../errors.ts'
import type { Endpoint } from '../../targets/target.ts'
import type { ConnectFailure } from '../connect-error.ts'
import { errorClass } from '../error-class.ts'
import { describeEndpoint } from '../wire.ts'
import { findPosition } from './position.ts'

/** An error that the server sent has a number; one of the driver or the socket only a code. */
function serverError(error: unknown): (QueryError & { sqlMessage: string }) | undefined {
  const candidate = error as QueryError
  return typeof candidate?.errno === 'number' && candidate.errno > 0 && candidate.sqlState
    ? (candidate as QueryError & { sqlMessage: string })
    : undefined
}

/** What `query` rejects with. `systemCode` is the SQLSTATE; the server's number and name are in `data`. */
export function queryError(error: unknown, text: string, endpoint: Endpoint): ActionError {
  const server = serverError(error)
  if (server) {
    const message = server.sqlMessage ?? server.message
    return new ActionError('ASSAY_SQL', message, {
      cause: error,
      systemCode: server.sqlState,
      class: errorClass('mysql', { errno: server.errno, sqlState: server.sqlState }),
      data: { errno: server.errno, name: server.code },
      position: findPosition(text, server.errno, message),
    })
  }
  const { message, code, fatal } = error as NodeJS.ErrnoException & { fatal?: boolean }
  const lost = errorClass('mysql', { code }) === 'connection_lost' || fatal === true || message.includes('closed state')
  return new ActionError(
    'ASSAY_SQL',
    lost ? `the connection to ${describeEndpoint(endpoint)} was lost: ${message}` : message,
    { cause: error, systemCode: code, class: lost ? 'connection_lost' : 'other' },
  )
}

/** What the driver's connect rejected with, in the terms of connectError. */
export function connectFailure(error: unknown, endpoint: Endpoint, database: string | undefined): ConnectFailure {
  const { message, code } = error as NodeJS.ErrnoException
  const common = { endpoint, database, cause: error, message: message || (code ?? 'no reason given'), code }
  const server = serverError(error)
  if (!server) return { ...common, class: errorClass('mysql', { code }) }
  const sqlState = server.sqlState === '' ? undefined : server.sqlState
  return {
    ...common,
    class: errorClass('mysql', { errno: server.errno, sqlState }),
    sqlState,
    data: { errno: server.errno, name: server.code },
  }
}
