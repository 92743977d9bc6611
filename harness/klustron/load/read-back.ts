import { connect } from '../../sql/connect.ts'
import { mysqlDialect, postgresDialect } from '../../sql/dialect.ts'
import type { Endpoint } from '../../targets/target.ts'
import type { Cluster } from '../model.ts'
import type { WriteLoad } from './write-load.ts'

export type ReadBackOptions = {
  readonly compute: Endpoint
  readonly cluster: Cluster
  readonly table: string
  readonly load: Pick<WriteLoad, 'acknowledged' | 'refused'>
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
export async function readBack({ compute, cluster, table, load, signal }: ReadBackOptions): Promise<ReadBack> {
  await using session = await connect(compute, { signal })
  const ids = async (sql: string, from = session): Promise<readonly number[]> =>
    (await from.query(sql, { signal })).values.map(([id]) => Number(id))
  const here = new Set(await ids(`SELECT id FROM ${postgresDialect.identifier(table)}`))
  const stored = new Set<number>()
  for (const { primary } of cluster.shards) {
    if (!primary) continue
    const database = `${compute.database ?? 'postgres'}_$$_public`
    await using storage = await connect(primary, { signal, database })
    const known = await storage.query(
      `SELECT table_name FROM information_schema.tables WHERE table_schema = '${database}' AND (table_name = '${table}' OR table_name LIKE '${table}\\_%')`,
      { signal },
    )
    for (const [name] of known.values)
      for (const id of await ids(`SELECT id FROM ${mysqlDialect.identifier(String(name))}`, storage)) stored.add(id)
  }
  const some = (list: readonly number[]): readonly number[] => list.slice(0, 20)
  return {
    rows: here.size,
    missing: some(load.acknowledged.filter(id => !here.has(id) || !stored.has(id))),
    ghosts: some(load.refused.filter(id => here.has(id) || stored.has(id))),
    apart: some([...[...here].filter(id => !stored.has(id)), ...[...stored].filter(id => !here.has(id))]),
  }
}
