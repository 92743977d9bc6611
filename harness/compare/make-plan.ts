import { ActionError } from '../errors.ts'
import { bucketCount } from './buckets.ts'
import { type ColumnPair, type Pairing, pairColumns } from './kind.ts'
import { candidateMethods, digestsOf, type Method, samplesOf, sendsAlike } from './method.ts'
import type { TableShape } from './model.ts'
import { castsToFloat } from './mysql/text-form.ts'
import { RECIPE } from './recipe.ts'
import { type Plan, RowSql } from './row-sql.ts'
import type { Side } from './side.ts'
import type { CompareSpec } from './spec.ts'
import { undecided } from './undecided.ts'

/** All but what the probe decides. */
type Draft = Omit<Plan, 'method' | 'digest' | 'textHash'>

export type Planned = {
  readonly plan: Plan
  readonly pairing: Pairing
  /** Rows of the larger side, as the planners see them. */
  readonly estimate: number
}

/** Decides what is compared and how. Rejects with ASSAY_UNDECIDED where nothing can be. */
export async function makePlan(left: Side, right: Side, spec: CompareSpec): Promise<Planned> {
  const sameFamily = left.engine.dialect === right.engine.dialect
  const keyNames = spec.key ?? chooseKey(left.shape, right.shape, spec)
  const columns = spec.columns && [...new Set([...keyNames, ...spec.columns])]
  const pairing = pairColumns(left.shape.columns, right.shape.columns, { ...spec, columns, sameFamily })
  if (pairing.pairs.length === 0) {
    throw undecided(`${left.label} and ${right.label} have no column that can be compared`)
  }
  const key = keyNames.map(name => {
    const pair = pairing.pairs.find(candidate => candidate.left.name === name)
    if (!pair) throw undecided(`"${name}" of the key is not a column of both sides`)
    return pair
  })
  // a digest that others share must not depend on what this right side looks like
  const estimated = spec.shared ? [left] : [left, right]
  const estimate = Math.max(...(await Promise.all(estimated.map(side => side.estimate()))))
  const mode = spec.mode ?? 'exact'
  const draft: Draft = {
    pairs: pairing.pairs,
    key,
    mode,
    json: spec.json ?? (mode === 'exact' ? 'strict' : 'semantic'),
    sameFamily,
    buckets: spec.buckets ?? bucketCount(estimate),
    trimScale: [left, right].every(({ engine }) => engine.dialect === 'postgres' && engine.version >= 130_000),
    roundsSingles: [left, right].every(({ engine }) => engine.dialect === 'postgres' || castsToFloat(engine)),
    secondHash: spec.secondHash === true,
    recipe: spec.recipe ?? RECIPE,
  }
  return { plan: await probed(left, right, draft, spec.methods), pairing, estimate }
}

function chooseKey(left: TableShape, right: TableShape, spec: CompareSpec): readonly string[] {
  const backwards = new Map(Object.entries(spec.rename ?? {}).map(([from, to]) => [to, from]))
  const named = (shape: TableShape, name: string) => (shape === right ? (backwards.get(name) ?? name) : name)
  const ignored = new Set(spec.ignore)
  for (const wanted of ['primary', 'identifies'] as const) {
    for (const shape of [left, right]) {
      const index = shape.indexes.find(candidate => candidate[wanted])
      const names = index?.columns.map(name => named(shape, name)) ?? []
      const usable = names.every(
        name =>
          !ignored.has(name) &&
          left.columns.some(column => column.name === name) &&
          right.columns.some(column => named(right, column.name) === name),
      )
      if (index && usable) return names
    }
  }
  return []
}

/** The first method that gives the same values on both ends. */
async function probed(left: Side, right: Side, draft: Draft, wanted: readonly Method[] | undefined): Promise<Plan> {
  const failures: string[] = []
  const letters = await lettersOf([left, right])
  const candidates = candidateMethods(left.engine, right.engine)
  const allowed = candidates.filter(candidate => !wanted || wanted.includes(candidate))
  for (const [method, digest] of allowed.flatMap(name => digestsOf(name).map(one => [name, one] as const))) {
    const plan: Plan = { ...draft, method, digest, textHash: false }
    const answers = await Promise.all([probe(left, plan, letters), probe(right, plan, letters)])
    const [one, other] = answers
    if (one.failed || other.failed) failures.push(`${method}: ${one.failed ?? other.failed}`)
    else if (one.hashes !== other.hashes) failures.push(`${method}: the two ends give different values`)
    else return { ...plan, textHash: draft.sameFamily && one.textHash !== '' && one.textHash === other.textHash }
  }
  throw undecided(`no digest gives the same values on ${left.label} and ${right.label} (${failures.join('; ')})`)
}

/** Those letters of the samples that the databases of both sides can hold. */
async function lettersOf(sides: readonly Side[]): Promise<string> {
  const strangers = sides.filter(({ engine }) => engine.dialect === 'postgres' && engine.encoding !== 'UTF8')
  for (const letters of ['é数', 'é']) {
    const tried = strangers.map(async ({ session }) => {
      await session.query('savepoint assay_letters')
      try {
        await session.query(`select '${letters}'`)
        return true
      } catch (error) {
        if (!session.open) throw error
        await session.query('rollback to savepoint assay_letters')
        return false
      }
    })
    if ((await Promise.all(tried)).every(Boolean)) return letters
  }
  return ''
}

type Answer = { readonly hashes: string; readonly textHash: string; readonly failed?: string }

async function probe(side: Side, plan: Plan, letters: string): Promise<Answer> {
  const sql = new RowSql(side.name, side.engine, plan)
  const postgres = side.engine.dialect === 'postgres'
  const expressions = [sql.digestOfText(postgres ? "'é1,数'::text" : "convert('é1,数' using utf8mb4)")]
  if (plan.method.startsWith('record')) {
    expressions.push(...[0, 1].map(which => sql.probe(plan.pairs.map(pair => sampleOf(pair, which)))))
  }
  // a bucket by hashtext is of the server's bytes, so only one encoding gives one value
  if (postgres) expressions.push(side.engine.encoding === 'UTF8' ? "hashtext('é1,数')" : "''")
  // letters that one of the encodings lacks are replaced on both sides
  const fitting = expressions
    .join(', ')
    .replaceAll(/[^\x20-\x7e]/g, letter => (letters.includes(letter) ? letter : 'e'))
  try {
    if (postgres) await side.session.query('savepoint assay_probe')
    const { values } = await side.session.query(`select ${fitting}`)
    const row = (values[0] ?? []).map(String)
    return { hashes: row.slice(0, postgres ? -1 : undefined).join(), textHash: postgres ? (row.at(-1) ?? '') : '' }
  } catch (error) {
    if (!(error instanceof ActionError) || error.class === 'connection_lost') throw error
    if (postgres) await side.session.query('rollback to savepoint assay_probe')
    return { hashes: '', textHash: '', failed: error.message }
  }
}

function sampleOf(pair: ColumnPair, which: number): string {
  const plainText = which === 0 ? "'é'::text" : 'null::text'
  return sendsAlike(pair) ? (samplesOf(pair)[which] ?? plainText) : plainText
}
