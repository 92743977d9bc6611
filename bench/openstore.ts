import { createHash, randomFillSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { createConnection } from 'mysql2/promise'
import { type Bench, type BenchReport, median, ratioAtMost } from './measurement.ts'
import { rate } from './openstore/load.ts'
import { type BenchWorld, openWorld, startPeer } from './openstore/world.ts'

const ROUNDS = 5
const GIB = 1 << 30
const MIB = 1 << 20
const BLOCKS = 100_000

export default { name: 'openstore', run } satisfies Bench

async function run(report: BenchReport): Promise<void> {
  await using world = await openWorld()
  await transfers(world, report)
  await metadata(world, report)
  await listing(world, report)
}

const piece = randomFillSync(Buffer.alloc(MIB))
function* gib(): Generator<Buffer> {
  for (let count = 0; count < GIB / MIB; count++) yield piece
}

async function transfers(world: BenchWorld, report: BenchReport): Promise<void> {
  const { client, pool, set, folder } = world
  const hash = createHash('sha256')
  for (const one of gib()) hash.update(one)
  const sha256 = hash.digest('hex')
  const { 'block-id': block } = await client.createBlock({ set_id: set, pool_id: pool, name: 'gib', size: GIB })
  await using bare = await startPeer('bare-http', folder, `${folder}/bare.data`)
  const times: Record<string, number[]> = { up: [], down: [], bareUp: [], bareDown: [] }
  // The same client for both, so that only the servers differ.
  const ours = { url: `${world.service.url}/openstore_v1/blocks/${block}`, token: world.service.token.reveal() }
  const turns: readonly (() => Promise<void>)[] = [
    async () => {
      times.up?.push(await seconds(() => send({ ...ours, url: `${ours.url}?action=upload`, method: 'POST' }, sha256)))
      times.down?.push(await seconds(() => fetched({ ...ours, url: `${ours.url}/data` }, sha256)))
    },
    async () => {
      times.bareUp?.push(await seconds(() => send({ url: `${bare.url}/data`, method: 'PUT' }, sha256)))
      times.bareDown?.push(await seconds(() => fetched({ url: `${bare.url}/data` }, sha256)))
    },
  ]
  for (let round = 0; round < ROUNDS; round++)
    for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn()
  // Half of the speed is twice the time.
  const against = (name: string, peer: string) => ({
    value: median(times[name] ?? []),
    against: median(times[peer] ?? []),
  })
  report.measured(
    ratioAtMost('upload of 1 GiB vs bare node:http', { ...against('up', 'bareUp'), unit: 's', atMost: 2 }),
  )
  report.measured(
    ratioAtMost('download of 1 GiB vs bare node:http', { ...against('down', 'bareDown'), unit: 's', atMost: 2 }),
  )
  await client.deleteBlock(block)
}

type Place = { readonly url: string; readonly token?: string; readonly method?: string }

const headers = ({ token }: Place) => ({
  'content-type': 'application/octet-stream',
  ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
})

async function send(place: Place, sha256: string): Promise<void> {
  const body = Readable.toWeb(Readable.from(gib())) as never
  const init = { method: place.method, headers: headers(place), body, duplex: 'half' }
  const response = await fetch(place.url, init)
  if (!(await response.text()).includes(sha256)) throw new Error(`${place.url} got another content`)
}

async function fetched(place: Place, sha256: string): Promise<void> {
  const hash = createHash('sha256')
  for await (const one of (await fetch(place.url, { headers: headers(place) })).body ?? []) hash.update(one)
  if (hash.digest('hex') !== sha256) throw new Error(`${place.url} gave another content`)
}

async function metadata(world: BenchWorld, report: BenchReport): Promise<void> {
  const { client, pool, set, service, folder } = world
  const { 'block-id': block } = await client.createBlock({ set_id: set, pool_id: pool, name: 'meta', size: 1 })
  await using bare = await startPeer('bare-fastify', folder, JSON.stringify(login(world)))
  const rates: { ours: number[]; bare: number[] } = { ours: [], bare: [] }
  const token = service.token.reveal()
  const ours = async () => rates.ours.push(await rate(`${service.url}/openstore_v1/blocks/${block}`, { token }))
  const peer = async () => rates.bare.push(await rate(`${bare.url}/blocks/${block}`, {}))
  for (let round = 0; round < ROUNDS; round++)
    for (const turn of round % 2 === 0 ? [ours, peer] : [peer, ours]) await turn()
  const [value, against] = [median(rates.ours), median(rates.bare)]
  const ratio = value / against
  report.measured({
    ...{ metric: 'GET a block, 32 connections, vs bare fastify', value, against, unit: '/s' },
    ...{ ratio, goal: '>= 0.5', holds: ratio >= 0.5 },
  })
}

async function listing(world: BenchWorld, report: BenchReport): Promise<void> {
  const { client, pool, set, service } = world
  const connection = await createConnection(login(world))
  await connection.query(
    `INSERT INTO blocks (id, set_id, pool_id, name, size, status, created_at, updated_at)
       SELECT CONCAT('block-', LPAD(HEX(seq), 24, '0')), ?, ?, CONCAT('listed ', seq), 1, 'empty', 0, 0 FROM seq_1_to_${BLOCKS}`,
    [set, pool],
  )
  await connection.end()
  const cursors: (string | undefined)[] = [undefined]
  const before = memory(service.center.pid)
  let [count, most] = [0, before]
  for (;;) {
    const page = await client.blocks({ limit: 1000, next: cursors.at(-1) })
    count += page.blocks.length
    most = Math.max(most, memory(service.center.pid))
    if (!page.next) break
    cursors.push(page.next)
  }
  if (count < BLOCKS) throw new Error(`${count} of ${BLOCKS} blocks were listed`)
  // The last page but one is full, as the first is.
  const [first, last] = [cursors[0], cursors.at(-2)]
  const times: { first: number[]; last: number[] } = { first: [], last: [] }
  for (let round = 0; round < ROUNDS * 4; round++) {
    const turns = [
      async () => times.first.push(await seconds(() => client.blocks({ limit: 1000, next: first }))),
      async () => times.last.push(await seconds(() => client.blocks({ limit: 1000, next: last }))),
    ]
    for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn()
  }
  const value = median(times.last) * 1000
  const against = median(times.first) * 1000
  report.measured(ratioAtMost(`last page of ${count} blocks vs first`, { value, against, unit: 'ms', atMost: 1.5 }))
  const ratio = most / before
  report.measured({
    ...{ metric: 'memory of the center while all are listed', value: most, against: before, unit: 'MB' },
    ...{ ratio, goal: '<= 1.5', holds: ratio <= 1.5 },
  })
}

function login({ service: { database } }: BenchWorld) {
  const { user, password } = database.logins.application
  return { host: database.host, port: database.port, user, password: password.reveal(), database: database.database }
}

/** Resident memory in MB. */
function memory(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now()
  await work()
  return (performance.now() - from) / 1000
}
