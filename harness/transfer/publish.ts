import { ActionError } from '../errors.ts'
import { postgresDialect } from '../sql/dialect.ts'
import type { ColumnMap } from './columns.ts'
import type { End } from './ends.ts'
import type { Mode, Slice } from './model.ts'

export type Publication = {
  readonly destination: End
  readonly columns: ColumnMap
  readonly mode: Mode
  readonly slice: Slice | undefined
  readonly signal: AbortSignal | undefined
}

/** Makes room in the destination: nobody else writes until the transaction ends. Returns the rows that went. */
export async function makeRoom({ destination, mode, slice, signal }: Publication): Promise<number> {
  const { session, table } = destination
  if (mode === 'append') return 0
  if (mode === 'truncate') {
    await session.query(`truncate ${table}`, { signal })
    return 0
  }
  await session.query(`lock table ${table} in share row exclusive mode`, { signal })
  if (mode === 'merge') return 0
  const { affected } = await session.query(
    `delete from ${table}${slice?.where === undefined ? '' : ` where ${slice.where}`}`,
    {
      signal,
    },
  )
  return affected
}

/** Columns that a merge goes by. Throws ASSAY_TRANSFER_KEY where there are none that move. */
export function mergeKey(destination: End, columns: ColumnMap, key: readonly string[] | undefined): readonly string[] {
  const chosen = key ?? destination.shape.indexes.find(index => index.primary)?.columns ?? []
  const moved = new Set(columns.pairs.map(pair => pair.right.name))
  const absent = chosen.filter(name => !moved.has(name))
  if (chosen.length > 0 && absent.length === 0) return chosen
  throw new ActionError(
    'ASSAY_TRANSFER_KEY',
    chosen.length === 0
      ? `${destination.label} has no primary key, and no key was named to merge by`
      : `"${absent.join('", "')}" of the merge key is not among the columns that move to ${destination.label}`,
    { hint: 'Name the columns with --key.' },
  )
}

/** Rows of the destination that went, and rows that were put there from a staging table. */
export type Published = { readonly deleted: number; readonly inserted: number }

/** Replaces the rows whose key came, from a staging table. NULL equals NULL here, and '' only ''. */
export async function merge(publication: Publication, staging: string, key: readonly string[]): Promise<Published> {
  const { destination, signal } = publication
  const { session, table, shape, label } = destination
  const quoted = key.map(postgresDialect.identifier)
  const { values } = await session.query(
    `select count(*) from (select 1 from ${staging} group by ${quoted.join(', ')} having count(*) > 1) twice`,
    { signal },
  )
  if (Number(values[0]?.[0]) > 0)
    throw new ActionError(
      'ASSAY_TRANSFER_KEY',
      `${values[0]?.[0]} keys (${key.join(', ')}) come more than once, so it is open which row ${label} should hold`,
    )
  await session.query(`analyze ${staging}`, { signal })
  const on = (operator: string) => quoted.map(name => `d.${name} ${operator} s.${name}`).join(' and ')
  let { affected } = await session.query(`delete from ${table} d using ${staging} s where ${on('=')}`, { signal })
  if (key.some(name => shape.columns.find(column => column.name === name)?.nullable)) {
    // Apart from the rest, since only `=` can be joined by hash
    const empty = (alias: string) => quoted.map(name => `${alias}.${name} is null`).join(' or ')
    const nulls = await session.query(
      `delete from ${table} d using ${staging} s where (${empty('s')}) and (${empty('d')}) and ${on('is not distinct from')}`,
      { signal },
    )
    affected += nulls.affected
  }
  return { deleted: affected, inserted: await insertFrom(publication, staging) }
}

/** Puts the rows of a staging table into the destination. Returns how many. */
export async function insertFrom({ destination, columns, signal }: Publication, staging: string): Promise<number> {
  // An identity column takes given values from COPY, but not from INSERT without this
  const overriding = destination.engine.version >= 100_000 ? ' overriding system value' : ''
  const { affected } = await destination.session.query(
    `insert into ${destination.table} (${columns.destinationList})${overriding} select ${columns.destinationList} from ${staging}`,
    { signal },
  )
  return affected
}

/** Puts the sequences of moved columns past the highest value, so that the next insert there finds a free one. */
export async function advanceSequences({ destination, columns, signal }: Publication): Promise<readonly string[]> {
  const warnings: string[] = []
  const { session, table } = destination
  for (const { right } of columns.pairs.filter(pair => pair.right.autoIncrement)) {
    const column = postgresDialect.identifier(right.name)
    const { values } = await session.query(
      `select s, s is not null and has_sequence_privilege(s, 'UPDATE') from pg_get_serial_sequence(${postgresDialect.literal(table)}, ${postgresDialect.literal(right.name)}) s`,
      { signal },
    )
    const [sequence, allowed] = values[0] as [string | null, boolean]
    if (sequence === null) continue
    if (!allowed) {
      warnings.push(`the sequence ${sequence} of "${right.name}" was not advanced: ${session.endpoint.user} may not`)
      continue
    }
    await session.query(
      `select setval('${sequence.replaceAll("'", "''")}', most) from (select max(${column})::bigint as most from ${table}) m
        where most > (select last_value from ${sequence})`,
      { signal },
    )
  }
  return warnings
}
