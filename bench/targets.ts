/** How soon a target is ready: from the start of a run's keeper to the first lease, with what set-up brought in its cache. */
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { connectKeeper } from '../harness/targets/keeper/connect.ts'
import { startKeeper } from '../harness/targets/keeper/start.ts'
import { type Bench, median } from './measurement.ts'

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5)

/** Goals in seconds; the others are reported. */
const TARGETS: readonly { readonly target: string; readonly within?: number }[] = [
  { target: 'postgres.pair', within: 1 },
  { target: 'mariadb.replication', within: 3 },
  { target: 'greenplum.pair' },
  { target: 'klustron', within: 5 },
  { target: 'openstore' },
  { target: 'curve.cluster' },
]

async function secondsUntilReady(target: string): Promise<number> {
  const started = performance.now()
  await using running = await startKeeper({ config: join(import.meta.dirname, '../assay.config.ts') })
  await using keeper = await connectKeeper(running.socket)
  await using _lease = await keeper.lease({ target, tier: 'embedded', mode: 'exclusive', holder: 'bench' })
  return (performance.now() - started) / 1_000
}

const bench: Bench = {
  name: 'targets',
  async run(report) {
    report.note(`keeper and target, medians of ${ROUNDS} after one that warms the caches`)
    for (const { target, within } of TARGETS) {
      await secondsUntilReady(target)
      const times: number[] = []
      for (let round = 0; round < ROUNDS; round++) times.push(await secondsUntilReady(target))
      const value = median(times)
      report.measured({
        metric: `${target} ready`,
        value,
        unit: 's',
        ...(within !== undefined && { goal: `<= ${within} s`, holds: value <= within }),
      })
    }
  },
}

export default bench
