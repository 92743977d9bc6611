import { mysqlDialect, postgresDialect } from '../../sql/dialect.ts'
import type { SqlResult } from '../../sql/session.ts'
import type { Endpoint } from '../../targets/target.ts'
import type { Cluster } from '../model.ts'
import { onNode } from '../on-node.ts'
import type { WriteLoad } from './write-load.ts'

export type ReadBackOptions = {
  readonly compute: Endpoint
  readonly cluster: Cluster
  readonly table: string
  readonly load: Pick<WriteLoad, 'acknowledged' | 'refused'>
  /** Milliseconds that each node may take for all that it is asked. Default 60,000. */
  readonly within?: number
  readonly signal?: AbortSignal
}

export type ReadBack = {
  readonly rows: number
  /** Acknowledged, and not there. */
  readonly missing: readonly number[]
  /** Refused, and there nevertheless. */
  readonly ghosts: readonly number[]
  /** On the compute node and not in storage, or the other way round. */
  readonly apart: readonly number[]
}

/** Reads the rows of a load back, through the compute node and from the primary of every shard. Each list holds 20 ids at most. */
export async function readBack({
  compute,
  cluster,
  table,
  load,
  within = 60_000,
  signal,
}: ReadBackOptions): Promise<ReadBack> {
  const here = new Set(
    await onNode({ node: compute, within, signal }, async (session, ends) =>
      idsOf(await session.query(`SELECT id FROM ${postgresDialect.identifier(table)}`, { signal: ends })),
    ),
  )
  const stored = new Set<number>()
  const database = `${compute.database ?? 'postgres'}_$$_public`
  for (const { primary: node } of cluster.shards) {
    if (!node) continue
    await onNode({ node, database, within, signal }, async (session, ends) => {
      const known = await session.query(
        `SELECT table_name FROM information_schema.tables WHERE table_schema = '${database}' AND (table_name = '${table}' OR table_name LIKE '${table}\\_%')`,
        { signal: ends },
      )
      for (const [name] of known.values) {
        const part = await session.query(`SELECT id FROM ${mysqlDialect.identifier(String(name))}`, { signal: ends })
        for (const id of idsOf(part)) stored.add(id)
      }
    })
  }
  const some = (list: readonly number[]): readonly number[] => list.slice(0, 20)
  return {
    rows: here.size,
    missing: some(load.acknowledged.filter(id => !here.has(id) || !stored.has(id))),
    ghosts: some(load.refused.filter(id => here.has(id) || stored.has(id))),
    apart: some([...[...here].filter(id => !stored.has(id)), ...[...stored].filter(id => !here.has(id))]),
  }
}

function idsOf({ values }: SqlResult): readonly number[] {
  return values.map(([id]) => Number(id))
}
