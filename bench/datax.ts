/**
 * DataX jobs of the in-process engine, as whole commands (`assay datax run job.json`), against `psql COPY | psql COPY` of the same table
 * on the same servers, and against a DataX or Addax where there is one (DATAX_HOME, ADDAX_HOME; the job does not wait its ten seconds out). 1,000,000 rows of id, int, 40-char text and timestamp; every record goes through the channel.
 * Of MariaDB its own share is told too: the same rows as statements that are ready, with nothing to read or to make.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startMariadb } from '../fixtures/servers/mariadb/server.ts'
import { compareRows } from '../harness/compare/compare-rows.ts'
import { connectKeeper } from '../harness/targets/keeper/connect.ts'
import { startKeeper } from '../harness/targets/keeper/start.ts'
import type { Lease } from '../harness/targets/lease.ts'
import type { Endpoint } from '../harness/targets/target.ts'
import { command } from './datax/command.ts'
import { copyPipe, hasPsql, readyStatements, runAll, sql } from './datax/peers.ts'
import { streams } from './datax/streams.ts'
import { type Bench, type BenchReport, median, ratioAtMost } from './measurement.ts'

const ROWS = Number(process.env.BENCH_ROWS ?? 1_000_000)
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5)
const COLUMNS = { column: ['id', 'n', 'label', 'at'] }

/** The homes to measure beside it. */
const HOMES = (['DATAX_HOME', 'ADDAX_HOME'] as const).flatMap(variable => {
  const home = process.env[variable]
  return home ? [{ name: variable === 'DATAX_HOME' ? 'DataX' : 'Addax', home }] : []
})

