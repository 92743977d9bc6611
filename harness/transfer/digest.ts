import type { ColumnPair } from '../compare/kind.ts'
import { candidateMethods, digestsOf, samplesOf, sendsAlike } from '../compare/method.ts'
import type { SideName } from '../compare/model.ts'
import { RECIPE } from '../compare/recipe.ts'
import { type Plan, RowSql } from '../compare/row-sql.ts'
import { ActionError } from '../errors.ts'
import type { SqlSession } from '../sql/session.ts'
import type { End } from './ends.ts'

export type Content = { readonly rows: number; readonly sum: string }

/** The content of rows as compare's row digest sees it, summed: what both ends of a transfer must agree on. */
export class ContentDigest {
  readonly method: string
  readonly #left: RowSql
  readonly #right: RowSql

  private constructor(plan: Plan, left: RowSql, right: RowSql) {
    this.method = plan.method
    this.#left = left
    this.#right = right
  }

  /** Picks the fastest digest that gives the same values on both ends. Rejects with ASSAY_UNDECIDED where none does. */
  static async choose(source: End, destination: End, pairs: readonly ColumnPair[]): Promise<ContentDigest> {
    const failures: string[] = []
    const ends = [source, destination]
    const all = candidateMethods(source.engine, destination.engine)
    const candidates = ends.some(sendsUnconverted) ? all.filter(method => method.startsWith('text')) : all
    for (const [method, digest] of candidates.flatMap(name => digestsOf(name).map(one => [name, one] as const))) {
      const plan: Plan = {
        ...{ pairs, key: [], mode: 'exact', json: 'strict', method, digest, sameFamily: true },
        ...{ textHash: false, buckets: 1, secondHash: false, recipe: RECIPE },
      }
      const left = new RowSql('left', source.engine, plan)
      const right = new RowSql('right', destination.engine, plan)
      const answers = await Promise.all([
        probe({ session: source.session, ends }, left, plan),
        probe({ session: destination.session, ends }, right, plan),
      ])
      if (answers[0].failed || answers[1].failed) failures.push(`${method}: ${answers[0].failed ?? answers[1].failed}`)
      else if (answers[0].values !== answers[1].values) failures.push(`${method}: the ends give different values`)
      else return new ContentDigest(plan, left, right)
    }
    throw new ActionError(
      'ASSAY_UNDECIDED',
      `no digest gives the same values on ${source.label} and ${destination.label} (${failures.join('; ')})`,
      { hint: 'Use --verify count to move the rows without comparing their content.' },
    )
  }

  /** Reads the rows of `from` (a table with its WHERE) on one side. */
  async of(
    side: SideName,
    session: SqlSession,
    { from, signal }: { from: string; signal: AbortSignal | undefined },
  ): Promise<Content> {
    const sql = side === 'left' ? this.#left : this.#right
    const { values } = await session.query(
      `select count(*), coalesce(${sql.aggregate(sql.rowHash())}, 0)::text from ${from}`,
      { signal },
    )
    const [rows, sum] = values[0] as [number, string]
    return { rows: Number(rows), sum }
  }
}

/**
 * Segments of Greenplum send texts in the database's encoding, whatever the client's is, while a probe without a table, which the
 * coordinator answers, has them converted. Canonical text is converted by its own expression.
 */
const sendsUnconverted = ({ engine }: End): boolean => engine.flavor === 'greenplum' && engine.encoding !== 'UTF8'

type Probed = Pick<End, 'session'> & { readonly ends: readonly End[] }

type Answer = { readonly values: string; readonly failed?: string }

async function probe({ session, ends }: Probed, sql: RowSql, plan: Plan): Promise<Answer> {
  const samples = (which: number) =>
    plan.pairs.map(pair => (sendsAlike(pair) && samplesOf(pair)[which]) || (which === 0 ? "'é'::text" : 'null::text'))
  const expressions = plan.method.startsWith('text')
    ? [sql.digestOfText("'é1,数'::text")]
    : [sql.probe(samples(0)), sql.probe(samples(1))]
  try {
    const text = `select ${expressions.join(', ')}`
    // Not every encoding has the letters of the samples
    const plain = ends.every(end => end.engine.encoding === 'UTF8') ? text : text.replaceAll(/[^\x20-\x7e]/g, 'e')
    const { values } = await session.query(plain)
    return { values: (values[0] ?? []).map(String).join() }
  } catch (error) {
    if (!(error instanceof ActionError) || error.class === 'connection_lost') throw error
    return { values: '', failed: error.message }
  }
}
