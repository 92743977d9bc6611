import type { Clock } from '../actions/define-action.ts'
import { ActionError } from '../errors.ts'
import { systemClock } from '../run/clock.ts'
import type { Endpoint } from '../targets/target.ts'
import { listSchemas } from './catalog.ts'
import { compareRows } from './compare-rows.ts'
import { type Catalog, diffCatalogs, open } from './compare-schema.ts'
import { describeFinding, type FindingKind, type SchemaFinding } from './diff-shapes.ts'
import { thoseThatFit } from './glob.ts'
import type { CompareMode, TableName } from './model.ts'
import { waitForPrimary } from './position.ts'
import type { CompareRowsResult } from './result.ts'
import { SharedDigests } from './shared-digests.ts'
import type { CompareSpec } from './spec.ts'

export type CompareReplicasSpec = {
  readonly primary: Endpoint
  readonly replicas: readonly Endpoint[]
  /** MySQL: databases; PostgreSQL: schemas of the endpoint's database. `*` stands for any characters. Default: all of users. */
  readonly databases?: readonly string[]
  /** Default: all. */
  readonly tables?: readonly string[]
  readonly mode?: CompareMode
  /** Kinds of schema differences that do not count. */
  readonly ignore?: readonly FindingKind[]
  /** Milliseconds in which each replica must reach the primary's position. Default 30,000. */
  readonly within?: number
  /** Default: three times, half a second apart: rows may be in flight. */
  readonly recheck?: CompareSpec['recheck']
  readonly examples?: number
  readonly clock?: Clock
  readonly signal?: AbortSignal
  readonly progress?: (text: string) => void
  /** For the tests of the comparison itself: false compares without waiting. */
  readonly wait?: boolean
}

/** What one replica holds otherwise than its primary. */
export type ReplicaResult = {
  readonly replica: string
  readonly verdict: 'equal' | 'different' | 'undecided'
  readonly summary: string
  readonly findings: readonly (SchemaFinding & { readonly database: string })[]
  /** Tables whose rows differ or were not compared as a whole. */
  readonly rows: readonly CompareRowsResult[]
  /** Tables that could not be read, and why. */
  readonly failed: readonly { readonly table: string; readonly reason: string }[]
  readonly databases: readonly string[]
  readonly tables: number
  readonly rowsCompared: number
  /** Milliseconds until it had caught up. */
  readonly waited: number
}

export type CompareReplicasResult = {
  readonly verdict: 'equal' | 'different' | 'undecided'
  readonly summary: string
  /** Schema differences and differing rows of all replicas together. */
  readonly differing: number
  readonly replicas: readonly ReplicaResult[]
}

/**
 * Compares replicas with their primary: waits until each has applied what the primary has committed, then compares databases, tables,
 * schema and rows. A replica that is down, stopped or behind is undecided, never equal; the others are compared all the same.
 */
export async function compareReplicas(spec: CompareReplicasSpec): Promise<CompareReplicasResult> {
  const shared = new SharedDigests(spec.replicas.length)
  const all = await Promise.allSettled(spec.replicas.map(replica => compareReplica(replica, spec, shared)))
  const replicas = all.map(one => {
    if (one.status === 'rejected') throw one.reason
    return one.value
  })
  const differing = replicas.reduce(
    (sum, one) => sum + one.findings.length + one.rows.reduce((rows, table) => rows + table.differing, 0),
    0,
  )
  if (replicas.length === 0) {
    return {
      verdict: 'undecided',
      summary: `${spec.primary.name}: nothing was compared, there is no replica`,
      differing,
      replicas,
    }
  }
  const verdict =
    (['different', 'undecided', 'equal'] as const).find(name => replicas.some(one => one.verdict === name)) ??
    'undecided'
  return { verdict, summary: replicas.map(one => one.summary).join('\n'), differing, replicas }
}

async function compareReplica(
  endpoint: Endpoint,
  spec: CompareReplicasSpec,
  shared: SharedDigests,
): Promise<ReplicaResult> {
  const nothing = {
    replica: endpoint.name,
    findings: [],
    rows: [],
    failed: [],
    databases: [],
    tables: 0,
    rowsCompared: 0,
    waited: 0,
  }
  spec.progress?.(endpoint.name)
  await using stack = new AsyncDisposableStack()
  try {
    const [primary, replica] = await openBoth(spec.primary, endpoint, spec.signal, stack)
    let waited = 0
    if (spec.wait !== false) {
      const clock = spec.clock ?? systemClock
      const arrival = await waitForPrimary(primary.session, replica.session, {
        within: spec.within ?? 30_000,
        clock,
        signal: spec.signal,
      })
      if (!arrival.reached) {
        return { ...nothing, verdict: 'undecided', summary: `${endpoint.name}: undecided, ${arrival.reason}` }
      }
      waited = arrival.waited
    }
    return await compareAll(primary, replica, { ...spec, shared }, waited)
  } catch (error) {
    spec.signal?.throwIfAborted()
    if (!(error instanceof ActionError)) throw error
    return { ...nothing, verdict: 'undecided', summary: `${endpoint.name}: undecided, ${error.message}` }
  }
}

