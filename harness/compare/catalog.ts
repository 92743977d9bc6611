import type { SqlSession } from '../sql/session.ts'
import type { EngineFacts, TableName, TableShape } from './model.ts'
import * as mysql from './mysql/catalog.ts'
import * as postgres from './postgres/catalog.ts'

/** The catalogs of both families under one set of names. */

/** A server does not change under a session, and many tables are compared over one. */
const engines = new WeakMap<SqlSession, EngineFacts>()

export async function readEngine(session: SqlSession, signal?: AbortSignal): Promise<EngineFacts> {
  const known = engines.get(session)
  if (known) return known
  const read = session.dialect === 'mysql' ? mysql.readEngine : postgres.readEngine
  const engine = await read(session, signal)
  engines.set(session, engine)
  return engine
}

export function readShape(
  session: SqlSession,
  engine: EngineFacts,
  name: TableName,
  signal?: AbortSignal,
): Promise<TableShape | undefined> {
  return engine.dialect === 'mysql'
    ? mysql.readShape(session, name, engine, signal)
    : postgres.readShape(session, name, signal)
}

/** Tables of a schema (MySQL: database) by name, views left out. */
export function listTables(session: SqlSession, schema: string, signal?: AbortSignal): Promise<string[]> {
  return (session.dialect === 'mysql' ? mysql : postgres).listTables(session, schema, signal)
}

/** Schemas (MySQL: databases) of users. */
export function listSchemas(session: SqlSession, signal?: AbortSignal): Promise<string[]> {
  return (session.dialect === 'mysql' ? mysql : postgres).listSchemas(session, signal)
}

export function estimateRows(session: SqlSession, from: string, signal?: AbortSignal): Promise<number> {
  return (session.dialect === 'mysql' ? mysql : postgres).estimateRows(session, from, signal)
}

/** True where what a snapshot should hold is no longer there. MySQL refuses to read such a table, and says so. */
export function isRewritten(session: SqlSession, shape: TableShape, signal?: AbortSignal): Promise<boolean> {
  return session.dialect === 'mysql' ? Promise.resolve(false) : postgres.isRewritten(session, shape, signal)
}
