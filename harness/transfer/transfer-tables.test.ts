import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { SqlSession } from '../sql/session.ts'
import { startLoopbackProxy } from '../targets/loopback-proxy.ts'
import { openTestPair, type TestPair } from './testing.ts'
import { type TablesSpec, transferTables } from './transfer-tables.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

let pair: TestPair
let source: SqlSession
let destination: SqlSession

const NAMES = Array.from({ length: 10 }, (_, index) => `many_${index}`)
const tables = NAMES.map(name => ({ table: { schema: 'public', name } }))
/** The largest goes first. */
const LARGEST = 'many_9'

beforeAll(async () => {
  pair = await openTestPair()
  ;({ source, destination } = pair)
  for (const [index, name] of NAMES.entries())
    await source.query(
      `create table ${name} as select i as id, 'row ' || i as v from generate_series(1, ${(index + 1) * 1000}) i`,
    )
})

afterAll(() => pair?.[Symbol.asyncDispose]())

beforeEach(async () => {
  for (const name of NAMES)
    await destination.query(`drop table if exists ${name}; create table ${name} (id int primary key, v text)`)
})

const move = (spec: Partial<TablesSpec> = {}) => transferTables({ ...pair.ends, tables, ...spec })
const codes = (outcomes: Awaited<ReturnType<typeof move>>) =>
  Object.fromEntries(
    outcomes.flatMap(outcome =>
      'error' in outcome ? [[outcome.table, (outcome.error as { class?: string }).class ?? String(outcome.error)]] : [],
    ),
  )

/** What a trigger does when rows come into the largest table, in the session that loads it. */
const whenLoaded = (statement: string) =>
  destination.query(`create or replace function spoil() returns trigger language plpgsql as $$ begin ${statement}; return null; end $$;
    create trigger spoil after insert on ${LARGEST} for each statement execute function spoil()`)

const SESSIONS =
  "select count(*)::int from pg_stat_activity where application_name = 'assay transfer' and datname = current_database()"
async function nothingIsLeft(): Promise<void> {
  for (const session of [source, destination])
    await expect.poll(async () => (await session.query(SESSIONS)).values, { timeout: 30_000 }).toEqual([[0]])
}

test.each([
  // beside the one that holds the snapshot, each table needs one to copy and one for the digest; the destination's first is
  // the one that shows whether it can be reached
  { atOnce: 1, from: 3, to: 1 },
  { atOnce: 2, from: 5, to: 2 },
])('ten tables, $atOnce at once, need no more connections than as many', async ({ atOnce, from, to }) => {
  await using proxies = new AsyncDisposableStack()
  const near = proxies.use(await startLoopbackProxy(pair.ends.source))
  const far = proxies.use(await startLoopbackProxy(pair.ends.destination))
  const outcomes = await move({ source: near.endpoint, destination: far.endpoint, atOnce })
  expect(codes(outcomes)).toEqual({})
  expect(outcomes).toMatchObject(NAMES.map((_, index) => ({ result: { rows: { verified: (index + 1) * 1000 } } })))
  expect(near.connections).toBeLessThanOrEqual(from)
  expect(far.connections).toBeLessThanOrEqual(to)
  await nothingIsLeft()
})

test('several streams through a staging table, and a merge, leave nothing to the next table', async () => {
  for (const spec of [{ streams: 3, via: 'staging' }, { mode: 'merge' }] as const) {
    await using far = await startLoopbackProxy(pair.ends.destination)
    for (let round = 0; round < 2; round++)
      expect(codes(await move({ destination: far.endpoint, atOnce: 1, ...spec }))).toEqual({})
    // each round has a pool of its own
    expect(far.connections).toBeLessThanOrEqual(2 * ('streams' in spec ? 4 : 1))
    const staged = "select count(*)::int from pg_class where relname like 'assay_stage%'"
    expect((await destination.query(staged)).values).toEqual([[0]])
  }
})

test('what the load of one table sets for its session does not reach the next', async () => {
  await whenLoaded(
    "perform set_config('default_transaction_read_only', 'on', false); perform pg_advisory_lock(4711); create temporary table left_here ()",
  )
  await using far = await startLoopbackProxy(pair.ends.destination)
  expect(codes(await move({ destination: far.endpoint, atOnce: 1, analyze: false }))).toEqual({})
  expect(far.connections).toBe(1)
})

test('a table whose session the server ends fails alone, and all its sessions are replaced', async () => {
  await whenLoaded('perform pg_terminate_backend(pg_backend_pid())')
  await using proxies = new AsyncDisposableStack()
  const near = proxies.use(await startLoopbackProxy(pair.ends.source))
  const far = proxies.use(await startLoopbackProxy(pair.ends.destination))
  const outcomes = await move({ source: near.endpoint, destination: far.endpoint, atOnce: 1 })
  expect(Object.keys(codes(outcomes))).toEqual([`public.${LARGEST}`])
  expect([near.connections, far.connections]).toEqual([5, 2])
  await nothingIsLeft()
})

test('the sessions of a table that failed are not used again, although they are alive', async () => {
  await destination.query(`alter table ${LARGEST} add check (id <> 700)`)
  await using far = await startLoopbackProxy(pair.ends.destination)
  const outcomes = await move({ destination: far.endpoint, atOnce: 1 })
  expect(codes(outcomes)).toEqual({ [`public.${LARGEST}`]: 'check_violation' })
  expect(far.connections).toBe(2)
})

test('a run that is stopped half way leaves no session', async () => {
  const stop = new AbortController()
  let ended = 0
  await expect(
    move({
      signal: stop.signal,
      onTable(_, outcome) {
        if (outcome && ++ended === 3) stop.abort(new Error('enough'))
      },
    }),
  ).rejects.toThrow('enough')
  await nothingIsLeft()
})

test('a destination that cannot be reached is said once, and no session is left', async () => {
  const nowhere = { ...pair.ends.destination, database: 'nowhere' }
  await expect(move({ destination: nowhere })).rejects.toMatchObject({ code: 'ASSAY_CONNECT' })
  await nothingIsLeft()
})
