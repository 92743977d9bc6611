import type { SqlResult } from '../../sql/session.ts'
import type { Endpoint, Finding } from '../target.ts'

/** Runs one statement in a session of its own: the care of a real target needs no more than a few. */
export async function runOnce(
  endpoint: Endpoint,
  text: string,
  options: { readonly signal?: AbortSignal; readonly database?: string; readonly parameters?: readonly unknown[] } = {},
): Promise<SqlResult> {
  const { connect } = await import('../../sql/connect.ts')
  const { signal, database, parameters } = options
  await using session = await connect(endpoint, { signal, database, applicationName: 'assay keeper' })
  return await session.query(text, { signal, parameters })
}

/** A finding for each server that takes no session. */
export async function unreachable(servers: readonly Endpoint[]): Promise<readonly Finding[]> {
  const findings = await Promise.all(
    servers.map(server =>
      runOnce(server, 'SELECT 1').then(
        () => undefined,
        (error: Error) => ({ check: 'server.alive', server: server.name, message: error.message }),
      ),
    ),
  )
  return findings.filter(finding => finding !== undefined)
}
