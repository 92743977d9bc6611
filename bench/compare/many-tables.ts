import { compareTables } from '../../harness/compare/compare-tables.ts'
import type { Endpoint } from '../../harness/targets/target.ts'
import type { BenchReport } from '../measurement.ts'
import { type Ends, run, seconds, size } from './ends.ts'

const TABLES = size('TABLES', 1_000)

/** What a small table costs. */
export async function manyTables(report: BenchReport, ends: Ends): Promise<void> {
  const make = `create schema many; do $$ begin for t in 1..${TABLES} loop
    execute format('create table many.t%s (id int primary key, v text)', t);
    execute format('insert into many.t%s select g, ''v'' || g from generate_series(1, 1000) g', t); end loop; end $$`
  await Promise.all(ends.map(end => run(end, make)))
  const [left, right] = ends.map(endpoint => ({ endpoint, schema: 'many' })) as [
    { endpoint: Endpoint; schema: string },
    { endpoint: Endpoint; schema: string },
  ]
  const time = await seconds(async () => {
    const result = await compareTables({ left, right })
    if (result.verdict !== 'equal' || result.tables.length !== TABLES)
      throw new Error(`${result.verdict}, ${result.tables.length} tables`)
  })
  report.measured({ metric: `per table, ${TABLES} tables of 1,000 rows`, value: (time / TABLES) * 1000, unit: 'ms' })
}
