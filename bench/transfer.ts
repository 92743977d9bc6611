/**
 * Moving tables: against `psql | psql` in binary into the same table with its primary key, against pg_dump and pgcopydb where they are
 * installed, and what Node uses of the machine. BENCH_ROWS, BENCH_ROUNDS, BENCH_MEMORY_ROWS and BENCH_TABLES make it smaller;
 * BENCH_PARTS names some of its parts: pipe, narrow, toast, dump, many.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compareRows } from '../harness/compare/compare-rows.ts'
import { connect } from '../harness/sql/connect.ts'
import { connectKeeper } from '../harness/targets/keeper/connect.ts'
import { startKeeper } from '../harness/targets/keeper/start.ts'
import type { Lease } from '../harness/targets/lease.ts'
import type { Endpoint } from '../harness/targets/target.ts'
import { type Bench, type BenchReport, median, ratioAtMost } from './measurement.ts'
import { assayTransfer, type Ends, passwordLines, peer, type Usage } from './transfer/contestants.ts'
import { NARROW, type Shape, TOAST, W10 } from './transfer/shapes.ts'

const number = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise)
const ROWS = number('BENCH_ROWS', 2_000_000)
const ROUNDS = number('BENCH_ROUNDS', 5)
const MEMORY_ROWS = number('BENCH_MEMORY_ROWS', 10_000_000)
const TABLES = number('BENCH_TABLES', 500)

const PARTS = process.env.BENCH_PARTS?.split(',') ?? ['pipe', 'narrow', 'toast', 'dump', 'many']

const DATABASE = 'bench_transfer'

const transfer: Bench = {
  name: 'transfer',
  async run(report) {
    const folder = mkdtempSync(join(tmpdir(), 'assay-bench-transfer-'))
    try {
      await using keeper = await startKeeper({ config: join(import.meta.dirname, '..', 'assay.config.ts') })
      await using client = await connectKeeper(keeper.socket)
      const leased = (target: string): Promise<Lease> =>
        client.lease({ target, tier: 'embedded', mode: 'exclusive', holder: 'bench transfer' })
      {
        await using pair = await leased('postgres.pair')
        if (PARTS.includes('pipe')) await againstPipe(report, await prepared(pair, folder), folder)
        await sizes(report, await prepared(pair, folder), folder)
      }
      await using pair = await leased('greenplum.pair')
      const pgcopydb = `setsid -w pgcopydb clone --source "$SOURCE" --target "$DESTINATION" --dir "${join(folder, 'pgcopydb')}" --table-jobs 4 --index-jobs 2 --no-owner --restart --not-consistent`
      const peers = { folder, pgcopydb: missing('pgcopydb') ? undefined : pgcopydb }
      if (peers.pgcopydb === undefined) report.missing('pgcopydb', 'apt-get install pgcopydb')
      if (PARTS.includes('dump')) await againstDump(report, await prepared(pair, folder), peers)
      if (PARTS.includes('many')) await manyTables(report, await prepared(pair, folder), peers)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}
export default transfer

/** A fresh database on both ends, for the superuser, since pgcopydb asks for one. */
async function prepared({ endpoints }: Lease, folder: string): Promise<Ends> {
  const admins = [endpoints.source_admin, endpoints.destination_admin] as [Endpoint, Endpoint]
  for (const admin of admins) await renewDatabase(admin)
  writeFileSync(join(folder, 'pgpass'), passwordLines(admins), { mode: 0o600 })
  const [source, destination] = admins.map(admin => ({ ...admin, database: DATABASE }))
  return { source: source as Endpoint, destination: destination as Endpoint }
}

async function renewDatabase(admin: Endpoint): Promise<void> {
  await run(
    { ...admin, database: 'postgres' },
    `drop database if exists ${DATABASE} with (force)`,
    `create database ${DATABASE}`,
  )
}

async function run(endpoint: Endpoint, ...texts: readonly string[]): Promise<void> {
  await using session = await connect(endpoint)
  for (const text of texts) await session.queryAll(text)
}

async function fill({ source, destination }: Ends, shape: Shape, rows: number): Promise<void> {
  await run(source, `create table ${shape.name} ${shape.columns}`, shape.fill(rows), `vacuum analyze ${shape.name}`)
  await run(destination, `create table ${shape.name} ${shape.columns}`)
}

