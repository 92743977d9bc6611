import type { Clock } from '../actions/define-action.ts'
import type { SqlSession } from '../sql/session.ts'
import { readEngine } from './catalog.ts'

export type WaitOptions = {
  /** Milliseconds until the replica must have come as far as the primary is now. */
  readonly within: number
  readonly clock: Clock
  readonly signal?: AbortSignal
}

/** How far a replica got: there, or why not. */
export type CaughtUp =
  | { readonly reached: true; readonly waited: number }
  | { readonly reached: false; readonly reason: string }

/** Milliseconds of one wait on the server, after which the state of replication is looked at. */
const SLICE = 1_000

/**
 * Waits until the replica has applied what the primary has committed by now: by GTID on MariaDB and MySQL, by LSN on a PostgreSQL
 * standby. Ends early where replication has stopped. Rejects with ASSAY_SQL, or the signal's reason.
 */
export async function waitForPrimary(
  primary: SqlSession,
  replica: SqlSession,
  options: WaitOptions,
): Promise<CaughtUp> {
  const started = options.clock.now()
  const deadline = started + options.within
  const engine = await readEngine(primary, options.signal)
  const kind = engine.dialect === 'postgres' ? LSN : engine.flavor === 'mariadb' ? MARIADB : GTID_SET
  const position = await kind.position(primary, options.signal)
  if (position === '') return { reached: false, reason: kind.none }
  for (;;) {
    const left = deadline - options.clock.now()
    if (await kind.reached(replica, position, Math.max(0, Math.min(SLICE, left)), options)) {
      return { reached: true, waited: options.clock.now() - started }
    }
    const stopped = await kind.stopped(replica, options.signal)
    if (stopped !== undefined) return { reached: false, reason: `replication has stopped: ${stopped}` }
    if (left <= 0) {
      return {
        reached: false,
        reason: `it did not reach the primary's position ${position} within ${options.within} ms`,
      }
    }
  }
}

interface PositionKind {
  /** What a primary without a position lacks. */
  readonly none: string
  /** Where the primary is; empty where it has no position. */
  position(primary: SqlSession, signal?: AbortSignal): Promise<string>
  /** Waits up to so many milliseconds. */
  reached(replica: SqlSession, position: string, wait: number, options: WaitOptions): Promise<boolean>
  /** Why the replica will not come further by itself, or undefined. */
  stopped(replica: SqlSession, signal?: AbortSignal): Promise<string | undefined>
}

async function one(
  session: SqlSession,
  text: string,
  signal?: AbortSignal,
  parameters?: readonly unknown[],
): Promise<unknown> {
  return (await session.query(text, { signal, parameters })).values[0]?.[0]
}

const MARIADB: PositionKind = {
  none: 'the primary writes no binary log, so there is no position to wait for',
  async position(primary, signal) {
    return String((await one(primary, 'select @@global.gtid_binlog_pos', signal)) ?? '')
  },
  async reached(replica, position, wait, { signal }) {
    return Number(await one(replica, 'select master_gtid_wait(?, ?)', signal, [position, wait / 1000])) === 0
  },
  stopped: (replica, signal) => stoppedThreads(replica, 'show all slaves status', signal),
}

const GTID_SET: PositionKind = {
  none: 'the primary has no GTIDs (gtid_mode is off), so there is no position to wait for',
  async position(primary, signal) {
    return String((await one(primary, 'select @@global.gtid_executed', signal)) ?? '').replaceAll('\n', '')
  },
  async reached(replica, position, wait, { signal }) {
    // a wait of 0 would be one for ever
    if (wait <= 0) {
      return Number(await one(replica, 'select gtid_subset(?, @@global.gtid_executed)', signal, [position])) === 1
    }
    return Number(await one(replica, 'select wait_for_executed_gtid_set(?, ?)', signal, [position, wait / 1000])) === 0
  },
  async stopped(replica, signal) {
    // Slave is Replica since 8.0.22, and gone since 8.4
    const { version } = await readEngine(replica, signal)
    return stoppedThreads(replica, version >= 80_022 ? 'show replica status' : 'show slave status', signal)
  },
}

async function stoppedThreads(replica: SqlSession, text: string, signal?: AbortSignal): Promise<string | undefined> {
  // the account may not see it: then only the deadline tells
  const result = await replica.query(text, { signal }).catch(error => {
    if (!replica.open || signal?.aborted) throw error
    return undefined
  })
  if (result === undefined) return undefined
  const status = result.rows[0]
  if (!status) return 'the server is no replica'
  const words = ['Slave', 'Replica'].flatMap(word => [`${word}_IO_Running`, `${word}_SQL_Running`])
  const threads = words.filter(name => status[name] === 'No')
  if (threads.length === 0) return undefined
  const last = [status.Last_SQL_Error, status.Last_IO_Error].find(text => typeof text === 'string' && text !== '')
  return `${threads.map(name => `${name} is No`).join(', ')}${last ? ` (${last})` : ''}`
}

const LSN: PositionKind = {
  none: 'the primary has no WAL position',
  async position(primary, signal) {
    return String((await one(primary, 'select pg_current_wal_lsn()', signal)) ?? '')
  },
  async reached(replica, position, wait, { clock, signal }) {
    const text = 'select coalesce(pg_wal_lsn_diff(pg_last_wal_replay_lsn(), $1::pg_lsn) >= 0, false)'
    const deadline = clock.now() + wait
    for (;;) {
      if ((await one(replica, text, signal, [position])) === true) return true
      if (clock.now() >= deadline) return false
      await clock.sleep(50, signal)
    }
  },
  async stopped(replica, signal) {
    if ((await one(replica, 'select pg_is_in_recovery()', signal)) !== true) return 'the server is no standby'
    const paused = await one(replica, 'select pg_is_wal_replay_paused()', signal).catch(() => false)
    return paused === true ? 'replay is paused' : undefined
  },
}
