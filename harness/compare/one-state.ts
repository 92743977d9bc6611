import { ActionError } from '../errors.ts'
import type { SqlSession } from '../sql/session.ts'
import type { EngineFacts, TableShape } from './model.ts'

/**
 * How what a side read was held still.
 * - `transaction`: one connection, one transaction.
 * - `exported snapshot`: transactions that imported one snapshot (PostgreSQL).
 * - `binlog position`: transactions that began at one position of the binary log, which holds every change (MariaDB).
 * - `table lock`: transactions that began while a lock kept everyone from changing the table.
 * - `statement`: the engine of the table keeps no snapshots, so each statement saw a state of its own.
 */
export type HeldStill = 'transaction' | 'exported snapshot' | 'binlog position' | 'table lock' | 'statement'

export type OneState = {
  readonly sessions: readonly SqlSession[]
  readonly engine: EngineFacts
  readonly shape: TableShape
  /** Begins a session's transaction anew. */
  readonly begin: (session: SqlSession) => Promise<void>
  /** Opens a connection beside the others. */
  readonly connect: () => Promise<SqlSession>
  /** The table, quoted. */
  readonly table: string
  readonly signal?: AbortSignal
}

/** Engines of MySQL tables that read a snapshot. */
const SNAPSHOTS: ReadonlySet<string> = new Set(['INNODB', 'ROCKSDB'])

export function keepsSnapshots({ dialect }: EngineFacts, { engine }: TableShape): boolean {
  return dialect === 'postgres' || engine === undefined || SNAPSHOTS.has(engine.toUpperCase())
}

/**
 * Begins the transactions of all sessions so that they see one state of the table. Undefined where that cannot be had: then one
 * connection has to do. MySQL and MariaDB share no snapshots between connections.
 */
export async function beginAsOne(state: OneState): Promise<HeldStill | undefined> {
  return (await atOnePosition(state)) ?? (await underLock(state))
}

/** Tries to begin between two changes: on a busy server one of a few goes through. */
const TRIES = 5

/**
 * MariaDB tells each transaction the position of the binary log at which its snapshot stands, so that equal positions are equal states,
 * as far as all changes are logged. Needs no privilege and holds up nobody.
 */
async function atOnePosition({ sessions, engine, begin, signal }: OneState): Promise<HeldStill | undefined> {
  if (engine.flavor !== 'mariadb' || !(await logsEverything(sessions[0] as SqlSession, signal))) return undefined
  for (let trial = 0; trial < TRIES; trial++) {
    const positions = await Promise.all(
      sessions.map(async session => {
        await begin(session)
        const { values } = await session.query("show status like 'binlog\\_snapshot\\_%'", { signal })
        return values.map(row => row.join('=')).join()
      }),
    )
    const [first = ''] = positions
    if (first !== '' && positions.every(position => position === first)) return 'binlog position'
  }
  return undefined
}

/** True when changes cannot pass the binary log by: it is on, and what comes from a primary is logged again. */
async function logsEverything(session: SqlSession, signal: AbortSignal | undefined): Promise<boolean> {
  const text = "select @@global.log_bin = 1 and (@@global.log_slave_updates = 1 or @@global.gtid_slave_pos = '')"
  return Number((await session.query(text, { signal })).values[0]?.[0]) === 1
}

/** Seconds that the lock is waited for, and thus that others may have to wait behind it. */
const LOCK_WITHIN = 2

/**
 * Begins while nobody can change the table. The lock is granted when all transactions that changed it have ended, and is let go at once.
 * Needs the privilege LOCK TABLES.
 */
async function underLock({ sessions, begin, connect, table, signal }: OneState): Promise<HeldStill | undefined> {
  await using holder = await connect()
  try {
    await holder.query(`set session lock_wait_timeout = ${LOCK_WITHIN}; lock tables ${table} read`, { signal })
  } catch (error) {
    // not allowed, or somebody writes for long
    if (!(error instanceof ActionError) || !holder.open) throw error
    return undefined
  }
  await Promise.all(sessions.map(begin))
  return 'table lock'
}
