import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { connect } from '../sql/connect.ts'
import type { Lease } from '../targets/lease.ts'
import type { Endpoint } from '../targets/target.ts'
import { leaseForTest } from '../targets/testing.ts'

// servers are slow on a busy machine
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

let lease: Lease
let source: Endpoint
let destination: Endpoint
beforeAll(async () => {
  lease = await leaseForTest('postgres.pair')
  source = lease.endpoints.source as Endpoint
  destination = lease.endpoints.destination as Endpoint
  for (const endpoint of [source, destination]) {
    await using session = await connect(endpoint)
    await session.queryAll(`create table same (id int primary key, v text); insert into same select g, 'v' || g from generate_series(1, 100) g;
      create table empty (v int); create table other (id int primary key, name text, amount numeric(10,2)); insert into other values (1, 'a', 1), (2, 'b', 2), (3, null, 3)`)
  }
  await using session = await connect(destination)
  await session.queryAll(
    "update other set name = 'a ', amount = 1.5 where id = 1; update other set name = 'NULL' where id = 3; delete from other where id = 2; create table extra (v int)",
  )
})
afterAll(() => lease?.release())

const url = ({ user, host, port, database }: Endpoint) => `postgres://${user}@${host}:${port}/${database}`

async function compare(args: readonly string[], ends = [url(source), url(destination)]) {
  const main = fileURLToPath(new URL('main.ts', import.meta.url))
  const child = spawn(process.execPath, [main, 'compare', ...ends, ...args], {
    env: {
      ...process.env,
      ASSAY_LEFT_PASSWORD: source.password.reveal(),
      ASSAY_RIGHT_PASSWORD: destination.password.reveal(),
    },
  })
  let out = ''
  let err = ''
  child.stdout.on('data', text => {
    out += text
  })
  child.stderr.on('data', text => {
    err += text
  })
  const code = await new Promise(resolve => child.on('close', resolve))
  return { code, out, err }
}

test('equal: 0', async () => {
  const { code, out } = await compare(['--table', 'same', '--table', 'em*'])
  expect(out).toMatchInlineSnapshot(`
    "left public.empty and right public.empty are equal: both empty (exact, record_send 64, all rows)
    left public.same and right public.same are equal: 100 rows (exact, record_send 64, all rows)
    2 tables compared: equal
    "
  `)
  expect(code).toBe(0)
})

test('different: 1, with the differing columns side by side', async () => {
  const { code, out } = await compare(['--table', 'other'])
  expect(out).toMatchInlineSnapshot(`
    "left public.other and right public.other differ in 3 rows (2 changed, 1 only left; columns name, amount) of 3 and 2 (exact, record_send 64, all rows)
      key             column  left public.other  right public.other
      1    changed    name    a                  "a "
                      amount  1.00               1.50
      2    only left          a row
      3    changed    name    NULL               "NULL"
    "
  `)
  expect(code).toBe(1)
})

test('a table that one side lacks is a difference', async () => {
  const { code, out } = await compare(['--table', 'e*'])
  expect(out).toContain('extra: missing table, on the right only')
  expect(code).toBe(1)
})

test('as JSON', async () => {
  const { code, out } = await compare(['--table', 'other', '--json'])
  expect(JSON.parse(out)).toMatchObject({
    verdict: 'different',
    tables: [{ changed: 2, onlyLeft: 1, columns: [{ name: 'name' }, { name: 'amount' }] }],
  })
  expect(code).toBe(1)
})

test('progress goes to stderr, as plain lines where that is no terminal; none with --json or --quiet', async () => {
  const slow = ['--table', 'same', '--where', 'pg_sleep(0.01) is not null', '--progress-every', '200ms']
  const { code, out, err } = await compare(slow)
  expect(code).toBe(0)
  expect(out).toContain('are equal: 100 rows')
  expect(err).toMatch(/^(same(: (connecting|digest of about [\d,]+ rows.*))?, \d+ s\n)+$/)
  const silent = [
    [...slow, '--json'],
    [...slow, '--quiet'],
    ['--table', 'empty', '--progress-every', '10m'],
  ]
  expect(await Promise.all(silent.map(async args => (await compare(args)).err))).toEqual(['', '', ''])
})

test('the schema alone', async () => {
  const { code, out } = await compare(['--schema-only', '--table', 'same'])
  expect(out).toBe('left public and right public agree: 1 table\n')
  expect(code).toBe(0)
})

test('nothing to compare, a refused account, a closed port: 2', async () => {
  const nothing = await compare(['--table', 'nowhere'])
  const sides = 'left public and right public: nothing was compared,'
  expect([nothing.code, nothing.out]).toEqual([2, `${sides} no table fits nowhere\n0 tables compared: undecided\n`])
  const mistyped = await compare(['--table', 'smae'])
  expect([mistyped.code, mistyped.out]).toEqual([
    2,
    `${sides} no table fits smae; did you mean "same"?\n0 tables compared: undecided\n`,
  ])
  const listed = await compare(['--table', 'same,other'])
  expect([listed.code, listed.out]).toEqual([
    2,
    `${sides} no table fits same,other (--table is given once for each)\n0 tables compared: undecided\n`,
  ])
  const refused = await compare(
    [],
    [
      url(source)
        .replace(/:(\d+)/, ':wrong@x:$1')
        .replace(/^.*@x/, `postgres://${source.user}:wrong@${source.host}`),
      url(destination),
    ],
  )
  expect([refused.code, refused.err.split('  ')[0]]).toEqual([2, 'ASSAY_AUTH'])
  expect(refused.err).not.toContain('wrong@')
  const closed = await compare(['--json'], [url({ ...source, port: 1 }), url(destination)])
  expect([closed.code, JSON.parse(closed.out).verdict]).toEqual([2, 'undecided'])
})

test('a connection that breaks half-way: 2, with what happened', async () => {
  const comparing = compare(['--table', 'same', '--where', 'pg_sleep(20) is not null', '--quiet'])
  await using killer = await connect(source)
  const text =
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'assay compare' and wait_event = 'PgSleep' and datname = current_database()"
  await expect.poll(async () => (await killer.query(text)).values.length, { timeout: 30_000 }).toBeGreaterThan(0)
  const { code, out, err } = await comparing
  expect([code, out]).toEqual([2, ''])
  expect(err).toMatch(/^ASSAY_UNDECIDED {2}public\.same could not be compared: .*terminat/)
})

test('wrong usage: 64', async () => {
  const one = await compare([], [url(source)])
  expect([one.code, one.err]).toEqual([
    64,
    'ASSAY_USAGE  compare needs LEFT and RIGHT, got 1 of them\n  Run `assay help compare`.\n',
  ])
  expect((await compare(['--nope'])).code).toBe(64)
  expect((await compare(['--one-in', 'x'])).code).toBe(64)
  expect((await compare([], ['oracle://x', url(destination)])).err).toContain(
    'oracle:// is not postgres:// or mysql://',
  )
})
