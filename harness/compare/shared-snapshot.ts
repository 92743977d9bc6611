import { ActionError } from '../errors.ts'
import { connect } from '../sql/connect.ts'
import type { SqlSession } from '../sql/session.ts'
import type { Catalog, SchemaSide } from './compare-schema.ts'

/** A snapshot that other sessions can read while it is held. */
export type SharedSnapshot = { readonly id: string; readonly session: SqlSession }

/**
 * Exports the present state of a PostgreSQL database, so that many tables, over many connections, are read as they are now. Undefined
 * where the server has no snapshots to share: MySQL, Greenplum before 6.21. Closing the session lets go of it.
 */
export async function shareSnapshot(
  { endpoint, database }: SchemaSide,
  { engine }: Catalog,
  signal: AbortSignal | undefined,
): Promise<SharedSnapshot | undefined> {
  if (engine.dialect !== 'postgres') return undefined
  const session = await connect(endpoint, { signal, database, applicationName: 'assay compare' })
  try {
    const text = 'begin isolation level repeatable read read only; select pg_export_snapshot()'
    const { values } = await session.query(text, { signal })
    return { id: String(values[0]?.[0]), session }
  } catch (error) {
    await session.close()
    if (!(error instanceof ActionError) || error.class === 'connection_lost') throw error
    return undefined
  }
}
