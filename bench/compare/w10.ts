import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { compareRows } from '../../harness/compare/compare-rows.ts'
import type { CompareSpec } from '../../harness/compare/spec.ts'
import { connect } from '../../harness/sql/connect.ts'
import type { SqlSession } from '../../harness/sql/session.ts'
import type { Endpoint } from '../../harness/targets/target.ts'
import { type BenchReport, median, ratioAtMost } from '../measurement.ts'
import { type Ends, expectRows, run, seconds, size } from './ends.ts'

const ROWS = size('ROWS', 2_000_000)
const ROUNDS = size('ROUNDS', 5)
const DIFFERENCES = 1_030

const FILL = `insert into w10 select g, g % 1000, timestamp '2020-01-01' + g * interval '1.000001 s', timestamptz '2020-01-01 00:00Z' + g * interval '1 s',
  (g::bigint * 7919 % 100000000) / 10000.0, sqrt(g), g % 2 = 0, 's' || md5(g::text), E'line one\\nline "two" \\\\ 数据 ' || g, md5(g::text)::uuid
  from generate_series(1, ${ROWS}) g`

/** W10: ten columns of ten types. Each mode against the same SQL sent to both sides at once by psql. */
export async function w10(report: BenchReport, ends: Ends): Promise<void> {
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
    ['exact, record_send array', { methods: ['record_send array'] }],
    ['exact, record_send md5', { methods: ['record_send md5'] }],
    ['by value', { mode: 'by-value' }],
  ]
  const wanted = process.env.BENCH_MODES?.split(';')
  for (const [name, options] of modes.filter(([mode]) => wanted?.includes(mode) ?? true)) {
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

/** The digest SQL that a comparison sends to each side. */
async function digestsOf(ends: Ends, options: Partial<CompareSpec>): Promise<string[]> {
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
