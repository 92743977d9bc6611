import type { ColumnPair } from '../compare/kind.ts'
import { candidateMethods, digestsOf, samplesOf, sendsAlike } from '../compare/method.ts'
import type { EngineFacts, SideName } from '../compare/model.ts'
import { RECIPE } from '../compare/recipe.ts'
import { type Plan, RowSql } from '../compare/row-sql.ts'
import type { Digest } from '../compare/text-form.ts'
import { ActionError } from '../errors.ts'
import type { SqlSession } from '../sql/session.ts'
import type { End } from './ends.ts'
import { rowHash } from './row-hash.ts'

export type Content = { readonly rows: number; readonly sum: string }

/** What one way of hashing rows is called, and its SQL on each side. */
type Way = {
  readonly method: string
  readonly hash: (side: SideName) => string
  /** Expressions without a table that must give the same values on both ends. */
  readonly probe: (side: SideName) => readonly string[]
}

/** The content of rows, each hashed to a number and these summed: what both ends of a transfer must agree on. */
export class ContentDigest {
  readonly method: string
  readonly #hash: Way['hash']

  private constructor({ method, hash }: Way) {
    this.method = method
    this.#hash = hash
  }

  /** Picks the fastest digest that gives the same values on both ends. Rejects with ASSAY_UNDECIDED where none does. */
  static async choose(source: End, destination: End, pairs: readonly ColumnPair[]): Promise<ContentDigest> {
    const failures: string[] = []
    const ends = [source, destination]
    for (const way of waysOf(source, destination, pairs)) {
      const answers = await Promise.all([
        ask({ session: source.session, ends }, way.probe('left')),
        ask({ session: destination.session, ends }, way.probe('right')),
      ])
      const failed = answers[0].failed ?? answers[1].failed
      if (failed !== undefined) failures.push(`${way.method}: ${failed}`)
      else if (answers[0].values !== answers[1].values) failures.push(`${way.method}: the ends give different values`)
      else return new ContentDigest(way)
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
    const { values } = await session.query(
      `select count(*), coalesce(sum(${this.#hash(side)}), 0)::text from ${from}`,
      {
        signal,
      },
    )
    const [rows, sum] = values[0] as [number, string]
    return { rows: Number(rows), sum }
  }
}

/** Best first: column by column where both servers can, else as compare hashes a row. */
function waysOf(source: End, destination: End, pairs: readonly ColumnPair[]): Way[] {
  const engines = { left: source.engine, right: destination.engine }
  const writers = (method: Plan['method'], digest: Digest): Record<SideName, RowSql> => {
    const plan: Plan = {
      ...{ pairs, key: [], mode: 'exact', json: 'strict', method, digest, sameFamily: true },
      ...{ textHash: false, buckets: 1, secondHash: false, recipe: RECIPE },
    }
    return { left: new RowSql('left', engines.left, plan), right: new RowSql('right', engines.right, plan) }
  }
  const all = candidateMethods(source.engine, destination.engine)
  const candidates = [source, destination].some(sendsUnconverted)
    ? all.filter(method => method.startsWith('text'))
    : all
  const ways = candidates.flatMap(method =>
    digestsOf(method).map(digest => recordWay(writers(method, digest), method, pairs)),
  )
  const [best] = candidates
  if (best !== 'record_send 64' && best !== 'record_send array') return ways
  return [...digestsOf(best).map(digest => columnsWay(writers(best, digest), engines, pairs)), ...ways]
}

function recordWay(sql: Record<SideName, RowSql>, method: Plan['method'], pairs: readonly ColumnPair[]): Way {
  const samples = (which: number) => pairs.map(pair => sampleOf(pair, which))
  return {
    method,
    hash: side => sql[side].rowHash(),
    probe: side =>
      method.startsWith('text')
        ? [sql[side].digestOfText("'é1,数'::text")]
        : [sql[side].probe(samples(0)), sql[side].probe(samples(1))],
  }
}

function columnsWay(
  sql: Record<SideName, RowSql>,
  { left, right }: Record<SideName, EngineFacts>,
  pairs: readonly ColumnPair[],
): Way {
  const options = {
    utf8: left.encoding === 'UTF8' && right.encoding === 'UTF8',
    bytes: left.version >= 180_000 && right.version >= 180_000,
  }
  const typeOf = (pair: ColumnPair) => (sendsAlike(pair) ? pair.left.type.name : 'canonical')
  const sample = (which: number) =>
    rowHash(
      pairs.map(pair => ({ sql: sampleOf(pair, which), type: typeOf(pair), marker: sampleOf(pair, which) })),
      options,
    )
  const canonical = (side: SideName, pair: ColumnPair) =>
    typeOf(pair) === 'canonical' ? sql[side].form(pair).sql : sql[side].ref(pair)
  return {
    method: options.bytes ? 'columns 64' : 'columns array',
    hash: side =>
      rowHash(
        pairs.map(pair => ({ sql: canonical(side, pair), type: typeOf(pair), marker: sql[side].ref(pair) })),
        options,
      ),
    probe: () => [sample(0), sample(1)],
  }
}

/** A value of the pair's type for a probe; of canonical texts a text, and NULL. */
const sampleOf = (pair: ColumnPair, which: number): string =>
  (sendsAlike(pair) && samplesOf(pair)[which]) || (which === 0 ? "'é'::text" : 'null::text')

/**
 * Segments of Greenplum send texts in the database's encoding, whatever the client's is, while a probe without a table, which the
 * coordinator answers, has them converted. Canonical text is converted by its own expression.
 */
const sendsUnconverted = ({ engine }: End): boolean => engine.flavor === 'greenplum' && engine.encoding !== 'UTF8'

type Asked = Pick<End, 'session'> & { readonly ends: readonly End[] }

type Answer = { readonly values: string; readonly failed?: string }

async function ask({ session, ends }: Asked, expressions: readonly string[]): Promise<Answer> {
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
