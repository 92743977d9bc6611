import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { connect } from '../sql/connect.ts'
import type { Lease } from '../targets/lease.ts'
import type { Endpoint } from '../targets/target.ts'
import { leaseForTest } from '../targets/testing.ts'
import { leftovers } from './checks/leftovers.ts'
import { readOnlyMatrix } from './checks/read-only-matrix.ts'
import { type Klustron, openKlustron } from './klustron.ts'
import { onNode } from './on-node.ts'
import { compareShardMasterAndStandby, compareStandby } from './standby/compare-standby.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let lease: Lease
let klustron: Klustron

beforeAll(async () => {
  lease = await leaseForTest('klustron', 'exclusive')
  klustron = openKlustron({ metadata: lease.endpoints.metadata as readonly Endpoint[] })
})

afterAll(async () => {
  await klustron?.[Symbol.asyncDispose]()
  await lease?.release()
})

test('a plain test creates a cluster, writes, looks at its roles, and deletes it', async () => {
  const { settings, info, metadata } = klustron
  const cluster = await settings.createCluster({ shards: 2, nodes: 3, comps: 2, nick_name: 'plain' })
  expect(cluster).toMatchObject({ nick: 'plain', shards: [{ name: 'shard_1' }, { name: 'shard_2' }] })
  expect(cluster.shards.map(shard => shard.replicas.length)).toEqual([2, 2])
  expect(await info.clusterIds()).toEqual([cluster.id])
  expect(await leftovers(metadata)).toEqual([])
  const matrix = await readOnlyMatrix({ info })
  expect(matrix.length).toBe(6)
  expect(matrix.filter(node => node.blocked !== node.expected)).toEqual([])
  for (const compute of cluster.computes) {
    await using session = await connect(compute)
    expect((await session.query('SELECT name, id FROM pg_shard ORDER BY id')).values).toEqual(
      cluster.shards.map(({ name, id }) => [name, id]),
    )
  }
  expect((await compareStandby({ info, cluster: cluster.id })).verdict).toBe('undecided')
  {
    await using session = await connect(cluster.computes[0] as Endpoint)
    await session.query(
      'create table t (id int primary key, v text); insert into t select g, g::text from generate_series(1, 100) g',
    )
  }
  expect(await compareStandby({ info, cluster: cluster.id })).toMatchObject({ verdict: 'equal', tables: 2, rows: 200 })
  expect(await compareShardMasterAndStandby({ info, databases: ['postgres'] })).toBe(1)
  expect(await info.metadataList()).toBe(metadata.nodes.map(({ host, port }) => `${host}:${port}`).join(','))
  expect(await info.firstColumn('SELECT id, name FROM shards ORDER BY id')).toEqual(await info.shardIds())
  expect(await info.shardIds({ cluster: cluster.id })).toEqual(cluster.shards.map(shard => shard.id))
  expect(await info.rows('SELECT nick_name FROM db_clusters WHERE id = ?', [cluster.id])).toEqual([
    { nick_name: 'plain' },
  ])
  const [shard] = cluster.shards
  expect((await info.storageOfShard(shard?.id ?? 0)).map(node => node.role)).toEqual(['primary', 'replica', 'replica'])
  await settings.deleteCluster(cluster.id)
  expect(await info.storageOfShard(shard?.id ?? 0)).toEqual([])
  expect(await info.storageOfShard(shard?.id ?? 0, { deleted: true })).toHaveLength(3)
  expect(await info.clusterIds()).toEqual([])
  expect(await leftovers(metadata)).toEqual([])
})

test('deleting all deletes all, and when there is nothing it is well', async () => {
  expect(await klustron.settings.deleteAllClusters()).toEqual([])
  const one = await klustron.settings.createCluster({ shards: 1, nodes: 1, comps: 1 })
  const two = await klustron.settings.createCluster({ shards: 1, nodes: 1, comps: 1 })
  expect(await klustron.settings.deleteAllClusters()).toEqual([one.id, two.id])
  expect(await klustron.info.clusterIds()).toEqual([])
  expect(await leftovers(klustron.metadata)).toEqual([])
})

test('a job that the product never ends is given up at the deadline, its state named', async () => {
  const paras = { machine_type: 'storage', hostaddr: '127.9.9.9' }
  await expect(klustron.manager.run('update_machine', paras, { within: 1_500 })).rejects.toMatchObject({
    class: 'timeout',
    message: expect.stringContaining('is still not_started'),
  })
})

test('the bound of jobs is the client’s, where the call says nothing else', async () => {
  const metadata = lease.endpoints.metadata as readonly Endpoint[]
  await using hurried = openKlustron({ metadata, jobWithin: 300 })
  const paras = { machine_type: 'storage', hostaddr: '127.9.9.8' }
  await expect(hurried.manager.run('update_machine', paras)).rejects.toMatchObject({
    class: 'timeout',
    message: expect.stringContaining('after 300 ms'),
  })
})

test('metadata that are wholly down are said so within the deadline', async () => {
  const nodes = (lease.endpoints.metadata as readonly Endpoint[]).map(node => ({ ...node, port: 1 }))
  await using lost = openKlustron({ metadata: nodes, within: 500 })
  const from = performance.now()
  await expect(lost.info.clusterIds()).rejects.toMatchObject({ code: 'ASSAY_KLUSTRON_METADATA' })
  expect(performance.now() - from).toBeLessThan(5_000)
})

test('a statement that a node does not end is given up at the deadline, and ended there', async () => {
  const node = await klustron.metadata.primary()
  const asked = onNode({ node, within: 800 }, (session, signal) =>
    session.query('select sleep(60) as slept', { signal }),
  )
  await expect(asked).rejects.toMatchObject({ class: 'timeout', message: expect.stringContaining('within 800 ms') })
  await using session = await connect(node)
  const { values } = await session.query(`select info from information_schema.processlist where info like '%as slept'`)
  expect(values).toEqual([])
})

test('a node that is frozen is said so within the deadline, as metadata primary and when it is asked for a variable', async () => {
  const { host, port } = await klustron.metadata.primary()
  const nodes = lease.endpoints.metadata as readonly Endpoint[]
  const node = nodes.find(one => one.host === host && one.port === port) as Endpoint
  await using asked = openKlustron({ metadata: [node], within: 1_500 })
  expect(await asked.info.clusterIds()).toEqual([])
  expect(await asked.variables.read(node, 'port')).toBe(String(port))
  await lease.fault('pause', node.name)
  try {
    const from = performance.now()
    await expect(asked.info.clusterIds()).rejects.toMatchObject({
      code: 'ASSAY_KLUSTRON_METADATA',
      message: expect.stringContaining('did not answer within 1500 ms'),
    })
    expect(performance.now() - from).toBeLessThan(15_000)
    const frozen = { code: 'ASSAY_SQL', class: 'timeout', message: `${node.name} did not answer within 1500 ms` }
    await expect(asked.variables.read(node, 'port')).rejects.toMatchObject(frozen)
    await expect(asked.variables.setOn(node, 'port', 1)).rejects.toMatchObject(frozen)
  } finally {
    await lease.fault('resume', node.name)
  }
})