/** Content, not counts, and after every run. */
async function check({ source, destination }: Ends, name: string, rows: number): Promise<void> {
  const side = (endpoint: Endpoint) => ({ endpoint, table: { name } })
  const { verdict, rows: found } = await compareRows({ left: side(source), right: side(destination) })
  if (verdict !== 'equal' || found.right !== rows)
    throw new Error(`${name}: ${verdict} with ${found.right} of ${rows} rows`)
}

const missing = (program: string): boolean => spawnSync('which', [program]).status !== 0

type Contestant = { readonly name: string; readonly once: () => Promise<Usage> }

type Surroundings = {
  readonly before: () => Promise<void>
  readonly after: () => Promise<void>
  readonly rounds?: number
}

/** Rotated, so that none always runs on the caches that another has warmed. */
async function rotate(contestants: readonly Contestant[], { before, after, rounds = ROUNDS }: Surroundings) {
  const usages = new Map<string, Usage[]>(contestants.map(({ name }) => [name, []]))
  for (let round = 0; round <= rounds; round++) {
    for (const at of contestants.keys()) {
      const { name, once } = contestants[(at + round) % contestants.length] as Contestant
      await before()
      const used = await once()
      await after()
      // the first round only warms
      if (round > 0) usages.get(name)?.push(used)
    }
  }
  return (name: string, what: keyof Usage = 'seconds') => median((usages.get(name) ?? []).map(usage => usage[what]))
}

const pipe = (ends: Ends, table: string, passwords: string): Promise<Usage> =>
  peer(
    ends,
    `psql -XAtq "$SOURCE" -c "copy ${table} to stdout (format binary)" | psql -XAtq "$DESTINATION" -c "copy ${table} from stdin (format binary)"`,
    passwords,
  )

async function againstPipe(report: BenchReport, ends: Ends, folder: string): Promise<void> {
  if (missing('psql')) return report.missing('psql | psql', 'apt-get install postgresql-client')
  await fill(ends, W10, ROWS)
  const passwords = join(folder, 'pgpass')
  const base = ['--table', 'w10', '--mode', 'append', '--no-analyze']
  const of = await rotate(
    [
      {
        name: 'pipe',
        once: () => pipe(ends, 'w10', passwords),
      },
      { name: 'unverified', once: () => assayTransfer(ends, [...base, '--verify', 'none'], folder) },
      { name: 'verified', once: () => assayTransfer(ends, base, folder) },
    ],
    { before: () => run(ends.destination, 'truncate w10', 'checkpoint'), after: () => check(ends, 'w10', ROWS) },
  )
  const against = of('pipe')
  report.note(`W10, ${ROWS.toLocaleString('en')} rows, primary key on the destination`)
  report.measured(
    ratioAtMost('not verified, against psql | psql binary', {
      value: of('unverified'),
      against,
      unit: 's',
      atMost: 1.1,
    }),
  )
  report.measured(
    ratioAtMost('verified, against psql | psql binary', {
      value: of('verified'),
      against,
      unit: 's',
      atMost: 1.5,
    }),
  )
  node(
    report,
    'W10, verified',
    {
      seconds: of('verified'),
      cpu: of('verified', 'cpu'),
      megabytes: of('verified', 'megabytes'),
    },
    of('pipe', 'cpu'),
  )
}

function node(report: BenchReport, what: string, { cpu, megabytes }: Usage, psql: number): void {
  const metric = `CPU of Node, ${what}, against both psql`
  report.measured({ metric, value: cpu, against: psql, ratio: cpu / psql, unit: 's' })
  report.measured({ metric: `CPU of Node, ${what}`, value: cpu, unit: 's', goal: '<= 0.6', holds: cpu <= 0.6 })
  report.measured({
    metric: `memory of Node, ${what}`,
    value: megabytes,
    unit: 'MB',
    goal: '<= 150',
    holds: megabytes <= 150,
  })
}

