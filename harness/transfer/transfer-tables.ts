import pLimit from 'p-limit'
import { thoseThatFit } from '../compare/glob.ts'
import type { TableName } from '../compare/model.ts'
import { showTableName } from '../compare/table-name.ts'
import { ActionError } from '../errors.ts'
import { postgresDialect } from '../sql/dialect.ts'
import type { Endpoint } from '../targets/target.ts'
import type { CopySession } from './copy/copy-session.ts'
import { SessionPool } from './copy/session-pool.ts'
import type { Phase, TransferProgress, TransferResult, TransferSpec } from './model.ts'
import { transferTable } from './transfer-table.ts'

export type TablesSpec = Omit<TransferSpec, 'table' | 'into' | 'snapshot' | 'onProgress' | 'onPhase' | 'onPiece'> & {
  readonly tables: readonly { readonly table: TableName; readonly into?: TableName }[]
  /** Tables side by side. Default 2. */
  readonly atOnce?: number
  /** Called when a table begins, and with its outcome when it ends. */
  readonly onTable?: (table: string, outcome?: TableOutcome) => void
  readonly onProgress?: (table: string, progress: TransferProgress) => void
  readonly onPhase?: (table: string, phase: Phase) => void
}

export type TableOutcome = { readonly table: string } & (
  | { readonly result: TransferResult }
  | { readonly error: unknown }
)

/**
 * Moves several tables, each whole or not at all, all of them as they were at one moment of the source. The largest go first. One
 * that fails does not stop the others; the outcomes are in the order of the tables.
 */
export async function transferTables(spec: TablesSpec): Promise<readonly TableOutcome[]> {
  const { tables, atOnce = 2, source, signal } = spec
  await using own = new SessionPool()
  const { sessions = own } = spec
  await using held = sessions.lend()
  const holder = await held.open(source, { signal })
  await reach(spec.destination, sessions, signal)
  await holder.query('begin isolation level repeatable read read only', { signal })
  const { values } = await holder.query('select pg_export_snapshot()', { signal })
  const snapshot = String(values[0]?.[0])
  const sizes = await Promise.all(tables.map(({ table }) => sizeOf(holder, table, signal)))
  const order = tables.map((_, index) => index).sort((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0))
  const outcomes: TableOutcome[] = []
  const limit = pLimit(atOnce)
  await Promise.all(
    order.map(index =>
      limit(async () => {
        const { table, into } = tables[index] as TablesSpec['tables'][number]
        const name = showTableName(table)
        const ended = (outcome: TableOutcome) => {
          outcomes[index] = outcome
          spec.onTable?.(name, outcome)
        }
        try {
          signal?.throwIfAborted()
          spec.onTable?.(name)
          const onProgress = (progress: TransferProgress) => spec.onProgress?.(name, progress)
          const onPhase = (phase: Phase) => {
            spec.onPhase?.(name, phase)
            return undefined
          }
          const result = await transferTable({ ...spec, table, into, snapshot, sessions, onProgress, onPhase })
          ended({ table: name, result })
        } catch (error) {
          ended({ table: name, error })
        }
      }),
    ),
  )
  signal?.throwIfAborted()
  return outcomes
}

/** Said once, not for each table. The session is the first that a table finds. */
async function reach(endpoint: Endpoint, sessions: SessionPool, signal?: AbortSignal): Promise<void> {
  await using loan = sessions.lend()
  await loan.open(endpoint, { signal })
  await loan.giveBack(signal)
}

async function sizeOf(session: CopySession, { schema, name }: TableName, signal?: AbortSignal): Promise<number> {
  const where = schema === undefined ? 'pg_table_is_visible(c.oid)' : `n.nspname = ${postgresDialect.literal(schema)}`
  const { values } = await session.query(
    `select pg_table_size(c.oid)::float8 from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relname = ${postgresDialect.literal(name)} and ${where}`,
    { signal },
  )
  return Number(values[0]?.[0] ?? 0)
}

/** Tables of the source that patterns name: `orders`, `eda.*`. Throws ASSAY_TRANSFER_TABLE for a pattern without a table. */
export async function expandTables(
  source: Endpoint,
  patterns: readonly string[],
  { signal, sessions }: { signal?: AbortSignal; sessions?: SessionPool } = {},
): Promise<TableName[]> {
  if (patterns.every(pattern => !pattern.includes('*'))) return patterns.map(one => split(one))
  const { listTables } = await import('../compare/catalog.ts')
  await using loan = (sessions ?? new SessionPool()).lend()
  const session = await loan.open(source, { signal })
  const found: TableName[] = []
  for (const pattern of patterns) {
    const { schema = 'public', name } = split(pattern)
    const all = name.includes('*') ? await listTables(session, schema, signal) : [name]
    const matching = thoseThatFit(all, [name])
    if (matching.length === 0)
      throw new ActionError(
        'ASSAY_TRANSFER_TABLE',
        `${source.name} (${source.host}:${source.port}, database ${source.database ?? source.user}) has no table ${pattern}`,
        { hint: 'Patterns are case-sensitive: schema.*, schema.part*; without a schema, public.' },
      )
    found.push(...matching.map(one => ({ schema, name: one })))
  }
  if (sessions) await loan.giveBack(signal)
  return found
}

function split(text: string): TableName {
  const dot = text.indexOf('.')
  return dot < 0 ? { name: text } : { schema: text.slice(0, dot), name: text.slice(dot + 1) }
}
