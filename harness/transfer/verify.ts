import { ActionError } from '../errors.ts'
import { postgresDialect } from '../sql/dialect.ts'
import type { Content } from './digest.ts'
import type { LoadOptions } from './load.ts'
import type { MovedRows } from './move-rows.ts'

export type Verified = { readonly rows: number; readonly sum: string | undefined }

export type Moved = {
  readonly moved: MovedRows
  /** The source's digest, which was begun beside the copy. */
  readonly content: Promise<Content> | undefined
  /** The table that the rows went to first. */
  readonly staging: string | undefined
  /** Rows that went from there into the destination. */
  readonly published: number | undefined
  /** The number of the destination's transaction. */
  readonly transaction: string
}

/** The rows of the destination that this transfer put there, for FROM. */
function loadedRows(
  { destination, spec, key }: LoadOptions,
  { staging, transaction }: Pick<Moved, 'staging' | 'transaction'>,
): string {
  const { table, shape } = destination
  const { mode = 'replace', slice } = spec
  if (mode === 'truncate') return table
  if (mode === 'replace') return slice?.where === undefined ? table : `${table} where ${slice.where}`
  // What this transaction wrote; on Greenplum each segment numbers its own transactions
  if (destination.engine.flavor !== 'greenplum')
    return `${table} where xmin = '${BigInt.asUintN(32, BigInt(transaction))}'::xid`
  if (staging === undefined) throw new Error(`a transfer in mode ${mode} into Greenplum went without a staging table`)
  if (mode === 'append') return staging
  const quoted = key.map(postgresDialect.identifier)
  const meets = (operator: string) =>
    `exists (select 1 from ${staging} s where ${quoted.map(name => `d.${name} ${operator} s.${name}`).join(' and ')})`
  const found = `${table} d where ${meets('=')}`
  if (!key.some(name => shape.columns.find(column => column.name === name)?.nullable)) return found
  // Apart from the rest, since only `=` can be joined by hash
  const empty = quoted.map(name => `d.${name} is null`).join(' or ')
  return `(select d.* from ${found} union all select d.* from ${table} d where (${empty}) and ${meets('is not distinct from')}) d`
}

/**
 * Looks at what the destination holds now, inside the load's transaction. Throws ASSAY_TRANSFER_DIFFERENT unless it is what the
 * source sent; undefined where nobody is to look.
 */
export async function verify(options: LoadOptions, loaded: Moved): Promise<Verified | undefined> {
  const { moved, content, published } = loaded
  const { spec, source, destination, digest } = options
  if ((spec.verify ?? 'digest') === 'none') return undefined
  const differs = (what: string) =>
    new ActionError(
      'ASSAY_TRANSFER_DIFFERENT',
      `${source.label} and ${destination.label} differ after the load: ${what}`,
    )
  const seen = moved.rowsSeen ?? moved.rowsOut
  if (moved.rowsOut !== moved.rowsIn || moved.rowsOut !== seen)
    throw differs(`${moved.rowsOut} rows were sent, ${seen} seen on the way, ${moved.rowsIn} loaded`)
  // There the appended rows cannot be told from others any more, so the staging table is looked at, and counted into the table
  if (destination.engine.flavor === 'greenplum' && spec.mode === 'append' && published !== moved.rowsIn)
    throw differs(`${moved.rowsIn} rows were loaded, and ${published} of them appended`)
  const from = loadedRows(options, loaded)
  const { signal } = spec
  if (!digest || spec.recipe?.compareContent === false) {
    const { values } = await destination.session.query(`select count(*) from ${from}`, { signal })
    const rows = Number(values[0]?.[0])
    if (rows !== moved.rowsOut) throw differs(`${moved.rowsOut} rows were sent, ${rows} are there`)
    return { rows, sum: undefined }
  }
  const [sent, there] = await Promise.all([content, digest.of('right', destination.session, { from, signal })])
  if (sent?.rows !== there.rows || moved.rowsOut !== there.rows)
    throw differs(`${moved.rowsOut} rows were sent, ${there.rows} are there`)
  if (sent.sum !== there.sum)
    throw differs(`the same number of rows, ${there.rows}, but not the same content (${digest.method})`)
  return there
}
