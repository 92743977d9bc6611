/**
 * DataX jobs of the in-process engine, as whole commands (`assay datax run job.json`), against `psql COPY | psql COPY` of the same table
 * on the same servers, and against a DataX or Addax where there is one (DATAX_HOME, ADDAX_HOME; the job does not wait its ten seconds out). 1,000,000 rows of id, int, 40-char text and timestamp; every record goes through the channel.
 * Of MariaDB its own share is told too: the same rows as statements that are ready, with nothing to read or to make.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { chmod, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startMariadb } from '../fixtures/servers/mariadb/server.ts'
import { compareRows } from '../harness/compare/compare-rows.ts'
import { buildJob, type JobPlan } from '../harness/datax/index.ts'
import { connect } from '../harness/sql/connect.ts'
import { connectKeeper } from '../harness/targets/keeper/connect.ts'
import { startKeeper } from '../harness/targets/keeper/start.ts'
import type { Lease } from '../harness/targets/lease.ts'
import type { Endpoint } from '../harness/targets/target.ts'
import { type Bench, type BenchReport, median, ratioAtMost } from './measurement.ts'

const ROWS = Number(process.env.BENCH_ROWS ?? 1_000_000)
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5)
const MAIN = join(import.meta.dirname, '..', 'harness', 'cli', 'main.ts')
/** Records of the stream job: about two seconds' worth at the goal. */
const STREAMED = 5_000_000
/** Rows of a statement that is ready: about as many as mysqlwriter puts into one. */
const STATEMENT_ROWS = 16_384
const COLUMNS = { column: ['id', 'n', 'label', 'at'] }

/** The homes to measure beside it. */
const HOMES = (['DATAX_HOME', 'ADDAX_HOME'] as const).flatMap(variable => {
  const home = process.env[variable]
  return home ? [{ name: variable === 'DATAX_HOME' ? 'DataX' : 'Addax', home }] : []
})

/** Without it DataX sleeps for ten seconds at the end of every job, and Addax for three. */
const QUICK = { container: { job: { sleepInterval: 100 } } }

type Outcome = { readonly seconds: number; readonly memory: number }

const datax: Bench = {
  name: 'datax',
  async run(report) {
    const folder = await mkdtemp(join(tmpdir(), 'assay-bench-datax-'))
    try {
      await streams(report, folder)
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

/** The highest resident memory of a process, in MB, read while it lives. */
function peakOf(child: ChildProcess): () => number {
  let peak = 0
  const look = (): void => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)
    } catch {
      // it has ended
    }
  }
  const timer = setInterval(look, 20)
  return () => {
    clearInterval(timer)
    return peak
  }
}

async function command(folder: string, plan: JobPlan, home?: string, into?: number): Promise<Outcome> {
  const file = join(folder, 'job.json')
  await writeFile(file, JSON.stringify(buildJob({ core: QUICK, errorLimit: { record: 0 }, ...plan })), { mode: 0o600 })
  const from = performance.now()
  const engine = home === undefined ? [] : ['--home', home]
  const child = spawn(process.execPath, [MAIN, 'datax', 'run', file, '--quiet', ...engine], {
    stdio: ['ignore', into ?? 'ignore', 'inherit'],
  })
  const peak = peakOf(child)
  const [code] = (await once(child, 'exit')) as [number]
  const seconds = (performance.now() - from) / 1000
  const memory = peak()
  if (code !== 0) throw new Error(`the job ended with ${code}`)
  return { seconds, memory }
}