const datax: Bench = {
  name: 'datax',
  async run(report) {
    const folder = await mkdtemp(join(tmpdir(), 'assay-bench-datax-'))
    try {
      await streams(report, folder, ROUNDS)
      await using keeper = await startKeeper({ config: join(import.meta.dirname, '..', 'assay.config.ts') })
      await using client = await connectKeeper(keeper.socket)
      const leased = (target: string): Promise<Lease> =>
        client.lease({ target, tier: 'embedded', mode: 'exclusive', holder: 'bench datax' })
      await using pair = await leased('postgres.pair')
      // a server alone: the replicas of the target would share the processors
      await chmod(folder, 0o755)
      await using maria = await startMariadb({ name: 'bench', host: '127.0.0.201', folder })
      await databases(report, folder, {
        source: pair.endpoints.source as Endpoint,
        destination: pair.endpoints.destination as Endpoint,
        mysql: {
          ...{
            role: 'mysql',
            name: 'mysql',
            protocol: 'mysql',
            host: maria.host,
            port: maria.port,
            database: maria.database,
          },
          ...maria.logins.application,
        },
      })
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
    if (HOMES.length === 0) report.missing('DataX, Addax', 'neither DATAX_HOME nor ADDAX_HOME is set')
  },
}
export default datax

type Servers = { readonly source: Endpoint; readonly destination: Endpoint; readonly mysql: Endpoint }

async function databases(report: BenchReport, folder: string, { source, destination, mysql }: Servers): Promise<void> {
  await sql(source, 'create table bench (id bigint, n int, label varchar(40), at timestamp)')
  await sql(destination, 'create table bench (id bigint, n int, label varchar(40), at timestamp)')
  await sql(mysql, 'create table bench (id bigint, n int, label varchar(40), at datetime(6))')
  await sql(
    source,
    `insert into bench select i, (i::bigint * 7919) % 1000003, substr(md5(i::text) || md5((i + 1)::text), 1, 40), timestamp '2026-01-01' + i * interval '1.000001 second' from generate_series(1, ${ROWS}) i; analyze bench`,
  )
  const end = (name: string, endpoint: Endpoint, more: object = {}) => ({
    ...{ name, endpoint, table: ['bench'] },
    parameter: { ...COLUMNS, ...more },
  })
  const jobs = [
    {
      metric: 'PostgreSQL to PostgreSQL',
      atMost: 2,
      from: source,
      to: destination,
      plan: { reader: end('postgresql', source), writer: end('postgresql', destination) },
    },
    {
      metric: 'PostgreSQL to MySQL',
      atMost: 3,
      from: source,
      to: mysql,
      plan: { reader: end('postgresql', source), writer: end('mysql', mysql) },
    },
    {
      metric: 'PostgreSQL to MySQL, writeMode load',
      atMost: 3,
      from: source,
      to: mysql,
      plan: { reader: end('postgresql', source), writer: end('mysql', mysql, { writeMode: 'load' }) },
      // of this engine alone
      ours: true,
    },
    {
      metric: 'MySQL to PostgreSQL',
      atMost: 3,
      from: mysql,
      to: destination,
      plan: { reader: end('mysql', mysql), writer: end('postgresql', destination) },
    },
  ]
  const times = jobs.map(() => [] as number[])
  const theirs = HOMES.map(() => jobs.map(() => [] as number[]))
  const copies: number[] = []
  const statements = await readyStatements(source)
  const alone: number[] = []
  let memory = 0
  const psql = await hasPsql()
  for (let round = 0; round < ROUNDS; round++) {
    if (psql) {
      await sql(destination, 'truncate bench')
      copies.push(await copyPipe(source, destination))
    }
    await sql(mysql, 'truncate table bench')
    alone.push(await runAll(mysql, statements))
    for (const [at, { plan, to, from, ours }] of jobs.entries()) {
      await sql(to, to === mysql ? 'truncate table bench' : 'truncate bench')
      const outcome = await command(folder, plan)
      ;(times[at] as number[]).push(outcome.seconds)
      memory = Math.max(memory, outcome.memory)
      if (process.env.BENCH_VERBOSE)
        report.note(`${jobs[at]?.metric}: ${outcome.seconds.toFixed(2)} s, ${outcome.memory.toFixed(0)} MB`)
      const compared = await compareRows({
        left: { endpoint: from, table: { name: 'bench' } },
        right: { endpoint: to, table: { name: 'bench' } },
        mode: from.protocol === to.protocol ? 'exact' : 'by-value',
        key: ['id'],
      })
      if (compared.verdict !== 'equal') throw new Error(compared.summary)
      for (const [which, { home }] of ours ? [] : HOMES.entries()) {
        await sql(to, to === mysql ? 'truncate table bench' : 'truncate bench')
        const { seconds } = await command(folder, plan, { home })
        theirs[which]?.[at]?.push(seconds)
      }
    }
  }
  for (const [at, { metric, atMost, ours }] of jobs.entries()) {
    const value = median(times[at] as number[])
    if (psql)
      report.measured(
        ratioAtMost(`${metric}, against COPY | COPY`, { value, against: median(copies), unit: 's', atMost }),
      )
    else report.measured({ metric, value, unit: 's' })
    for (const [which, { name }] of ours ? [] : HOMES.entries()) {
      const against = median(theirs[which]?.[at] ?? [])
      const title = `${metric}, against ${name}`
      if (at === 0 && name === 'DataX') report.measured(ratioAtMost(title, { value, against, unit: 's', atMost: 0.25 }))
      else report.measured({ metric: title, value, unit: 's', against, ratio: value / against })
    }
  }
  const own = median(alone)
  const what = 'MariaDB alone, the same rows in ready statements'
  if (psql)
    report.measured({ metric: what, value: own, unit: 's', against: median(copies), ratio: own / median(copies) })
  else report.measured({ metric: what, value: own, unit: 's' })
  if (!psql) report.missing('psql', 'there is no psql on the PATH to pipe COPY through')
  report.measured({
    metric: 'highest memory of a job',
    value: memory,
    unit: 'MB',
    goal: '<= 200',
    holds: memory <= 200,
  })
}
