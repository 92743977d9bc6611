import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Lease } from '../../targets/lease.ts'
import type { Endpoint } from '../../targets/target.ts'
import { leaseForTest } from '../../targets/testing.ts'
import { type CopySession, openCopySession } from './copy-session.ts'
import { relay } from './relay.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

const ROWS = 60_000
const DIGEST = 'select count(*)::int as rows, sum(hash_record_extended(t, 0))::text as digest from t'

let lease: Lease
let source: CopySession
let second: CopySession
let destination: CopySession

beforeAll(async () => {
  lease = await leaseForTest('postgres.pair')
  source = await openCopySession(lease.endpoints.source as Endpoint)
  second = await openCopySession(lease.endpoints.source as Endpoint)
  destination = await openCopySession(lease.endpoints.destination as Endpoint)
  await source.query(`create table t as select i as id, repeat(md5(i::text), 1 + i % 7) as text, sqrt(i) as root,
    case when i % 3 = 0 then null else E'a\\tb\\n\\\\' || i end as odd from generate_series(1, ${ROWS}) i`)
  await destination.query('create table t (id int, text text, root float8, odd text)')
})

afterAll(async () => {
  for (const session of [source, second, destination]) await session?.close()
  await lease?.release()
})

const out = (format: string, where = 'true') => `copy (select * from t where ${where}) to stdout (format ${format})`
const into = (format: string) => `copy t from stdin (format ${format})`

describe.each(['binary', 'text'] as const)('%s', format => {
  test('one stream arrives whole, and all three counts agree', async () => {
    await destination.query('truncate t')
    const moved = await relay({
      sources: [{ session: source, text: out(format) }],
      destination: { session: destination, text: into(format) },
      format,
    })
    expect(moved).toMatchObject({ rowsOut: ROWS, rowsSeen: ROWS, rowsIn: ROWS })
    expect((await destination.query(DIGEST)).rows).toEqual((await source.query(DIGEST)).rows)
  })

  test('two streams are joined into one COPY, an empty one included', async () => {
    await destination.query('truncate t')
    await using third = await openCopySession(lease.endpoints.source as Endpoint)
    const moved = await relay({
      sources: [
        { session: source, text: out(format, 'id % 2 = 0') },
        { session: second, text: out(format, 'id % 2 = 1') },
        { session: third, text: out(format, 'false') },
      ],
      destination: { session: destination, text: into(format) },
      format,
    })
    expect(moved).toMatchObject({ rowsOut: ROWS, rowsSeen: ROWS, rowsIn: ROWS })
    expect((await destination.query(DIGEST)).rows).toEqual((await source.query(DIGEST)).rows)
  })

  test('rows larger than every buffer pass through', async () => {
    await destination.query('truncate t')
    const big = (id: number) => `select ${id}, repeat('x', 20000000), 1.5::float8, null::text`
    const moved = await relay({
      sources: [
        { session: source, text: `copy (${big(1)}) to stdout (format ${format})` },
        { session: second, text: `copy (${big(2)}) to stdout (format ${format})` },
      ],
      destination: { session: destination, text: into(format) },
      format,
    })
    expect(moved).toMatchObject({ rowsOut: 2, rowsIn: 2 })
    const lengths = 'select id, length(text) as length from t order by id'
    expect((await destination.query(lengths)).values).toEqual([
      [1, 20_000_000],
      [2, 20_000_000],
    ])
  })

  test('a source that dies half way leaves nothing, and its error is the one that is reported', async () => {
    await destination.query('truncate t')
    await using doomed = await openCopySession(lease.endpoints.source as Endpoint)
    const pid = (await doomed.query('select pg_backend_pid()')).values[0]?.[0]
    await using after = await openCopySession(lease.endpoints.destination as Endpoint)
    let killed: Promise<void> | undefined
    const moving = relay({
      sources: [{ session: doomed, text: out(format) }],
      destination: { session: after, text: into(format) },
      format,
      onPiece: ({ rows }) => {
        if (rows < ROWS / 2 || killed) return undefined
        killed = second.query(`select pg_terminate_backend(${pid})`).then(() => {})
        return killed
      },
    })
    await expect(moving).rejects.toMatchObject({ code: 'ASSAY_SQL', class: 'connection_lost' })
    expect(killed).toBeDefined()
    expect((await destination.query('select count(*)::int from t')).values).toEqual([[0]])
  })

  test('an error of the source makes the destination throw away what it got, and both sessions go on', async () => {
    await destination.query('truncate t')
    const failing = `copy (select id, text, root, (1 / (${ROWS - 5} - id))::text from t order by id) to stdout (format ${format})`
    await expect(
      relay({
        sources: [{ session: source, text: failing }],
        destination: { session: destination, text: into(format) },
        format,
      }),
    ).rejects.toMatchObject({ class: 'division_by_zero' })
    expect((await destination.query('select count(*)::int from t')).values).toEqual([[0]])
    expect((await source.query('select 1')).values).toEqual([[1]])
  })
})

test('an error of the destination stops the source, and both sessions go on', async () => {
  await destination.query(`truncate t; alter table t add constraint small check (id < ${ROWS - 10})`)
  await expect(
    relay({
      sources: [{ session: source, text: out('binary') }],
      destination: { session: destination, text: into('binary') },
      format: 'binary',
    }),
  ).rejects.toMatchObject({ class: 'check_violation' })
  await destination.query('alter table t drop constraint small')
  expect((await destination.query('select count(*)::int from t')).values).toEqual([[0]])
  expect((await source.query('select 1')).values).toEqual([[1]])
})

test('progress is told on the way, and all of it at the end', async () => {
  await destination.query('truncate t')
  const told: number[] = []
  let held: Promise<void> | undefined
  await relay({
    sources: [{ session: source, text: out('binary') }],
    destination: { session: destination, text: into('binary') },
    format: 'binary',
    onProgress: ({ rows }) => void told.push(rows),
    // held in the middle until it was told so
    onPiece: ({ rows }) => {
      if (rows < ROWS / 2 || held) return undefined
      held = vi.waitFor(() => expect(told.some(one => one >= ROWS / 2 && one < ROWS)).toBe(true), 20_000)
      return held
    },
  })
  expect(held).toBeDefined()
  expect(told.at(-1)).toBe(ROWS)
})

test('a refused destination leaves its session usable', async () => {
  const nowhere = { session: destination, text: 'copy nowhere from stdin' }
  await expect(
    relay({ sources: [{ session: source, text: out('text') }], destination: nowhere, format: 'text' }),
  ).rejects.toMatchObject({ class: 'undefined_table' })
  expect((await destination.query('select 1')).values).toEqual([[1]])
})

test('an abort half way leaves nothing, and both sessions go on', async () => {
  await destination.query('truncate t')
  const stop = new AbortController()
  await expect(
    relay({
      sources: [{ session: source, text: out('binary') }],
      destination: { session: destination, text: into('binary') },
      format: 'binary',
      signal: stop.signal,
      onPiece: ({ rows }) => {
        if (rows > ROWS / 4) stop.abort(new Error('enough'))
        return undefined
      },
    }),
  ).rejects.toThrow('enough')
  await using after = await openCopySession(lease.endpoints.destination as Endpoint)
  expect((await after.query('select count(*)::int from t')).values).toEqual([[0]])
})
