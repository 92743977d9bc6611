/**
 * Comparing tables, against the same digest SQL sent to both sides at once by the engine's own client (psql), and against pt-table-checksum
 * on a MariaDB primary with its replicas. W10: 2,000,000 rows of ten columns; 1,030 scattered differences.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compareRows } from '../harness/compare/compare-rows.ts'
import { compareTables } from '../harness/compare/compare-tables.ts'
import type { CompareRowsResult } from '../harness/compare/result.ts'
import type { CompareSpec } from '../harness/compare/spec.ts'
import { connect } from '../harness/sql/connect.ts'
import type { SqlSession } from '../harness/sql/session.ts'
import { connectKeeper } from '../harness/targets/keeper/connect.ts'
import { startKeeper } from '../harness/targets/keeper/start.ts'
import type { Lease } from '../harness/targets/lease.ts'
import type { Endpoint } from '../harness/targets/target.ts'
import { type Bench, type BenchReport, median, ratioAtMost } from './measurement.ts'

const ROWS = Number(process.env.BENCH_ROWS ?? 2_000_000)
const MARIADB_ROWS = Number(process.env.BENCH_MARIADB_ROWS ?? 1_000_000)
const MEMORY_ROWS = Number(process.env.BENCH_MEMORY_ROWS ?? 10_000_000)
const TABLES = Number(process.env.BENCH_TABLES ?? 1_000)
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5)
const DIFFERENCES = 1_030

const compare: Bench = {
  name: 'compare',
  async run(report) {
    await using keeper = await startKeeper({ config: join(import.meta.dirname, '..', 'assay.config.ts') })
    await using client = await connectKeeper(keeper.socket)
    const leased = (target: string): Promise<Lease> =>
      client.lease({ target, tier: 'embedded', mode: 'exclusive', holder: 'bench compare' })
    {
      await using pair = await leased('postgres.pair')
      const ends = [pair.endpoints.source, pair.endpoints.destination] as [Endpoint, Endpoint]
      await w10(report, ends)
      await memory(report, ends)
      await manyTables(report, ends)
    }
    await using trio = await leased('mariadb.replication')
    await mariadb(report, trio)
  },
}
export default compare

async function run(endpoint: Endpoint, ...texts: readonly string[]): Promise<void> {
  await using session = await connect(endpoint)
  for (const text of texts) await session.queryAll(text)
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1000
}

const FILL = `insert into w10 select g, g % 1000, timestamp '2020-01-01' + g * interval '1.000001 s', timestamptz '2020-01-01 00:00Z' + g * interval '1 s',
  (g::bigint * 7919 % 100000000) / 10000.0, sqrt(g), g % 2 = 0, 's' || md5(g::text), E'line one\\nline "two" \\\\ 数据 ' || g, md5(g::text)::uuid
  from generate_series(1, ${ROWS}) g`

async function w10(report: BenchReport, ends: readonly [Endpoint, Endpoint]): Promise<void> {
  const columns =
    'k int, ts timestamp, tz timestamptz, n numeric(18,4), f float8, flag bool, s varchar(64), txt text, u uuid'
  await Promise.all(
    ends.map(end => run(end, `create table w10 (id bigint primary key, ${columns}); ${FILL}`, 'vacuum analyze w10')),
  )
  await run(
    ends[1],
    `create table w10d as select * from w10; alter table w10d add primary key (id);
     delete from w10d where id in (select id from w10 order by md5(id::text) limit 20);
     update w10d set n = n + 1 where id in (select id from w10d order by md5(id::text || 'x') limit 1000);
     insert into w10d select id + 100000000, k, ts, tz, n, f, flag, s, txt, u from w10 order by id limit 10`,
    'vacuum analyze w10d',
  )
  const modes: readonly (readonly [string, Partial<CompareSpec>])[] = [
    ['exact', {}],
    ['exact, record_send md5', { methods: ['record_send md5'] }],
    ['by value', { mode: 'by-value' }],
  ]
  for (const [name, options] of modes) {
    const digests = await digestsOf(ends, options)
    const times = { client: [] as number[], equal: [] as number[], different: [] as number[] }
    const pairOf = (right: string) => ({
      left: { endpoint: ends[0], table: { name: 'w10' } },
      right: { endpoint: ends[1], table: { name: right } },
    })
    for (let round = -1; round < ROUNDS; round++) {
      const works = [
        ['client', () => Promise.all(ends.map((end, side) => psql(end, digests[side] as string)))],
        ['equal', async () => expectRows(await compareRows({ ...options, ...pairOf('w10') }), 0)],
        ['different', async () => expectRows(await compareRows({ ...options, ...pairOf('w10d') }), DIFFERENCES)],
      ] as const
      // rotated, so that nobody is always first
      for (let at = 0; at < works.length; at++) {
        const [what, work] = works[(at + round + works.length) % works.length] as (typeof works)[number]
        const time = await seconds(work)
        if (round >= 0) times[what].push(time)
      }
    }
    const against = median(times.client)
    report.measured(
      ratioAtMost(`${name}: equal vs psql`, { value: median(times.equal), against, unit: 's', atMost: 1.15 }),
    )
    report.measured(
      ratioAtMost(`${name}: ${DIFFERENCES} differences vs psql`, {
        value: median(times.different),
        against,
        unit: 's',
        atMost: 2,
      }),
    )
  }
}

function expectRows(result: CompareRowsResult, differing: number): void {
  if (result.differing !== differing || result.estimated) throw new Error(result.summary)
}

/** The digest SQL that a comparison sends to each side. */
async function digestsOf(ends: readonly [Endpoint, Endpoint], options: Partial<CompareSpec>): Promise<string[]> {
  const texts: string[] = []
  await using stack = new AsyncDisposableStack()
  const sides = await Promise.all(
    ends.map(async (endpoint, side) => {
      const session = stack.use(await connect(endpoint))
      return {
        endpoint,
        table: { name: 'w10' },
        session: listening(session, text => {
          if (text.includes('group by 1')) texts[side] = text
        }),
      }
    }),
  )
  const [left, right] = sides as [CompareSpec['left'], CompareSpec['right']]
  await compareRows({ ...options, left, right })
  return texts
}

