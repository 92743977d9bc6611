import { ActionError } from '../errors.ts'
import { postgresDialect } from '../sql/dialect.ts'
import type { ColumnMap } from './columns.ts'
import type { End } from './ends.ts'
import type { Format, Mode, Slice, Verification } from './model.ts'
import { checkSpace } from './space.ts'

export type PreflightOptions = {
  readonly source: End
  readonly destination: End
  readonly columns: ColumnMap
  readonly mode: Mode
  readonly format: Format
  readonly verify: Verification
  readonly slice: Slice | undefined
  readonly signal: AbortSignal | undefined
}

/** Everything that can be known before a byte moves. Throws the first thing that stands in the way. */
export async function preflight(options: PreflightOptions): Promise<void> {
  const { source, destination, mode, verify, slice, signal } = options
  if (source.shape.kind !== 'table' || destination.shape.kind !== 'table') {
    const view = source.shape.kind === 'table' ? destination : source
    throw new ActionError('ASSAY_TRANSFER_TABLE', `${view.label} is a view, which cannot be moved`)
  }
  await checkApart(options)
  await Promise.all([
    checkRights(source, ['SELECT'], signal),
    checkRights(destination, destinationRights(mode, verify, slice), signal),
  ])
  if (slice?.window) await checkWindow(options, slice.window)
  if (slice?.where !== undefined) {
    await checkCondition(source, slice.where, signal)
    if (mode === 'replace') await checkCondition(destination, slice.where, signal)
  }
  if (options.format === 'text') await Promise.all([source, destination].map(end => checkDigits(end, signal)))
  await checkSpace({ source, destination, columns: options.columns, where: slice?.where, signal })
}

function destinationRights(mode: Mode, verify: Verification, slice: Slice | undefined): string[] {
  const rights = ['INSERT']
  if (mode === 'truncate') rights.push('TRUNCATE')
  if (mode === 'replace' || mode === 'merge') rights.push('DELETE')
  if (verify === 'digest' || mode === 'merge' || slice?.where !== undefined) rights.push('SELECT')
  return rights
}

async function checkRights(
  { session, table, label }: End,
  rights: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const relation = postgresDialect.literal(table)
  const asked = rights.map(right => `has_table_privilege(${relation}::regclass, '${right}')`)
  const { values } = await session.query(`select ${asked.join(', ')}`, { signal })
  const lacking = rights.filter((_, index) => values[0]?.[index] !== true)
  if (lacking.length === 0) return
  const { user } = session.endpoint
  throw new ActionError('ASSAY_TRANSFER_RIGHTS', `${user} may not ${lacking.join(', ')} on ${label}`, {
    hint: `grant ${lacking.join(', ').toLowerCase()} on ${table} to ${postgresDialect.identifier(user)}`,
  })
}

/** One table cannot be both ends: its rows would go before they were read. Two names of one server are seen by its start and the table's number. */
async function checkApart({ source, destination, signal }: PreflightOptions): Promise<void> {
  const identity = async ({ session, table }: End) => {
    const { values } = await session.query(
      `select pg_postmaster_start_time()::text, current_database()::text, ${postgresDialect.literal(table)}::regclass::oid::text`,
      { signal },
    )
    return (values[0] ?? []).join()
  }
  const [from, to] = await Promise.all([identity(source), identity(destination)])
  if (from !== to) return
  throw new ActionError(
    'ASSAY_TRANSFER_OPTION',
    `${source.label} and ${destination.label} are one table of one server`,
    {
      hint: 'Name another server, database or table for the destination.',
    },
  )
}

/** A condition that a server does not understand is said to be that, before anything else is read by it. */
async function checkCondition({ session, table, label }: End, where: string, signal?: AbortSignal): Promise<void> {
  try {
    await session.query(`select 1 from ${table} where ${where} limit 0`, { signal })
  } catch (cause) {
    if (!(cause instanceof ActionError) || cause.code !== 'ASSAY_SQL') throw cause
    throw new ActionError('ASSAY_TRANSFER_OPTION', `${label} does not take the condition ${where}: ${cause.message}`, {
      ...{ cause, class: cause.class, systemCode: cause.systemCode },
      hint: 'It is SQL, the same for both ends, and names their columns.',
    })
  }
}

const WINDOW_KINDS = new Set(['timestamp', 'timestamptz', 'date', 'integer'])

async function checkWindow(
  { source, destination, signal }: PreflightOptions,
  { column: name, nulls }: NonNullable<Slice['window']>,
): Promise<void> {
  for (const end of [source, destination]) {
    const column = end.shape.columns.find(one => one.name === name)
    if (!column)
      throw new ActionError('ASSAY_TRANSFER_WINDOW', `${end.label} has no window column "${name}"`, {
        hint: `Its columns are ${end.shape.columns.map(one => one.name).join(', ')}.`,
      })
    if (!WINDOW_KINDS.has(column.type.kind))
      throw new ActionError(
        'ASSAY_TRANSFER_WINDOW',
        `the window column "${name}" of ${end.label} is ${column.type.declared}; it must be a timestamp, a date or an integer`,
      )
  }
  if (nulls === 'ignore' || source.shape.columns.find(one => one.name === name)?.nullable === false) return
  const ref = postgresDialect.identifier(name)
  const { values } = await source.session.query(`select count(*) from ${source.table} where ${ref} is null`, { signal })
  if (Number(values[0]?.[0]) > 0)
    throw new ActionError('ASSAY_TRANSFER_WINDOW_NULL', `${values[0]?.[0]} rows of ${source.label} have no "${name}"`)
}

/** Text keeps the bits of a float only with enough digits: the setting is tried, not trusted. */
async function checkDigits({ session, label }: End, signal?: AbortSignal): Promise<void> {
  const { values } = await session.query("select (sqrt(3::float8))::text, current_setting('extra_float_digits')", {
    signal,
  })
  if (Number(values[0]?.[0]) === Math.sqrt(3)) return
  throw new ActionError(
    'ASSAY_TRANSFER_OPTION',
    `${label} prints floats with too few digits (extra_float_digits = ${values[0]?.[1]}), and text would lose their last bits`,
  )
}
