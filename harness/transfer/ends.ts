import { readEngine, readShape } from '../compare/catalog.ts'
import type { EngineFacts, TableName, TableShape } from '../compare/model.ts'
import { showTableName } from '../compare/table-name.ts'
import { ActionError, type AssayError } from '../errors.ts'
import { postgresDialect } from '../sql/dialect.ts'
import type { Endpoint } from '../targets/target.ts'
import type { CopySession } from './copy/copy-session.ts'
import type { SessionLoan } from './copy/session-pool.ts'
import { RECIPE, type TransferRecipe } from './recipe.ts'

/** An open end of a transfer. */
export type End = {
  readonly session: CopySession
  readonly engine: EngineFacts
  readonly shape: TableShape
  /** `"public"."orders"`. */
  readonly table: string
  /** `source public.orders`, for people. */
  readonly label: string
  /** An ordinary table without children and row security, which COPY can read without a query. */
  readonly plain: boolean
  readonly partitioned: boolean
  /** Bytes of the table with its TOAST, partitions included. */
  readonly size: number
}

type EndOptions = {
  readonly table: TableName
  /** Where its sessions come from. */
  readonly loan: SessionLoan
  readonly lockWithin: number
  readonly signal: AbortSignal | undefined
  readonly recipe?: TransferRecipe | undefined
}

/** Texts come alike from every server and mean the same on every other, whatever server, database and role are configured to. */
function sessionSettings(engine: EngineFacts, lockWithin: number, recipe: TransferRecipe = RECIPE): string {
  const settings = [
    "timezone = 'UTC'",
    "datestyle = 'ISO, YMD'",
    "intervalstyle = 'postgres'",
    "bytea_output = 'hex'",
    // Fewer digits lose bits of a float before version 12, and on later ones where a role or database asks for it
    `extra_float_digits = ${recipe.allDigits ? (engine.version < 120_000 ? 3 : 1) : 0}`,
    'statement_timeout = 0',
    `lock_timeout = ${lockWithin}`,
    ...(engine.version >= 90_600 ? ['idle_in_transaction_session_timeout = 0'] : []),
    // A policy that hides rows becomes an error instead of a smaller table
    ...(engine.version >= 90_500 ? ['row_security = off'] : []),
  ]
  return settings.map(setting => `set ${setting}`).join(';')
}

/** Opens one end with its settings, and reads what the transfer needs to know of the table. */
export async function openEnd(endpoint: Endpoint, { table, ...options }: EndOptions): Promise<End> {
  const { signal } = options
  const session = await openSession(endpoint, options)
  const engine = await readEngine(session, signal)
  const shape = await readShape(session, engine, table, signal)
  if (!shape) throw missing(endpoint, table)
  const { schema = 'public', name } = shape.name
  const quoted = postgresDialect.qualified(schema, name)
  const facts = await readFacts(session, quoted, engine, signal)
  return { session, engine, shape, table: quoted, label: `${endpoint.name} ${schema}.${name}`, ...facts }
}

/** Another session of the same end, with the same settings. */
export function openBeside(end: End, options: Omit<EndOptions, 'table'>): Promise<CopySession> {
  return openSession(end.session.endpoint, options)
}

function openSession(
  endpoint: Endpoint,
  { loan, lockWithin, signal, recipe }: Omit<EndOptions, 'table'>,
): Promise<CopySession> {
  return loan.open(endpoint, {
    signal,
    async prepare(session, within) {
      const engine = await readEngine(session, within)
      await session.query(sessionSettings(engine, lockWithin, recipe), { signal: within })
    },
  })
}

async function readFacts(
  session: CopySession,
  table: string,
  engine: EngineFacts,
  signal: AbortSignal | undefined,
): Promise<Pick<End, 'plain' | 'partitioned' | 'size'>> {
  const oid = `${postgresDialect.literal(table)}::regclass`
  const family = `(with recursive family(oid) as (select ${oid}::oid union all select i.inhrelid from pg_inherits i join family on family.oid = i.inhparent) select oid from family)`
  const { values } = await session.query(
    `select c.relkind::text, exists (select 1 from pg_inherits i where i.inhparent = c.oid),
            ${engine.version >= 90_500 ? 'c.relrowsecurity' : 'false'},
            (select sum(pg_table_size(f.oid))::float8 from ${family} f)
       from pg_class c where c.oid = ${oid}`,
    { signal },
  )
  const [kind, children, secured, size] = values[0] as [string, boolean, boolean, number]
  return { plain: kind === 'r' && !children && !secured, partitioned: kind === 'p' || children, size }
}

function missing(endpoint: Endpoint, table: TableName): AssayError {
  const where = `${endpoint.name} (${endpoint.host}:${endpoint.port}, database ${endpoint.database ?? endpoint.user})`
  return new ActionError('ASSAY_TRANSFER_TABLE', `${where} has no table ${showTableName(table)}`, {
    hint: 'The name is case-sensitive, without quotes: schema.table.',
  })
}