/** What Node uses does not grow with the rows, nor with their size. */
async function sizes(report: BenchReport, ends: Ends, folder: string): Promise<void> {
  for (const [shape, rows] of [
    [NARROW, MEMORY_ROWS],
    [TOAST, Math.round(MEMORY_ROWS / 200)],
  ] as const) {
    if (!PARTS.includes(shape.name)) continue
    await fill(ends, shape, rows)
    const args = ['--table', shape.name, '--mode', 'append', '--no-analyze', '--verify', 'count']
    const of = await rotate(
      [
        { name: 'pipe', once: () => pipe(ends, shape.name, join(folder, 'pgpass')) },
        { name: 'assay', once: () => assayTransfer(ends, args, folder) },
      ],
      {
        before: () => run(ends.destination, `truncate ${shape.name}`, 'checkpoint'),
        after: () => check(ends, shape.name, rows),
        rounds: Math.min(ROUNDS, 3),
      },
    )
    const what = `${shape.name}, ${rows.toLocaleString('en')} rows`
    const [value, against] = [of('assay'), of('pipe')]
    report.measured({
      ...{ metric: `${what}, counted, against psql | psql binary`, value, against, ratio: value / against, unit: 's' },
    })
    const usage = { seconds: value, cpu: of('assay', 'cpu'), megabytes: of('assay', 'megabytes') }
    node(report, what, usage, of('pipe', 'cpu'))
    await run(ends.source, `drop table ${shape.name}`)
    await run(ends.destination, `drop table ${shape.name}`)
  }
}

/** The folder of what a run needs besides, and pgcopydb's command where it is installed. */
type Peers = { readonly folder: string; readonly pgcopydb: string | undefined }

/** From the older version, which the programs of this machine can read. */
async function againstDump(report: BenchReport, ends: Ends, { folder, pgcopydb }: Peers): Promise<void> {
  const passwords = join(folder, 'pgpass')
  const table = ['--table', 'w10', '--mode', 'append']
  await fill(ends, W10, ROWS)
  const make = { drop: 'drop table if exists w10 cascade', create: `create table w10 ${W10.columns}` }
  const fresh = () => run(ends.destination, make.drop, make.create, 'checkpoint')
  const contestants: Contestant[] = [
    { name: 'unverified', once: () => assayTransfer(ends, [...table, '--verify', 'none'], folder) },
    { name: 'verified', once: () => assayTransfer(ends, table, folder) },
  ]
  if (missing('pg_dump')) report.missing('pg_dump | psql', 'apt-get install postgresql-client')
  else
    contestants.push({
      name: 'pg_dump',
      once: () => peer(ends, 'pg_dump -a -t w10 "$SOURCE" | psql -XAtq "$DESTINATION"', passwords),
    })
  if (pgcopydb !== undefined)
    contestants.push({
      name: 'pgcopydb',
      async once() {
        // it makes the table itself
        await run(ends.destination, make.drop)
        return peer(ends, pgcopydb, passwords)
      },
    })
  const of = await rotate(contestants, { before: fresh, after: () => check(ends, 'w10', ROWS) })
  const has = (name: string) => contestants.some(one => one.name === name)
  report.note(`W10, ${ROWS.toLocaleString('en')} rows, from PostgreSQL 13 to the newest, analyzed`)
  const [unverified, verified] = [of('unverified'), of('verified')]
  if (has('pgcopydb')) {
    const against = of('pgcopydb')
    report.measured(ratioAtMost('verified, against pgcopydb', { value: verified, against, unit: 's', atMost: 0.8 }))
    report.measured(
      ratioAtMost('not verified, against pgcopydb', { value: unverified, against, unit: 's', atMost: 0.65 }),
    )
  }
  if (has('pg_dump')) {
    const against = of('pg_dump')
    report.measured({
      metric: 'verified, against pg_dump | psql',
      value: verified,
      against,
      ratio: verified / against,
      unit: 's',
    })
  }
}

async function manyTables(report: BenchReport, ends: Ends, { folder, pgcopydb }: Peers): Promise<void> {
  const each = (text: string) =>
    `do $do$ begin for n in 1..${TABLES} loop execute format($f$${text}$f$, 'many_' || n); end loop; end $do$`
  const create = each('create table %I (id int primary key, v text)')
  await run(
    ends.source,
    create,
    each('insert into %I select i, md5(i::text) from generate_series(1, 2000) i'),
    'analyze',
  )
  await renewDatabase(ends.destination)
  await run(ends.destination, create)
  const ours = await assayTransfer(ends, ['--table', 'many_*', '--mode', 'append', '--tables-at-once', '4'], folder)
  await check(ends, `many_${TABLES}`, 2_000)
  if (pgcopydb === undefined)
    return report.measured({ metric: `${TABLES} tables of 2,000 rows`, value: ours.seconds, unit: 's' })
  await renewDatabase(ends.destination)
  const { seconds: against } = await peer(ends, pgcopydb, join(folder, 'pgpass'))
  await check(ends, `many_${TABLES}`, 2_000)
  const value = ours.seconds
  report.measured({
    metric: `${TABLES} tables of 2,000 rows, verified, against pgcopydb`,
    value,
    against,
    ratio: value / against,
    unit: 's',
  })
}
