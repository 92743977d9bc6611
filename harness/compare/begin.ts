import { postgresDialect } from '../sql/dialect.ts'
import type { SqlSession } from '../sql/session.ts'
import type { EngineFacts } from './model.ts'

/** Texts come alike from every server, whatever it is configured to. */
const POSTGRES_SETTINGS = [
  "set local timezone = 'UTC'",
  "set local datestyle = 'ISO, YMD'",
  "set local intervalstyle = 'postgres'",
  "set local bytea_output = 'hex'",
]

/** Sent before the transaction: MySQL knows no SET LOCAL. The session is the comparison's own. */
const MYSQL_SETTINGS =
  "set session sql_mode = '', time_zone = '+00:00', group_concat_max_len = 4194304, transaction_isolation = 'REPEATABLE-READ'"
const MARIADB_SETTINGS =
  "set session sql_mode = 'TIME_ROUND_FRACTIONAL', time_zone = '+00:00', group_concat_max_len = 4194304, tx_isolation = 'REPEATABLE-READ'"

/** Begins a read-only transaction that sees one state: the present one, or that of a snapshot exported by another session (PostgreSQL). */
export async function begin(
  session: SqlSession,
  engine: EngineFacts,
  { snapshot, signal }: { readonly snapshot?: string; readonly signal?: AbortSignal } = {},
): Promise<void> {
  if (engine.dialect === 'postgres') {
    const imported = snapshot === undefined ? [] : [`set transaction snapshot ${postgresDialect.literal(snapshot)}`]
    const texts = ['begin isolation level repeatable read read only', ...imported, ...POSTGRES_SETTINGS]
    await session.query(texts.join(';'), { signal })
    return
  }
  const settings = engine.flavor === 'mariadb' ? MARIADB_SETTINGS : MYSQL_SETTINGS
  await session.query(`${settings}; start transaction with consistent snapshot, read only`, { signal })
}