/** Without a database of their own: those are what is compared. */
async function openBoth(
  primary: Endpoint,
  replica: Endpoint,
  signal: AbortSignal | undefined,
  stack: AsyncDisposableStack,
): Promise<readonly [Catalog, Catalog]> {
  const bare = (endpoint: Endpoint) => (endpoint.protocol === 'mysql' ? { ...endpoint, database: undefined } : endpoint)
  const opened: Catalog[] = []
  for (const endpoint of [primary, replica]) {
    const catalog = await open({ endpoint: bare(endpoint), schema: '' }, signal)
    stack.use(catalog.session)
    opened.push(catalog)
  }
  return opened as [Catalog, Catalog]
}

type Sharing = CompareReplicasSpec & { readonly shared: SharedDigests }

async function compareAll(primary: Catalog, replica: Catalog, spec: Sharing, waited: number): Promise<ReplicaResult> {
  const patterns = spec.databases ?? ['*']
  const [ours, theirs] = (await Promise.all(
    [primary, replica].map(async side => thoseThatFit(await listSchemas(side.session, spec.signal), patterns)),
  )) as [readonly string[], readonly string[]]
  const findings: (SchemaFinding & { readonly database: string })[] = []
  const missing = (database: string, side: 'left' | 'right') =>
    findings.push({ kind: 'missing database', table: database, database, [side]: database })
  for (const database of ours) if (!theirs.includes(database)) missing(database, 'left')
  for (const database of theirs) if (!ours.includes(database)) missing(database, 'right')
  const databases = ours.filter(database => theirs.includes(database))
  const rows: CompareRowsResult[] = []
  const failed: { table: string; reason: string }[] = []
  let tables = 0
  let rowsCompared = 0
  for (const schema of databases) {
    const schemas = await diffCatalogs({ ...primary, schema }, { ...replica, schema }, spec)
    findings.push(...schemas.findings.map(finding => ({ ...finding, database: schema })))
    for (const name of schemas.compared) {
      spec.progress?.(`${replica.label} ${schema}.${name}`)
      try {
        const result = await compareTable(primary, replica, spec, { schema, name })
        tables++
        rowsCompared += Math.max(result.rows.left, result.rows.right)
        if (result.verdict !== 'equal') rows.push(result)
      } catch (error) {
        // one table that cannot be read says nothing of the others
        if (!(error instanceof ActionError) || !primary.session.open || !replica.session.open) throw error
        failed.push({ table: `${schema}.${name}`, reason: error.message })
      }
    }
  }
  return judge({ replica: replica.label, findings, rows, failed, databases, tables, rowsCompared, waited }, patterns)
}

function compareTable(primary: Catalog, replica: Catalog, spec: Sharing, table: TableName): Promise<CompareRowsResult> {
  return compareRows({
    left: { endpoint: spec.primary, table, session: primary.session },
    right: { endpoint: { ...spec.primary, name: replica.label }, table, session: replica.session },
    mode: spec.mode,
    examples: spec.examples,
    recheck: spec.recheck ?? { times: 3, pause: 500 },
    clock: spec.clock,
    signal: spec.signal,
    shared: spec.shared,
  })
}

function judge(found: Omit<ReplicaResult, 'verdict' | 'summary'>, patterns: readonly string[]): ReplicaResult {
  const { replica, findings, rows, failed, tables, rowsCompared, databases } = found
  const different = rows.filter(result => result.verdict === 'different')
  const texts = [...findings.map(describeFinding), ...different.map(result => result.summary)]
  if (texts.length > 0) {
    const shown = texts.slice(0, 5)
    const more = texts.length > shown.length ? `; and ${texts.length - shown.length} more` : ''
    return { ...found, verdict: 'different', summary: `${replica} differs: ${shown.join('; ')}${more}` }
  }
  const [unread] = failed
  if (unread)
    return { ...found, verdict: 'undecided', summary: `${replica}: ${unread.table} undecided, ${unread.reason}` }
  const open = rows.find(result => result.verdict === 'undecided')
  if (open) return { ...found, verdict: 'undecided', summary: `${replica}: ${open.summary}` }
  if (tables === 0) {
    const summary = `${replica}: nothing was compared, no table in databases that fit ${patterns.join(', ')}`
    return { ...found, verdict: 'undecided', summary }
  }
  const count = (number: number, name: string) => `${number.toLocaleString('en')} ${name}${number === 1 ? '' : 's'}`
  const what = [count(databases.length, 'database'), count(tables, 'table'), count(rowsCompared, 'row')].join(', ')
  return { ...found, verdict: 'equal', summary: `${replica} equals the primary: ${what}` }
}