async function streams(report: BenchReport, folder: string): Promise<void> {
  const plan = (count: number): JobPlan => ({
    reader: {
      name: 'stream',
      parameter: {
        sliceRecordCount: count,
        column: [
          { type: 'long', value: '10' },
          { type: 'string', value: LABEL },
        ],
      },
    },
    writer: { name: 'stream', parameter: { print: true } },
  })
  await everyRecordIsPrinted(folder, plan(100_000))
  const small: number[] = []
  const large: Outcome[] = []
  for (let round = 0; round < ROUNDS; round++) {
    small.push((await command(folder, plan(10))).seconds)
    large.push(await command(folder, plan(STREAMED)))
  }
  const ten = median(small)
  report.measured({
    metric: 'a job of 10 rows, whole command',
    value: ten,
    unit: 's',
    goal: '<= 0.5',
    holds: ten <= 0.5,
  })
  const rate = STREAMED / median(large.map(one => one.seconds))
  report.measured({
    metric: 'stream to stream, one channel, each printed',
    value: rate,
    unit: 'records/s',
    goal: '>= 2000000',
    holds: rate >= 2_000_000,
  })
}

const LABEL = 'a text of forty characters, more or less'

/** A figure of records that were not all made and written would be none. */
async function everyRecordIsPrinted(folder: string, plan: JobPlan): Promise<void> {
  const path = join(folder, 'printed')
  const file = await open(path, 'w')
  await command(folder, plan, undefined, file.fd)
  await file.close()
  const lines = (await readFile(path, 'utf8')).split('\n')
  if (lines.length !== 100_001 || lines.slice(0, -1).some(line => line !== `10\t${LABEL}`))
    throw new Error('the stream job did not print each of its records')
}

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
      for (const [which, { home }] of ours ? [] : HOMES.entries()) {
        await sql(to, to === mysql ? 'truncate table bench' : 'truncate bench')
        const { seconds } = await command(folder, plan, home)
        theirs[which]?.[at]?.push(seconds)
      }
      if (HOMES.length > 0 && !ours) {
        // what is compared is what this engine writes: DataX cuts microseconds
        await sql(to, to === mysql ? 'truncate table bench' : 'truncate bench')
        await command(folder, plan)
      }
      const compared = await compareRows({
        left: { endpoint: from, table: { name: 'bench' } },
        right: { endpoint: to, table: { name: 'bench' } },
        mode: from.protocol === to.protocol ? 'exact' : 'by-value',
        key: ['id'],
      })
      if (compared.verdict !== 'equal') throw new Error(compared.summary)
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

/** INSERT statements of all rows, as mysqlwriter makes them. */
async function readyStatements(source: Endpoint): Promise<readonly string[]> {
  await using session = await connect(source)
  const { values } = await session.query(
    `select string_agg(format('(%s,%s,''%s'',''%s'')', id, n, label, at), ',') from bench group by id / ${STATEMENT_ROWS}`,
  )
  return values.map(([rows]) => `insert into bench (id, n, label, at) values ${rows}`)
}

async function runAll(endpoint: Endpoint, statements: readonly string[]): Promise<number> {
  await using session = await connect(endpoint)
  const from = performance.now()
  for (const text of statements) await session.query(text)
  return (performance.now() - from) / 1000
}

async function sql(endpoint: Endpoint, text: string): Promise<void> {
  await using session = await connect(endpoint)
  await session.query(text)
}

async function hasPsql(): Promise<boolean> {
  const child = spawn('psql', ['--version'], { stdio: 'ignore' })
  return new Promise(resolve => {
    child.once('error', () => resolve(false))
    child.once('exit', code => resolve(code === 0))
  })
}

async function copyPipe(source: Endpoint, destination: Endpoint): Promise<number> {
  const client = ({ host, port, user, database }: Endpoint, text: string): string =>
    `psql -XqAt -h ${host} -p ${port} -U ${user} -d ${database} -c "${text}"`
  const line = `PGPASSWORD=$ASSAY_FROM ${client(source, 'copy bench to stdout')} | PGPASSWORD=$ASSAY_TO ${client(destination, 'copy bench from stdin')}`
  const from = performance.now()
  const child = spawn('/bin/sh', ['-c', line], {
    stdio: 'inherit',
    env: { ...process.env, ASSAY_FROM: source.password.reveal(), ASSAY_TO: destination.password.reveal() },
  })
  const [code] = (await once(child, 'exit')) as [number]
  if (code !== 0) throw new Error(`COPY | COPY ended with ${code}`)
  return (performance.now() - from) / 1000
}
