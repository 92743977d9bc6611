import type { BucketComparison } from './buckets.ts'
import type { Ends } from './digest.ts'
import type { Found } from './keys.ts'
import type { Planned } from './make-plan.ts'
import type { CompareRowsResult, CompareVerdict } from './result.ts'
import type { Looked } from './rows.ts'
import type { CompareSpec } from './spec.ts'

/** What was found, for the verdict. */
export type Evidence = {
  readonly ends: Ends
  readonly spec: CompareSpec
  readonly planned: Planned
  readonly comparison: BucketComparison
  /** Connections that read. */
  readonly connections: number
  /** performance.now() of the start. */
  readonly started: number
  readonly found?: Found
  readonly looked?: Looked
  readonly settled?: number
  /** Columns whose sums differ, of a mass difference. */
  readonly localized?: readonly boolean[]
  readonly estimated?: boolean
}

/** What happened to a table while it was compared: no verdict of equality holds then, nor, where it `voids`, any other. */
export type Interference = { readonly reason: string; readonly voids: boolean }

/** Says what the evidence means. */
export function conclude(evidence: Evidence, interference: Interference | undefined): CompareRowsResult {
  const { ends, spec, planned, comparison, found, looked, localized } = evidence
  const { plan, pairing } = planned
  const { changed = 0, onlyLeft = 0, onlyRight = 0 } = found ?? {}
  // the digest found a difference that the sample did not show: it is there, though its rows are not known
  const unseen = evidence.estimated && changed + onlyLeft + onlyRight === 0 ? comparison.bad.length : 0
  const differing = changed + onlyLeft + onlyRight + unseen
  const coverage = coverageOf(spec)
  const shown = differing > 0 && interference?.voids !== true
  const reason = shown ? undefined : whyUndecided(evidence, interference?.reason)
  const verdict: CompareVerdict = shown ? 'different' : reason === undefined ? 'equal' : 'undecided'
  const columns = plan.pairs.flatMap((pair, index) => {
    const rows = looked?.columns[index] ?? 0
    return rows > 0 || localized?.[index] ? [{ name: pair.left.name, rows }] : []
  })
  const result = {
    verdict,
    ...(reason === undefined ? {} : { reason }),
    mode: plan.mode,
    method: plan.method,
    key: plan.key.map(pair => pair.left.name),
    rows: comparison.rows,
    differing,
    changed: changed + unseen,
    onlyLeft,
    onlyRight,
    duplicates: found?.duplicateCount ?? 0,
    representation: looked?.representation ?? 0,
    settled: evidence.settled ?? 0,
    estimated: evidence.estimated === true,
    columns,
    notCompared: pairing.notCompared,
    drift: pairing.drift,
    coverage,
    heldStill: { left: ends.left.heldStill, right: ends.right.heldStill },
    differences: {
      table: tableName(ends.left.shape.name),
      left: ends.left.label,
      right: ends.right.label,
      columns: plan.pairs.map(pair => pair.left.name),
      key: plan.key.map(pair => pair.left.name),
      totals: {
        compared: Math.max(comparison.rows.left, comparison.rows.right),
        changed: changed + unseen,
        onlyLeft,
        onlyRight,
      },
      examples: looked?.examples ?? [],
    },
    cost: {
      duration: Math.round(performance.now() - evidence.started),
      scans: ends.left.scans + ends.right.scans,
      rowsFetched: ends.left.fetched + ends.right.fetched,
      connections: evidence.connections,
      buckets: plan.buckets,
      badBuckets: comparison.bad.length,
    },
  }
  return { ...result, summary: summarize(result) }
}

function tableName({ schema, name }: { readonly schema?: string; readonly name: string }): string {
  return schema === undefined ? name : `${schema}.${name}`
}

function coverageOf(spec: CompareSpec): string {
  const { where } = spec.left
  const parts = [
    where === undefined ? 'all rows' : `rows where ${where}`,
    ...(spec.oneIn && spec.oneIn > 1 ? [`1 in ${spec.oneIn} keys`] : []),
    ...(spec.columns ? [`columns ${spec.columns.join(', ')}`] : []),
    ...(spec.ignore?.length ? [`without ${spec.ignore.join(', ')}`] : []),
  ]
  return parts.join(', ')
}

function whyUndecided(
  { spec, planned, comparison, ends }: Evidence,
  interference: string | undefined,
): string | undefined {
  if (interference !== undefined) return interference
  const missed = planned.pairing.notCompared
  if (missed.length > 0) return `not compared: ${missed.map(one => `${one.column} ${one.reason}`).join('; ')}`
  if (comparison.rows.left + comparison.rows.right > 0) return undefined
  const partial = spec.left.where !== undefined || spec.right.where !== undefined || (spec.oneIn ?? 1) > 1
  const allowed = spec.emptyIsEqual ?? !partial
  return allowed
    ? undefined
    : `nothing was compared: neither ${ends.left.label} nor ${ends.right.label} has ${coverageOf(spec)}`
}

function summarize(result: Omit<CompareRowsResult, 'summary'>): string {
  const { verdict, rows, differing, changed, onlyLeft, onlyRight, differences, estimated, settled } = result
  const count = (number: number, what: string) => `${number.toLocaleString('en')} ${what}`
  const sides = `${differences.left} and ${differences.right}`
  const how = `${result.mode}, ${result.method}, ${result.coverage}`
  const ending = settled > 0 ? `; ${count(settled, 'differences settled')}` : ''
  if (verdict === 'undecided') return `${sides}: undecided, ${result.reason} (${how})${ending}`
  if (verdict === 'equal') {
    const read = rows.left === 0 ? 'both empty' : count(rows.left, rows.left === 1 ? 'row' : 'rows')
    return `${sides} are equal: ${read} (${how})${ending}`
  }
  const kinds = [
    changed > 0 ? count(changed, 'changed') : '',
    onlyLeft > 0 ? count(onlyLeft, 'only left') : '',
    onlyRight > 0 ? count(onlyRight, 'only right') : '',
  ].filter(Boolean)
  const about = estimated ? 'about ' : ''
  const columns = result.columns.length > 0 ? `; columns ${result.columns.map(column => column.name).join(', ')}` : ''
  return `${sides} differ in ${about}${count(differing, differing === 1 ? 'row' : 'rows')} (${kinds.join(', ')}${columns}) of ${rows.left.toLocaleString('en')} and ${rows.right.toLocaleString('en')} (${how})${ending}`
}
