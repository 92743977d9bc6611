import { resolve } from 'node:path'
import { openKlustron } from '../harness/klustron/index.ts'
import { connect } from '../harness/sql/connect.ts'
import type { SqlSession } from '../harness/sql/session.ts'
import { connectKeeper } from '../harness/targets/keeper/connect.ts'
import { startKeeper } from '../harness/targets/keeper/start.ts'
import type { Endpoint } from '../harness/targets/target.ts'
import { standby } from './klustron/standby.ts'
import { type Bench, type BenchReport, median, ratioAtMost } from './measurement.ts'

const ROUNDS = 5
const COMMITS = 300
const CLIENTS = 8
const FOR_MS = 1_500

type Writer = {
  readonly name: 'compute' | 'postgres' | 'mariadb'
  readonly endpoint: Endpoint
  readonly database?: string
  readonly table: string
}

/** The stand-in: how soon it is there, and what its commit mirror costs against the servers it is made of, in the same run. */
const bench: Bench = {
  name: 'klustron',
  async run(report) {
    await using keeper = await startKeeper({ config: resolve('assay.config.ts') })
    await using client = await connectKeeper(keeper.socket)
    const leased = performance.now()
    await using lease = await client.lease({ target: 'klustron', tier: 'embedded', mode: 'exclusive', holder: 'bench' })
    report.measured({
      metric: 'stand-in ready',
      value: (performance.now() - leased) / 1000,
      unit: 's',
      goal: '<= 5',
      holds: performance.now() - leased <= 5_000,
    })
    await using pair = await client.lease({
      target: 'postgres.pair',
      tier: 'embedded',
      mode: 'exclusive',
      holder: 'bench',
    })
    await using klustron = openKlustron({ metadata: lease.endpoints.metadata as readonly Endpoint[] })
    const created = performance.now()
    const cluster = await klustron.settings.createCluster({ shards: 2, nodes: 3, comps: 2 })
    const seconds = (performance.now() - created) / 1000
    report.measured({
      metric: 'create_cluster, 2 shards of 3 nodes, 2 comps',
      value: seconds,
      unit: 's',
      goal: '<= 10',
      holds: seconds <= 10,
    })
    const shard = cluster.shards[0]
    const writers: readonly Writer[] = [
      { name: 'compute', endpoint: cluster.computes[0] as Endpoint, table: `bench_t` },
      { name: 'postgres', endpoint: pair.endpoints.source as Endpoint, table: 'bench_t' },
      { name: 'mariadb', endpoint: shard?.primary as Endpoint, database: 'postgres_$$_public', table: 'bench_direct' },
    ]
    for (const { name, endpoint, database, table } of writers) {
      await using session = await connect(endpoint, { database })
      const place = name === 'compute' ? ` with (shard = ${shard?.id})` : ''
      await session.query(`create table ${table} (id int primary key, v varchar(40))${place}`)
    }
    await singleCommits(report, writers)
    await rates(report, writers)
    await standby(report, klustron, cluster)
  },
}

export default bench

let next = 0

/** Median milliseconds of one single-row commit at one client, the writers in rotation. */
async function singleCommits(report: BenchReport, writers: readonly Writer[]): Promise<void> {
  const times: Record<Writer['name'], number[]> = { compute: [], postgres: [], mariadb: [] }
  for (let round = 0; round <= ROUNDS; round++)
    for (const writer of writers) {
      await using session = await connect(writer.endpoint, { database: writer.database })
      const from = performance.now()
      for (let index = 0; index < COMMITS; index++) await insert(session, writer.table)
      // The first round warms up.
      if (round > 0) times[writer.name].push((performance.now() - from) / COMMITS)
    }
  const [compute, postgres, mariadb] = [median(times.compute), median(times.postgres), median(times.mariadb)]
  report.note(`one commit: PostgreSQL ${postgres.toFixed(2)} ms, MariaDB ${mariadb.toFixed(2)} ms`)
  report.measured(
    ratioAtMost('single-row commit, 1 client', {
      value: compute,
      against: postgres + mariadb,
      unit: 'ms',
      atMost: 2.5,
    }),
  )
}

/** Commits a second at eight clients. */
async function rates(report: BenchReport, writers: readonly Writer[]): Promise<void> {
  const found: Record<Writer['name'], number[]> = { compute: [], postgres: [], mariadb: [] }
  for (let round = 0; round <= ROUNDS; round++)
    for (const writer of writers.filter(({ name }) => name !== 'mariadb')) {
      const sessions = await Promise.all(
        Array.from({ length: CLIENTS }, () => connect(writer.endpoint, { database: writer.database })),
      )
      const until = performance.now() + FOR_MS
      const counts = await Promise.all(
        sessions.map(async session => {
          let count = 0
          for (; performance.now() < until; count++) await insert(session, writer.table)
          return count
        }),
      )
      if (round > 0) found[writer.name].push(counts.reduce((sum, count) => sum + count, 0) / (FOR_MS / 1000))
      await Promise.all(sessions.map(session => session.close()))
    }
  const [compute, postgres] = [median(found.compute), median(found.postgres)]
  const ratio = compute / postgres
  report.measured({
    ...{ metric: `commits a second, ${CLIENTS} clients`, value: compute, unit: '/s', against: postgres, ratio },
    goal: '>= 0.1 and > 1000/s',
    holds: ratio >= 0.1 && compute > 1000,
  })
}

async function insert(session: SqlSession, table: string): Promise<void> {
  await session.query(`insert into ${table} values (${++next}, 'a row of the bench')`)
}
