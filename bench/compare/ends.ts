import type { CompareRowsResult } from '../../harness/compare/result.ts'
import { connect } from '../../harness/sql/connect.ts'
import type { Endpoint } from '../../harness/targets/target.ts'

export type Ends = readonly [Endpoint, Endpoint]

/** A size of the bench; smaller ones are for seeing that it works. */
export function size(name: string, usual: number): number {
  return Number(process.env[`BENCH_${name}`] ?? usual)
}

export async function run(endpoint: Endpoint, ...texts: readonly string[]): Promise<void> {
  await using session = await connect(endpoint)
  for (const text of texts) await session.queryAll(text)
}

export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1000
}

/** A comparison that found anything else would not be worth measuring. */
export function expectRows(result: CompareRowsResult, differing: number): void {
  if (result.differing !== differing || result.estimated) throw new Error(result.summary)
}
