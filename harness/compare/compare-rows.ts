import { ActionError } from '../errors.ts'
import { systemClock } from '../run/clock.ts'
import { compareChunks } from './buckets.ts'
import { digest, type Ends, narrow, type Selection, type Writers } from './digest.ts'
import { type Found, findKeys } from './keys.ts'
import { makePlan } from './make-plan.ts'
import { localizeColumns, sampleOf } from './mass.ts'
import type { Key, Mismatch } from './match.ts'
import { digestProgress } from './progress.ts'
import type { CompareRowsResult } from './result.ts'
import { type Plan, RowSql, saysRowTooLong } from './row-sql.ts'
import { type LookOptions, lookAtRows } from './rows.ts'
import { Side } from './side.ts'
import type { CompareSpec } from './spec.ts'
import { split } from './split.ts'
import { judgedByClient } from './text-form.ts'
import { undecided } from './undecided.ts'
import { conclude, type Evidence, type Interference } from './verdict.ts'

/** Changed rows that are fetched to count the columns in which they differ. */
const LOOKED_AT = 1_000

/**
 * Compares the rows of two tables: one pass over each side for a digest in buckets, then the keys of the buckets that differ, their
 * rows, their columns. Rejects with ASSAY_UNDECIDED where nothing could be compared or a server failed half-way, with the errors
 * of `connect`, or with the signal's reason.
 */
export async function compareRows(spec: CompareSpec): Promise<CompareRowsResult> {
  const started = performance.now()
  spec.progress?.({ phase: 'connect', text: 'connecting' })
  // when one side fails, what the other runs is cancelled: it could take an hour more
  const failed = new AbortController()
  const signal = spec.signal ? AbortSignal.any([spec.signal, failed.signal]) : failed.signal
  await using stack = new AsyncDisposableStack()
  try {
    const opened = await Promise.allSettled([
      Side.open('left', spec.left, signal),
      Side.open('right', spec.right, signal),
    ])
    // one of them failing must not leave the other open
    for (const one of opened) if (one.status === 'fulfilled') stack.use(one.value)
    const [left, right] = opened.map(one => {
      if (one.status === 'rejected') throw one.reason
      return one.value
    }) as [Side, Side]
    return await compareSides({ left, right }, spec, started)
  } catch (error) {
    failed.abort(error)
    throw openQuestion(error, spec)
  }
}

/** A statement that failed leaves the question open; what it said stays as the cause. */
function openQuestion(error: unknown, spec: CompareSpec): unknown {
  spec.signal?.throwIfAborted()
  if (!(error instanceof ActionError) || error.code !== 'ASSAY_SQL') return error
  const { name, schema } = spec.left.table
  const table = `${schema ? `${schema}.` : ''}${name}`
  if (saysRowTooLong(error.message)) {
    return undecided(`${table} could not be compared: a row of it is longer than the server's max_allowed_packet`, {
      cause: error,
      hint: 'Raise max_allowed_packet on the server, and compare again over new connections.',
    })
  }
  return undecided(`${table} could not be compared: ${error.message}`, {
    cause: error,
    class: error.class ?? 'undecided',
    systemCode: error.systemCode,
    data: error.data,
  })
}

async function compareSides(ends: Ends, spec: CompareSpec, started: number): Promise<CompareRowsResult> {
  const made = await makePlan(ends.left, ends.right, spec)
  const plan = await split(ends, made.plan, spec)
  const planned = { ...made, plan }
  const writers: Writers = {
    left: new RowSql('left', ends.left.engine, plan),
    right: new RowSql('right', ends.right.engine, plan),
  }
  const sample = (sql: RowSql) =>
    spec.oneIn === undefined || spec.oneIn <= 1 ? undefined : `mod(${sql.bucket()}, ${Math.floor(spec.oneIn)}) = 0`
  const conditions = { left: sample(writers.left), right: sample(writers.right) }
  const passing = digestProgress(spec, planned)
  const readLeft = () => digest(ends.left, writers.left, plan, { condition: conditions.left, passed: passing('left') })
  const [left, right] = await Promise.all([
    spec.shared ? spec.shared.of(identity(ends.left.table, plan, conditions.left), readLeft) : readLeft(),
    digest(ends.right, writers.right, plan, { condition: conditions.right, passed: passing('right') }),
  ])
  const comparison = compareChunks(left, right, plan.recipe)
  const evidence: Evidence = {
    ends,
    spec,
    planned,
    comparison,
    started,
    connections: ends.left.connections + ends.right.connections,
  }
  if (comparison.bad.length === 0) return conclude(evidence, await interferenceOf(ends))
  spec.progress?.({ phase: 'keys', text: `${comparison.bad.length} of ${comparison.total} buckets differ` })
  const { selections, mass } = await narrow(ends, writers, plan, comparison, conditions)
  return mass ? massDifference(evidence, writers, conditions) : scattered(evidence, writers, selections, conditions)
}

/** Everything that a digest depends on besides the rows. */
function identity(table: string, plan: Plan, condition: string | undefined): string {
  return JSON.stringify([table, plan, condition], (_, value) => (typeof value === 'bigint' ? `${value}n` : value))
}

type Conditions = { readonly left?: string; readonly right?: string }

