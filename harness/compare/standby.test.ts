import { chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { serverAccount } from '../../fixtures/servers/account.ts'
import { copyTree } from '../../fixtures/servers/copy-tree.ts'
import { postgresBinaries } from '../../fixtures/servers/postgres/binaries.ts'
import { type PostgresServer, startPostgres } from '../../fixtures/servers/postgres/server.ts'
import { startServer } from '../../fixtures/servers/server.ts'
import { connect } from '../sql/connect.ts'
import type { SqlSession } from '../sql/session.ts'
import type { Endpoint } from '../targets/target.ts'
import { compareReplicas } from './compare-replicas.ts'
import { compareTables } from './compare-tables.ts'

// servers are slow on a busy machine
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

const HOST = '127.0.77.1'
const stack = new AsyncDisposableStack()
let primary: Endpoint
let standby: Endpoint
let sessions: { readonly primary: SqlSession; readonly standby: SqlSession }

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'assay-standby-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const account = serverAccount()
  if (account) await chown(folder, account.uid, account.gid)
  const server = stack.use(await startPostgres({ name: 'primary', host: HOST, folder }))
  const endpointOf = (name: string, port: number): Endpoint => ({
    ...{ name, role: name, protocol: 'postgres', host: HOST, port, database: 'postgres', ...server.admin },
  })
  primary = endpointOf('primary', server.port)
  const session = stack.use(await connect(primary))
  standby = endpointOf('standby', await startStandby(server, session, folder))
  sessions = { primary: session, standby: stack.use(await connect(standby, { waitForServer: true, within: 60_000 })) }
})
afterAll(() => stack.disposeAsync())

/** A base backup as the manual has it for programs of one's own, which then follows. */
async function startStandby(server: PostgresServer, session: SqlSession, folder: string): Promise<number> {
  const data = join(folder, 'standby')
  await session.query("select pg_backup_start('standby', true)")
  await copyTree(server.data, data)
  const { values } = await session.query('select labelfile from pg_backup_stop()')
  await rm(join(data, 'postmaster.pid'))
  const { user, password } = server.admin
  const follow = `host=${HOST} port=${server.port} user=${user} password=${password.reveal()}`
  const written = {
    backup_label: String(values[0]?.[0]),
    'standby.signal': '',
    'postgresql.conf': `${await readFile(join(data, 'postgresql.conf'), 'utf8')}\nprimary_conninfo = '${follow}'\nmax_standby_streaming_delay = -1\n`,
  }
  const account = serverAccount()
  for (const [name, text] of Object.entries(written)) {
    await writeFile(join(data, name), text, { mode: 0o600 })
    if (account) await chown(join(data, name), account.uid, account.gid)
  }
  const { bin } = await postgresBinaries()
  const endpoint = (port: number) => ({ ...primary, name: 'standby', port })
  const started = await startServer({
    name: 'standby',
    host: HOST,
    stopSignal: 'SIGINT',
    endSignal: 'SIGQUIT',
    command: port => ({
      command: join(bin, 'postgres'),
      args: ['-D', data, '-h', HOST, '-p', `${port}`],
      cwd: data,
      logFile: join(folder, 'standby.log'),
      user: account,
    }),
    ready: async port => {
      const probe = await connect(endpoint(port)).catch(() => undefined)
      await probe?.close()
      return probe !== undefined
    },
  })
  stack.use(started)
  return started.port
}

beforeEach(async () => {
  await sessions.primary.queryAll(
    'drop table if exists account, other; create table account (id int primary key, v int); insert into account select g, g from generate_series(1, 500) g; create table other (id int primary key)',
  )
})

const compare = (within = 30_000) => compareReplicas({ primary, replicas: [standby], databases: ['public'], within })

test('a physical standby is waited for by LSN, and equals its primary', async () => {
  await sessions.primary.query('insert into account select g, g from generate_series(1001, 60000) g')
  const { verdict, replicas } = await compare()
  expect({ verdict, tables: replicas[0]?.tables, rows: replicas[0]?.rowsCompared }).toEqual({
    verdict: 'equal',
    tables: 2,
    rows: 59_500,
  })
})

test('a standby whose replay is paused is undecided at once', async () => {
  await sessions.standby.query('select pg_wal_replay_pause()')
  try {
    await sessions.primary.query('insert into account values (0, 0)')
    const { verdict, summary } = await compare(600_000)
    expect(verdict).toBe('undecided')
    expect(summary).toContain('replication has stopped: replay is paused')
  } finally {
    await sessions.standby.query('select pg_wal_replay_resume()')
  }
  expect((await compare()).verdict).toBe('equal')
})

test('a standby that stays behind is undecided at the deadline, and equal when it has come', async () => {
  await compare()
  // replay of what asks for the table's lock waits for this reader
  await sessions.standby.query('begin; select count(*) from other')
  await sessions.primary.query('truncate other; insert into account values (-1, 0)')
  const { verdict, summary } = await compare(300)
  expect(verdict).toBe('undecided')
  expect(summary).toMatch(/did not reach the primary's position [0-9A-F]+\/[0-9A-F]+ within 300 ms/)
  const comparing = compare()
  await sessions.standby.query('rollback')
  expect((await comparing).verdict).toBe('equal')
})

test('a server that is no standby is undecided', async () => {
  const { verdict, summary } = await compareReplicas({ primary, replicas: [primary], databases: ['public'] })
  expect([verdict, summary]).toEqual(['undecided', expect.stringContaining('the server is no standby')])
})

test('the tables of a standby are read in one snapshot too', async () => {
  await compare()
  const { verdict, tables } = await compareTables({ left: { endpoint: primary }, right: { endpoint: standby } })
  expect(verdict).toBe('equal')
  expect(tables.map(table => table.heldStill.right)).toEqual(['exported snapshot', 'exported snapshot'])
})
