import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { connect } from '../sql/connect.ts'
import type { Lease } from '../targets/lease.ts'
import type { Endpoint } from '../targets/target.ts'
import { leaseForTest } from '../targets/testing.ts'
import { leftovers } from './checks/leftovers.ts'
import { readOnlyMatrix } from './checks/read-only-matrix.ts'
import { type Klustron, openKlustron } from './klustron.ts'

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
  await settings.deleteCluster(cluster.id)
  expect(await info.clusterIds()).toEqual([])
  expect(await leftovers(metadata)).toEqual([])
})

test('deleting all when there is nothing is well', async () => {
  expect(await klustron.settings.deleteAllClusters()).toEqual([])
})
