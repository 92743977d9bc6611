import { createServer, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ActionError } from '../errors.ts'
import { secret } from '../log/secret.ts'
import type { Lease } from '../targets/lease.ts'
import type { Endpoint } from '../targets/target.ts'
import { leaseForTest } from '../targets/testing.ts'
import { connect } from './connect.ts'

const TARGETS = [
  { target: 'postgres.pair', role: 'source', slow: 'select pg_sleep(60)' },
  { target: 'mariadb.replication', role: 'primary', slow: 'select sleep(60)' },
] as const

async function failure(promise: Promise<unknown>): Promise<ActionError> {
  const error = await promise.then(
    () => new Error('it succeeded'),
    (caught: unknown) => caught,
  )
  if (!(error instanceof ActionError)) throw error
  return error
}

describe.each(TARGETS)('a session on $target', ({ target, role, slow }) => {
  let lease: Lease
  let endpoint: Endpoint
  beforeAll(async () => {
    lease = await leaseForTest(target, 'exclusive')
    endpoint = lease.endpoints[role] as Endpoint
  }, 60_000)
  afterAll(() => lease?.release())

  test('gives the result of every statement, and the last by query', async () => {
    await using session = await connect(endpoint)
    const results = await session.queryAll(
      "create table several (id int, name varchar(9)); insert into several values (1, 'a;b'), (2, null); select * from several order by id; update several set id = 9 where id = 1",
    )
    expect(results.map(result => [result.command, result.affected, result.values])).toEqual([
      ['CREATE', 0, []],
      ['INSERT', 2, []],
      [
        'SELECT',
        0,
        [
          [1, 'a;b'],
          [2, null],
        ],
      ],
      ['UPDATE', 1, []],
    ])
    expect(results[2]?.rows).toEqual([
      { id: 1, name: 'a;b' },
      { id: 2, name: null },
    ])
    expect((await session.query('select 1 as a; select 2 as b')).rows).toEqual([{ b: 2 }])
  })

  test('can be used again after an error, which names class and place', async () => {
    await using session = await connect(endpoint)
    const text = "select '😀';\nselect nope from nowhere_at_all"
    const error = await failure(session.query(text))
    expect(error.code).toBe('ASSAY_SQL')
    expect(error.class).toBe('undefined_table')
    expect(text.slice(error.position)).toBe('nowhere_at_all')
    expect((await session.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  })

  test('places a syntax error', async () => {
    await using session = await connect(endpoint)
    const text = 'select 1 as a\n  fromm x'
    const error = await failure(session.query(text))
    expect(error.class).toBe('syntax_error')
    expect(text.slice(error.position)).toMatch(/^(fromm )?x$/)
  })

  test('runs statements one after another, in the order of the calls', async () => {
    await using session = await connect(endpoint)
    const answers = await Promise.all([1, 2, 3].map(n => session.query(`select ${n} as n`)))
    expect(answers.map(answer => answer.values[0]?.[0])).toEqual([1, 2, 3])
  })

  test('an abort cancels on the server, and the session lives on', async () => {
    await using session = await connect(endpoint)
    await using other = await connect(endpoint)
    const stop = new AbortController()
    const reason = new Error('enough')
    const running = session.query(slow, { signal: stop.signal })
    const waiting = session.query('select 5 as five')
    await runningStatements(other, 1)
    stop.abort(reason)
    await expect(running).rejects.toBe(reason)
    await runningStatements(other, 0)
    expect((await waiting).rows).toEqual([{ five: 5 }])
    expect(session.open).toBe(true)
  })

  test('an abort while waiting for its turn leaves the running statement alone', async () => {
    await using session = await connect(endpoint)
    const first = session.query(
      target === 'postgres.pair' ? 'select pg_sleep(0.2), 1 as n' : 'select sleep(0.2), 1 as n',
    )
    const stop = new AbortController()
    const second = session.query('select 2', { signal: stop.signal })
    stop.abort(new Error('no'))
    await expect(second).rejects.toThrow('no')
    expect((await first).rows[0]?.n).toBe(1)
    expect((await session.query('select 3 as n')).rows[0]?.n).toBe(3)
  })

  test('an abort settles although the server is paused', async () => {
    const session = await connect(endpoint)
    await lease.fault('pause', endpoint.name)
    try {
      const started = performance.now()
      const stop = AbortSignal.timeout(100)
      await expect(session.query('select 1', { signal: stop })).rejects.toThrow()
      expect(performance.now() - started).toBeLessThan(4_000)
      expect(session.open).toBe(false)
      expect((await failure(session.query('select 1'))).class).toBe('connection_lost')
      const error = await failure(connect(endpoint, { within: 300 }))
      expect([error.code, error.class]).toEqual(['ASSAY_CONNECT', 'connect_timeout'])
      await session.close()
    } finally {
      await lease.fault('resume', endpoint.name)
    }
  }, 20_000)

  test('close can be called any number of times, also while a statement runs', async () => {
    const session = await connect(endpoint)
    const running = failure(session.query(slow))
    await Promise.all([session.close(), session.close()])
    await session.close()
    expect((await running).code).toBe('ASSAY_SQL')
    expect(session.open).toBe(false)
    const error = await failure(session.query('select 1'))
    expect(error.class).toBe('connection_lost')
    expect(error.message).toContain('is closed')
  })

  test('a session that the server ends is lost', async () => {
    const session = await connect(endpoint)
    await using other = await connect(endpoint)
    const pg = target === 'postgres.pair'
    const id = (await session.query(pg ? 'select pg_backend_pid() as id' : 'select connection_id() as id')).rows[0]?.id
    await other.query(pg ? `select pg_terminate_backend(${id})` : `kill ${id}`)
    const error = await failure(session.query('select 1'))
    expect(error.class).toBe('connection_lost')
    expect(session.open).toBe(false)
    await session.close()
  })

  test('a wrong password names host, port and user, and hides the password', async () => {
    const error = await failure(connect({ ...endpoint, password: secret('hunter2') }))
    expect(error.code).toBe('ASSAY_AUTH')
    expect(error.class).toBe('access_denied')
    expect(error.message).toContain(`${endpoint.host}:${endpoint.port} as ${endpoint.user}`)
    expect(JSON.stringify(error) + error.stack).not.toContain('hunter2')
  })

  test('a database that does not exist', async () => {
    const error = await failure(connect(endpoint, { database: 'assay_no_such_base' }))
    expect([error.code, error.class]).toEqual(['ASSAY_CONNECT', 'undefined_database'])
    expect(error.message).toContain('assay_no_such_base')
  })

  test('nothing listens: fails at once, or waits when asked to', async () => {
    const closed = { ...endpoint, port: await freePort(endpoint.host) }
    const error = await failure(connect(closed))
    expect([error.code, error.class]).toEqual(['ASSAY_CONNECT', 'connection_refused'])
    const started = performance.now()
    const later = await failure(connect(closed, { waitForServer: true, within: 600 }))
    expect(performance.now() - started).toBeGreaterThan(300)
    expect(later.message).toContain('within 600 ms')
  })

  test('the connect deadline holds against a server that accepts and says nothing', async () => {
    await using mute = await listen(endpoint.host)
    const error = await failure(connect({ ...endpoint, port: mute.port }, { within: 200 }))
    expect([error.code, error.class]).toEqual(['ASSAY_CONNECT', 'connect_timeout'])
    const reason = new Error('stop')
    const stop = new AbortController()
    const connecting = connect({ ...endpoint, port: mute.port }, { signal: stop.signal })
    setImmediate(() => stop.abort(reason))
    await expect(connecting).rejects.toBe(reason)
  })

  /** Waits until that many sessions run the slow statement. */
  async function runningStatements(other: Awaited<ReturnType<typeof connect>>, wanted: number): Promise<void> {
    const sql =
      target === 'postgres.pair'
        ? "select count(*) from pg_stat_activity where state = 'active' and query like 'select pg_sleep(60%'"
        : "select count(*) from information_schema.processlist where info like 'select sleep(60%'"
    await expect
      .poll(async () => (await other.query(sql)).values[0]?.[0], { timeout: 5_000, interval: 20 })
      .toBe(wanted)
  }
})

async function freePort(host: string): Promise<number> {
  await using server = await listen(host)
  return server.port
}

/** A server that accepts connections and never writes. */
async function listen(host: string): Promise<AsyncDisposable & { readonly port: number }> {
  const sockets = new Set<{ destroy(): void }>()
  const server: Server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {})
  })
  await new Promise<void>(resolve => server.listen(0, host, resolve))
  const port = (server.address() as { port: number }).port
  return {
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
