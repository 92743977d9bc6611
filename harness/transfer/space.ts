import { ActionError } from '../errors.ts'
import { postgresDialect } from '../sql/dialect.ts'
import type { SqlSession } from '../sql/session.ts'
import type { ColumnMap } from './columns.ts'
import type { End } from './ends.ts'

export type SpaceOptions = {
  readonly source: End
  readonly destination: End
  readonly columns: ColumnMap
  /** Which rows; without it, all. */
  readonly where: string | undefined
  readonly signal: AbortSignal | undefined
}

/** What a row costs besides its columns: the header of a tuple and its pointer in the page. */
const ROW_OVERHEAD = 28

/**
 * Throws ASSAY_TRANSFER_SPACE where the destination is known to have less room than the rows need at least. Whoever may not ask, and
 * servers that cannot tell, are let pass: a disk that fills is met by the load, which then leaves nothing.
 */
export async function checkSpace(options: SpaceOptions): Promise<void> {
  const { source, destination, signal } = options
  const room = await roomOf(destination, signal)
  if (room === undefined) return
  const needed = await leastNeeded(options)
  if (needed < room.bytes) return
  throw new ActionError(
    'ASSAY_TRANSFER_SPACE',
    `the rows of ${source.label} need at least ${megabytes(needed)} MB, and ${room.where} of ${destination.label} has ${megabytes(room.bytes)} MB left`,
    { hint: 'Make room there, move the table to another tablespace, or move fewer rows at a time.' },
  )
}

const megabytes = (bytes: number): string => Math.round(bytes / 1e6).toLocaleString('en')

type Room = { readonly bytes: number; readonly where: string }

async function roomOf(destination: End, signal: AbortSignal | undefined): Promise<Room | undefined> {
  try {
    if (destination.engine.flavor === 'greenplum') return await roomOfSegments(destination, signal)
    return destination.partitioned ? undefined : await roomOfDisk(destination, signal)
  } catch (error) {
    signal?.throwIfAborted()
    if (!(error instanceof ActionError) || error.class === 'connection_lost') throw error
    return undefined
  }
}

/** Greenplum's view of its segments' disks. They share the rows, so the fullest of them counts for all. */
async function roomOfSegments({ session }: End, signal: AbortSignal | undefined): Promise<Room | undefined> {
  const { values } = await session.query('select min(dfspace)::float8 * 1024, count(*) from gp_toolkit.gp_disk_free', {
    signal,
  })
  const [least, segments] = values[0] as [number | null, number]
  return least === null ? undefined : { bytes: least * Number(segments), where: 'the fullest segment, times all,' }
}

/** PostgreSQL has no function for it; accounts that may run a program on the server can ask `df`, which changes nothing. */
async function roomOfDisk({ session, engine, table }: End, signal: AbortSignal | undefined): Promise<Room | undefined> {
  const { values } = await session.query(
    `select case when may.run then coalesce(nullif(pg_tablespace_location(coalesce(nullif(c.reltablespace, 0), d.dattablespace)), ''), current_setting('data_directory')) end
       from pg_class c, pg_database d, (select ${mayRunPrograms(engine.version)} as run) may
      where c.oid = ${postgresDialect.literal(table)}::regclass and d.datname = current_database()`,
    { signal },
  )
  const folder = values[0]?.[0]
  if (typeof folder !== 'string') return undefined
  const line = /\s(\d+)\s+\d+%/.exec(await outputOf(session, `df -Pk ${shellQuoted(folder)}`, signal))
  return line ? { bytes: Number(line[1]) * 1024, where: `the disk of ${folder}` } : undefined
}

const mayRunPrograms = (version: number): string =>
  `(select rolsuper from pg_roles where rolname = current_user)${version >= 110_000 ? " or pg_has_role('pg_execute_server_program', 'USAGE')" : ''}`

const shellQuoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

async function outputOf(session: SqlSession, command: string, signal: AbortSignal | undefined): Promise<string> {
  try {
    await session.query('begin; create temporary table assay_output (line text) on commit drop', { signal })
    await session.query(
      `copy assay_output from program ${postgresDialect.literal(command)} (format csv, delimiter e'\\x01', quote e'\\x02')`,
      { signal },
    )
    const { values } = await session.query('select line from assay_output', { signal })
    return values.map(([line]) => String(line)).join('\n')
  } finally {
    if (session.open) await session.query('rollback', { signal: AbortSignal.timeout(5_000) })
  }
}

/** The planner's guess at rows and their width, without what is kept beside the table: less than it will be, so nobody is refused wrongly. */
async function leastNeeded({ source, columns, where, signal }: SpaceOptions): Promise<number> {
  const filter = where === undefined ? '' : ` where ${where}`
  const { values } = await source.session.query(
    `explain (format json) select ${columns.sourceList} from ${source.table}${filter}`,
    { signal },
  )
  const plan = values[0]?.[0] as string | readonly Explained[]
  const [explained] = typeof plan === 'string' ? (JSON.parse(plan) as Explained[]) : plan
  const { 'Plan Rows': rows = 0, 'Plan Width': width = 0 } = explained?.Plan ?? {}
  return Math.min(source.size, rows * (width + ROW_OVERHEAD))
}

type Explained = { readonly Plan: { readonly 'Plan Rows'?: number; readonly 'Plan Width'?: number } }