async function scattered(
  evidence: Evidence,
  writers: Writers,
  selections: readonly Selection[],
  conditions: Conditions,
): Promise<CompareRowsResult> {
  const { ends, spec } = evidence
  const { plan } = evidence.planned
  const first = await findKeys(ends, writers, plan, selections, {
    ...conditions,
    passed: (done, differing) =>
      spec.progress?.({
        phase: 'keys',
        text: `${differing.toLocaleString('en')} rows differ in ${done} of ${selections.length} lots of buckets`,
      }),
  })
  const { found, settled } = await recheck(first, evidence, writers, selections, conditions)
  const judged = plan.pairs.some(pair => judgedByClient(pair.common, plan))
  const wanted = judged ? found.mismatches : found.mismatches.slice(0, LOOKED_AT)
  spec.progress?.({ phase: 'rows', text: `${found.changed + found.onlyLeft + found.onlyRight} rows differ` })
  const looked = await lookAtRows(ends, writers, plan, wanted, lookOptions(spec, plan))
  return conclude(
    { ...evidence, found: { ...found, changed: found.changed - looked.equal }, looked, settled },
    await interferenceOf(ends),
  )
}

function lookOptions(spec: CompareSpec, plan: Plan): LookOptions {
  return {
    json: plan.json,
    ulps: spec.ulps ?? (plan.mode === 'exact' ? 0 : 4),
    examples: Math.min(50, spec.examples ?? 20),
    passed: (done, of) =>
      spec.progress?.({
        phase: 'rows',
        text: `${done.toLocaleString('en')} of ${of.toLocaleString('en')} differing keys looked at`,
      }),
  }
}

/** Looks again, after a pause, at the buckets that differed; only keys that differ each time remain. */
async function recheck(
  first: Found,
  { ends, spec, planned }: Evidence,
  writers: Writers,
  selections: readonly Selection[],
  conditions: Conditions,
): Promise<{ readonly found: Found; readonly settled: number }> {
  let found = first
  for (let time = 0; time < (spec.recheck?.times ?? 0) && found.mismatches.length > 0; time++) {
    spec.progress?.({ phase: 'recheck', text: `${found.mismatches.length} differing keys are looked at again` })
    await Promise.all([ends.left.release(), ends.right.release()])
    await (spec.clock ?? systemClock).sleep(spec.recheck?.pause ?? 0, spec.signal)
    await Promise.all([ends.left.begin(), ends.right.begin()])
    const again = await findKeys(ends, writers, planned.plan, selections, conditions)
    const before = new Set(found.mismatches.map(mismatch => nameOf(mismatch.key)))
    found = onlyThose(again, mismatch => before.has(nameOf(mismatch.key)))
  }
  const count = ({ changed, onlyLeft, onlyRight }: Found) => changed + onlyLeft + onlyRight
  return { found, settled: Math.max(0, count(first) - count(found)) }
}

const nameOf = (key: Key) => JSON.stringify(key)

function onlyThose(found: Found, wanted: (mismatch: Mismatch) => boolean): Found {
  const mismatches = found.mismatches.filter(wanted)
  const count = (kind: Mismatch['kind']) =>
    mismatches.reduce((sum, mismatch) => sum + (mismatch.kind === kind ? mismatch.times : 0), 0)
  return {
    ...found,
    mismatches,
    changed: count('changed'),
    onlyLeft: count('only left'),
    onlyRight: count('only right'),
  }
}

/** So many rows differ that the columns and a sample tell more than every key. */
async function massDifference(
  evidence: Evidence,
  writers: Writers,
  conditions: Conditions,
): Promise<CompareRowsResult> {
  const { ends, spec, comparison } = evidence
  const { plan } = evidence.planned
  spec.progress?.({ phase: 'keys', text: `rows of ${comparison.bad.length} buckets differ: sampling` })
  const buckets = sampleOf(comparison.bad)
  const selection = { count: plan.buckets, buckets: buckets.map(bucket => bucket.number) }
  const found = await findKeys(ends, writers, plan, [selection], conditions)
  const localized = await localizeColumns(ends, writers, plan, conditions)
  const looked = await lookAtRows(ends, writers, plan, found.mismatches.slice(0, LOOKED_AT), lookOptions(spec, plan))
  const share =
    comparison.badRows /
    Math.max(
      1,
      buckets.reduce((sum, bucket) => sum + bucket.rows, 0),
    )
  const scaled = (count: number) => Math.round(count * share)
  const estimate: Found = {
    ...found,
    changed: scaled(found.changed - looked.equal),
    onlyLeft: scaled(found.onlyLeft),
    onlyRight: scaled(found.onlyRight),
    duplicateCount: scaled(found.duplicateCount),
  }
  return conclude({ ...evidence, found: estimate, looked, localized, estimated: true }, await interferenceOf(ends))
}

/** What a DDL statement did meanwhile, or undefined. */
async function interferenceOf({ left, right }: Ends): Promise<Interference | undefined> {
  const found = await Promise.all([left, right].map(async side => ({ side, what: await side.interference() })))
  const labels = (what: 'rewritten' | 'altered') => found.filter(one => one.what === what).map(({ side }) => side.label)
  const rewritten = labels('rewritten').join(' and ')
  if (rewritten) return { reason: `${rewritten} was truncated or written anew during the comparison`, voids: true }
  const altered = labels('altered').join(' and ')
  if (altered) return { reason: `the columns of ${altered} were changed during the comparison`, voids: false }
  return undefined
}
