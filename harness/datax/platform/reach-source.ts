import { AssayError } from '../../errors.ts'
import type { Secret } from '../../log/secret.ts'
import { connect } from '../../sql/connect.ts'
import type { SqlResult } from '../../sql/session.ts'
import type { Source } from './datasource-input.ts'
import { Failure } from './failure.ts'

/** Milliseconds for connecting, and for a query. */
const WITHIN = 4_000

export type Account = Pick<Source, 'host' | 'port' | 'username' | 'db_name' | 'db_type'> & {
  readonly source_name?: string | undefined
  readonly password: Secret
}

/** Runs one query on a datasource. Rejects with no_driver, refused, unreachable or query_failed. */
export async function reachSource(
  given: Account,
  query: { readonly sql: string; readonly parameters?: readonly string[]; readonly signal: AbortSignal },
): Promise<SqlResult> {
  if (given.db_type === 'oracle') throw new Failure('no_driver', 'there is no driver for oracle here')
  const protocol = given.db_type === 'mysql' ? 'mysql' : 'postgres'
  const endpoint = {
    ...({ role: 'datasource', name: given.source_name || 'the datasource', protocol } as const),
    ...{ host: given.host, port: given.port, user: given.username, password: given.password, database: given.db_name },
  }
  const signal = AbortSignal.any([query.signal, AbortSignal.timeout(2 * WITHIN)])
  const session = await connect(endpoint, { within: WITHIN, signal, applicationName: 'assay datax platform' }).catch(
    error => {
      if (!(error instanceof AssayError)) throw late(error, query.signal)
      throw new Failure(error.code === 'ASSAY_AUTH' ? 'refused' : 'unreachable', error.message)
    },
  )
  try {
    const { parameters = [] } = query
    return await session.query(query.sql, { parameters: [...parameters], signal })
  } catch (error) {
    if (!(error instanceof AssayError)) throw late(error, query.signal)
    throw new Failure('query_failed', error.message)
  } finally {
    await session.close()
  }
}

function late(error: unknown, asked: AbortSignal): unknown {
  if (asked.aborted || (error as Error).name !== 'TimeoutError') return error
  return new Failure('unreachable', `the datasource did not answer within ${(2 * WITHIN) / 1000} s`)
}