function listening(session: SqlSession, heard: (text: string) => void): SqlSession {
  return {
    endpoint: session.endpoint,
    dialect: session.dialect,
    get open() {
      return session.open
    },
    query(text, options) {
      heard(text)
      return session.query(text, options)
    },
    queryAll: (text, options) => session.queryAll(text, options),
    close: () => session.close(),
    [Symbol.asyncDispose]: () => session.close(),
  }
}

async function psql({ host, port, user, password, database }: Endpoint, text: string): Promise<void> {
  const child = spawn('psql', ['-h', host, '-p', String(port), '-U', user, '-XAtq', '-c', text, database ?? user], {
    env: { ...process.env, PGPASSWORD: password.reveal(), PGTZ: 'UTC' },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`psql ended with ${code}`)
}

/** The peak memory of `assay compare` as a whole process. */
async function memory(report: BenchReport, ends: readonly [Endpoint, Endpoint]): Promise<void> {
  const fill = `create table narrow (id bigint primary key, k int, ts timestamp);
    insert into narrow select g, g % 1000, timestamp '2020-01-01' + g * interval '1 s' from generate_series(1, ${MEMORY_ROWS}) g`
  await Promise.all(ends.map(end => run(end, fill, 'vacuum analyze narrow')))
  await run(
    ends[1],
    `create table narrow_d as select * from narrow; alter table narrow_d add primary key (id); update narrow_d set k = -1 where id % 10000 = 7`,
    'vacuum analyze narrow_d',
  )
  const url = ({ user, host, port, database }: Endpoint) => `postgres://${user}@${host}:${port}/${database}`
  const started = performance.now()
  const child = spawn(process.execPath, ['harness/cli/main.ts', 'compare', ...ends.map(url), '--table', 'narrow'], {
    cwd: join(import.meta.dirname, '..'),
    env: {
      ...process.env,
      ASSAY_LEFT_PASSWORD: ends[0].password.reveal(),
      ASSAY_RIGHT_PASSWORD: ends[1].password.reveal(),
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  let peak = 0
  const watch = setInterval(() => {
    try {
      peak = Math.max(
        peak,
        Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024,
      )
    } catch {
      // it has ended
    }
  }, 20)
  const [code] = await once(child, 'close')
  clearInterval(watch)
  if (code !== 0) throw new Error(`assay compare ended with ${code}`)
  report.note(
    `${MEMORY_ROWS.toLocaleString('en')} narrow rows compared in ${((performance.now() - started) / 1000).toFixed(1)} s`,
  )
  report.measured({
    metric: `peak memory, ${MEMORY_ROWS.toLocaleString('en')} rows`,
    value: peak,
    unit: 'MB',
    goal: '<= 150',
    holds: peak <= 150,
  })
}

async function manyTables(report: BenchReport, ends: readonly [Endpoint, Endpoint]): Promise<void> {
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

async function mariadb(report: BenchReport, trio: Lease): Promise<void> {
  const primary = trio.endpoints.primary_admin as Endpoint
  const replica = (trio.endpoints.replica_admins as readonly Endpoint[])[0] as Endpoint
  await run(
    primary,
    `create table wide (id bigint primary key, k int, ts datetime(6), n decimal(18,4), f double, s varchar(64), txt text, u char(36)) default charset utf8mb4;
     insert into wide select seq, seq % 1000, timestamp '2020-01-01 00:00:00' + interval seq second, seq * 7919 % 100000000 / 10000, sqrt(seq), concat('s', md5(seq)),
       concat('line one\\nline "two" 数据 ', seq), uuid() from seq_1_to_${MARIADB_ROWS}; analyze table wide`,
  )
  const sides = {
    left: { endpoint: primary, table: { name: 'wide' } },
    right: { endpoint: replica, table: { name: 'wide' } },
  }
  const caughtUp = await connect(replica)
  await caughtUp.query(`select master_gtid_wait('${await gtid(primary)}', 300)`)
  await caughtUp.query('analyze table wide')
  await caughtUp.close()

  const sent = await bytesSent([primary, replica])
  expectRows(await compareRows(sides), 0)
  const digest = (await bytesSent([primary, replica])) - sent
  await run(primary, 'select * from wide')
  const whole = 2 * ((await bytesSent([primary, replica])) - sent - digest)
  report.measured({
    metric: 'MariaDB: bytes on the wire vs both sides whole',
    value: digest / 1e6,
    against: whole / 1e6,
    unit: 'MB',
    ratio: digest / whole,
    goal: '<= 0.01',
    holds: digest / whole <= 0.01,
  })

  const ours: number[] = []
  const theirs: number[] = []
  let peer = true
  for (let round = -1; round < ROUNDS; round++) {
    const time = await seconds(async () => expectRows(await compareRows(sides), 0))
    if (round >= 0) ours.push(time)
    if (!peer) continue
    try {
      const other = await seconds(() => checksum(primary))
      if (round >= 0) theirs.push(other)
    } catch (error) {
      peer = false
      report.missing('pt-table-checksum', (error as Error).message)
    }
  }
  const metric = `MariaDB: ${MARIADB_ROWS.toLocaleString('en')} rows vs pt-table-checksum --function MD5`
  if (theirs.length === 0) report.measured({ metric, value: median(ours), unit: 's' })
  else report.measured(ratioAtMost(metric, { value: median(ours), against: median(theirs), unit: 's', atMost: 0.9 }))
}

async function gtid(primary: Endpoint): Promise<string> {
  await using session = await connect(primary)
  return String((await session.query('select @@global.gtid_binlog_pos')).values[0]?.[0])
}

async function bytesSent(ends: readonly Endpoint[]): Promise<number> {
  let sum = 0
  for (const end of ends) {
    await using session = await connect(end)
    sum += Number((await session.query("show global status like 'Bytes_sent'")).values[0]?.[1])
  }
  return sum
}

/** pt-table-checksum on the primary. The replicas replay its statements; looking for their differences afterwards is not in the time. */
async function checksum({ host, port, user, password, database }: Endpoint): Promise<void> {
  const child = spawn(
    'pt-table-checksum',
    [
      `h=${host},P=${port},u=${user}`,
      '--password',
      password.reveal(),
      '--databases',
      database ?? '',
      '--tables',
      'wide',
      '--function',
      'MD5',
      '--recursion-method=none',
      '--no-replicate-check',
      '--no-check-binlog-format',
      '--no-check-replication-filters',
      '--quiet',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], timeout: 120_000 },
  )
  let said = ''
  child.stderr.on('data', text => {
    said += text
  })
  const [code] = await Promise.race([
    once(child, 'close'),
    once(child, 'error').then(([error]) => Promise.reject(error as Error)),
  ])
  if (code !== 0) throw new Error(said.split('\n')[0] || `it ended with ${code}`)
}
