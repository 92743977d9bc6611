import { DatabaseError } from 'pg'
import { ActionError } from '../../errors.ts'
import type { Endpoint } from '../../targets/target.ts'
import type { ConnectFailure } from '../connect-error.ts'
import { errorClass } from '../error-class.ts'
import { describeEndpoint } from '../wire.ts'

/** The fields of an ErrorResponse that a reader may want, by the names of the protocol's documentation. */
const FIELDS = [
  'severity',
  'detail',
  'hint',
  'internalPosition',
  'internalQuery',
  'where',
  'schema',
  'table',
  'column',
  'dataType',
  'constraint',
  'file',
  'line',
  'routine',
] as const

function serverFields(error: DatabaseError): Record<string, unknown> {
  return Object.fromEntries(FIELDS.flatMap(name => (error[name] === undefined ? [] : [[name, error[name]]])))
}

/** The server counts characters (code points) from 1; JavaScript counts UTF-16 units from 0. */
export function offsetOf(text: string, position: string | undefined): number | undefined {
  const characters = Number(position)
  if (!position || !Number.isInteger(characters) || characters < 1) return undefined
  let offset = 0
  for (let left = characters - 1; left > 0 && offset < text.length; left--) {
    offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1
  }
  return offset
}

/** What `query` rejects with. */
export function queryError(error: unknown, text: string, endpoint: Endpoint): ActionError {
  if (error instanceof DatabaseError) {
    return new ActionError('ASSAY_SQL', error.message, {
      cause: error,
      systemCode: error.code,
      class: errorClass('postgres', { sqlState: error.code }),
      data: serverFields(error),
      hint: error.hint,
      position: offsetOf(text, error.position),
    })
  }
  const { message, code } = error as NodeJS.ErrnoException
  // the first words of a query that was under way, the second of one that came after
  const gone = message.startsWith('Connection terminated') || message.endsWith('is not queryable')
  const lost = gone || errorClass('postgres', { code }) === 'connection_lost'
  return new ActionError(
    'ASSAY_SQL',
    lost ? `the connection to ${describeEndpoint(endpoint)} was lost: ${message}` : message,
    { cause: error, systemCode: code, class: lost ? 'connection_lost' : 'other' },
  )
}

/** What the driver's connect rejected with, in the terms of connectError. */
export function connectFailure(error: unknown, endpoint: Endpoint, database: string | undefined): ConnectFailure {
  const { message, code } = error as NodeJS.ErrnoException
  const common = { endpoint, database, cause: error, message: message || (code ?? 'no reason given') }
  if (error instanceof DatabaseError) {
    return {
      ...common,
      class: errorClass('postgres', { sqlState: error.code }),
      sqlState: error.code,
      data: serverFields(error),
    }
  }
  // pg checks some of the password exchange itself
  if (message.startsWith('SASL')) return { ...common, class: 'access_denied' }
  const lost = message.startsWith('Connection terminated')
  return { ...common, class: lost ? 'connection_lost' : errorClass('postgres', { code }), code }
}
