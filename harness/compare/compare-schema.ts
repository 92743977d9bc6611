import { didYouMean } from '../cases/suggest.ts'
import { ActionError } from '../errors.ts'
import { connect } from '../sql/connect.ts'
import type { SqlSession } from '../sql/session.ts'
import type { Endpoint } from '../targets/target.ts'
import { listTables, readEngine, readShape } from './catalog.ts'
import { describeFinding, diffShapes, type FindingKind, type SchemaFinding } from './diff-shapes.ts'
import { thoseThatFit } from './glob.ts'
import type { EngineFacts, TableName } from './model.ts'
import { undecided } from './undecided.ts'

export type SchemaSide = {
  readonly endpoint: Endpoint
  readonly database?: string
  /** PostgreSQL: the schema, default `public`. MySQL: the database, default the session's. */
  readonly schema?: string
}

export type CompareSchemaSpec = {
  readonly left: SchemaSide
  readonly right: SchemaSide
  /** Names, in which `*` stands for any characters. Default: all tables. Views are left out. */
  readonly tables?: readonly string[]
  /** Kinds of findings that do not count. */
  readonly ignore?: readonly FindingKind[]
  readonly signal?: AbortSignal
}

export type CompareSchemaResult = {
  readonly verdict: 'equal' | 'different' | 'undecided'
  readonly summary: string
  readonly findings: readonly SchemaFinding[]
  /** Tables that both sides have, and that were compared. */
  readonly compared: readonly string[]
}

/** Compares tables, columns, keys and indexes, without reading a row. Rejects with the errors of `connect` and ASSAY_SQL. */
export async function compareSchema(spec: CompareSchemaSpec): Promise<CompareSchemaResult> {
  const [opened, other] = await Promise.allSettled([open(spec.left, spec.signal), open(spec.right, spec.signal)])
  await using stack = new AsyncDisposableStack()
  for (const one of [opened, other]) if (one.status === 'fulfilled') stack.use(one.value.session)
  if (opened.status === 'rejected') throw opened.reason
  if (other.status === 'rejected') throw other.reason
  return await diffCatalogs(opened.value, other.value, spec)
}

export type Catalog = {
  readonly session: SqlSession
  readonly engine: EngineFacts
  readonly schema: string
  readonly label: string
}

export async function open(side: SchemaSide, signal: AbortSignal | undefined): Promise<Catalog> {
  const session = await connect(side.endpoint, { signal, database: side.database, applicationName: 'assay compare' })
  try {
    const engine = await readEngine(session, signal)
    return { session, engine, schema: side.schema ?? (await ownSchema(session, signal)), label: side.endpoint.name }
  } catch (error) {
    await session.close()
    throw error
  }
}

async function ownSchema(session: SqlSession, signal: AbortSignal | undefined): Promise<string> {
  if (session.dialect === 'postgres') return 'public'
  const { values } = await session.query('select database()', { signal })
  const name = values[0]?.[0]
  if (typeof name === 'string') return name
  throw undecided('no database is named, and the session has none of its own', {
    hint: 'Name one in the URL of each side, or with --schema.',
  })
}

type DiffOptions = Pick<CompareSchemaSpec, 'tables' | 'ignore' | 'signal'> & {
  /** The rows are compared next: a table that may not be read is left to that, which says so, and keeps nobody from the others. */
  readonly rowsFollow?: boolean
}

/** As compareSchema, over sessions that are open. */
export async function diffCatalogs(left: Catalog, right: Catalog, spec: DiffOptions): Promise<CompareSchemaResult> {
  const patterns = spec.tables ?? ['*']
  const all = await Promise.all([left, right].map(side => listTables(side.session, side.schema, spec.signal)))
  const [lefts, rights] = all.map(names => thoseThatFit(names, patterns)) as [readonly string[], readonly string[]]
  const findings: SchemaFinding[] = []
  for (const table of lefts) if (!rights.includes(table)) findings.push({ kind: 'missing table', table, left: table })
  for (const table of rights) if (!lefts.includes(table)) findings.push({ kind: 'missing table', table, right: table })
  const compared: string[] = []
  const both = new Set(rights)
  for (const table of lefts) {
    if (!both.has(table)) continue
    const shapes = await Promise.allSettled([shape(left, table, spec.signal), shape(right, table, spec.signal)])
    const refused = shapes.find(result => result.status === 'rejected')?.reason
    if (refused !== undefined) {
      if (!spec.rowsFollow || !(refused instanceof ActionError) || refused.class !== 'access_denied') throw refused
      compared.push(table)
      continue
    }
    const [one, other] = shapes.map(result => (result.status === 'fulfilled' ? result.value : undefined))
    // dropped since the list was read
    if (!one || !other) continue
    compared.push(table)
    findings.push(...diffShapes(table, one, other, { sameFamily: left.engine.dialect === right.engine.dialect }))
  }
  const counted = findings.filter(finding => !spec.ignore?.includes(finding.kind))
  const meant = patterns.map(pattern => `${pattern}${didYouMean(pattern, all.flat())}`)
  return conclude(left, right, meant, counted, compared)
}

function shape(side: Catalog, name: string, signal: AbortSignal | undefined) {
  const table: TableName = { schema: side.schema, name }
  return readShape(side.session, side.engine, table, signal)
}

function conclude(
  left: Catalog,
  right: Catalog,
  patterns: readonly string[],
  findings: readonly SchemaFinding[],
  compared: readonly string[],
): CompareSchemaResult {
  const sides = `${left.label} ${left.schema} and ${right.label} ${right.schema}`
  if (findings.length > 0) {
    const shown = findings.slice(0, 5).map(describeFinding)
    const more = findings.length > shown.length ? `; and ${findings.length - shown.length} more` : ''
    const count = `${findings.length} ${findings.length === 1 ? 'difference' : 'differences'}`
    return { verdict: 'different', summary: `${sides} have ${count}: ${shown.join('; ')}${more}`, findings, compared }
  }
  if (compared.length === 0) {
    const summary = `${sides}: nothing was compared, no table fits ${patterns.join(', ')}`
    return { verdict: 'undecided', summary, findings, compared }
  }
  const count = compared.length === 1 ? 'table' : 'tables'
  return { verdict: 'equal', summary: `${sides} agree: ${compared.length} ${count}`, findings, compared }
}
