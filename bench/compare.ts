/**
 * Comparing tables, against the same digest SQL sent to both sides at once by the engine's own client (psql), and against pt-table-checksum
 * on a MariaDB primary with its replicas. BENCH_PARTS=w10,memory,tables,mariadb chooses parts, and
 * BENCH_MODES='exact;by value' of w10 some modes.
 */
import { join } from 'node:path'
import { connectKeeper } from '../harness/targets/keeper/connect.ts'
import { startKeeper } from '../harness/targets/keeper/start.ts'
import type { Lease } from '../harness/targets/lease.ts'
import type { Endpoint } from '../harness/targets/target.ts'
import { manyTables } from './compare/many-tables.ts'
import { mariadb } from './compare/mariadb.ts'
import { memory } from './compare/memory.ts'
import { w10 } from './compare/w10.ts'
import type { Bench } from './measurement.ts'

const PARTS = new Set((process.env.BENCH_PARTS ?? 'w10,memory,tables,mariadb').split(','))

const compare: Bench = {
  name: 'compare',
  async run(report) {
    await using keeper = await startKeeper({ config: join(import.meta.dirname, '..', 'assay.config.ts') })
    await using client = await connectKeeper(keeper.socket)
    const leased = (target: string): Promise<Lease> =>
      client.lease({ target, tier: 'embedded', mode: 'exclusive', holder: 'bench compare' })
    const postgres = (['w10', 'memory', 'tables'] as const).filter(part => PARTS.has(part))
    if (postgres.length > 0) {
      await using pair = await leased('postgres.pair')
      const ends = [pair.endpoints.source, pair.endpoints.destination] as [Endpoint, Endpoint]
      if (PARTS.has('w10')) await w10(report, ends)
      if (PARTS.has('memory')) await memory(report, ends)
      if (PARTS.has('tables')) await manyTables(report, ends)
    }
    if (!PARTS.has('mariadb')) return
    await using trio = await leased('mariadb.replication')
    await mariadb(report, trio)
  },
}
export default compare
