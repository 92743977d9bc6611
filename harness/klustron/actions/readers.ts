import { z } from 'zod'
import { defineAction } from '../../actions/define-action.ts'
import { ActionError } from '../../errors.ts'
import { leftovers as findLeftovers } from '../checks/leftovers.ts'
import { readOnlyMatrix } from '../checks/read-only-matrix.ts'
import { nodesInOrder, randomNodes } from '../settings/hosts.ts'
import { openFor } from './open.ts'

const filter = z.strictObject({ cluster: z.int().optional() })

export const clusters = defineAction({
  name: 'klustron.clusters',
  about: 'Gives { ids, clusters, shards, computes, storage }: what runs, of one cluster or of all.',
  input: filter,
  on: 'optional',
  async run({ cluster }, context) {
    await using klustron = openFor(context)
    const { info } = klustron
    const all = (await info.clusters()).filter(one => cluster === undefined || one.id === cluster)
    return {
      ids: all.map(one => one.id),
      clusters: all,
      shards: all.flatMap(one => one.shards),
      computes: all.flatMap(one => one.computes),
      storage: all.flatMap(one => one.shards.flatMap(shard => shard.nodes)),
    }
  },
})

export const cluster = defineAction({
  name: 'klustron.cluster',
  about: 'Gives one cluster as it is now: { id, name, nick, shards, computes }. Fails with class `unknown_cluster`.',
  input: z.strictObject({ id: z.int() }),
  on: 'optional',
  async run({ id }, context) {
    await using klustron = openFor(context)
    const found = await klustron.info.cluster(id)
    if (!found)
      throw new ActionError('ASSAY_ACTION', `no cluster with id ${id} is in use`, { class: 'unknown_cluster' })
    return found
  },
})

export const hosts = defineAction({
  name: 'klustron.hosts',
  about:
    'Gives { computer, storage }: the hosts that take instances. With `pick`, { picked }: so many of them, at random or the least used first.',
  input: z.strictObject({
    pick: z.int().min(1).optional(),
    of: z.enum(['computer', 'storage']).default('storage'),
    order: z.enum(['random', 'least_used']).default('random'),
  }),
  on: 'optional',
  async run({ pick, of, order }, context) {
    await using klustron = openFor(context)
    const all = await klustron.info.hosts()
    if (pick === undefined) return { ...all, picked: [] }
    if (order === 'random') return { ...all, picked: randomNodes(pick, all[of], { random: context.random }) }
    const nodes = of === 'storage' ? await klustron.info.storageNodes() : await klustron.info.computeNodes()
    const used: Record<string, number> = {}
    for (const { host } of nodes) used[host] = (used[host] ?? 0) + 1
    return { ...all, picked: nodesInOrder(pick, all[of], used) }
  },
})

export const metadata = defineAction({
  name: 'klustron.metadata',
  about:
    'Runs SQL on the writable metadata primary, wherever it is now; gives { rows, values, count, primary, node }, the last an endpoint for `on`. `voices: true` asks every node who the primary is instead.',
  input: z.union([
    z.string(),
    z.strictObject({
      voices: z.literal(true),
      alive: z.boolean().default(false).describe('Leaves out nodes that do not answer'),
    }),
  ]),
  on: 'optional',
  async run(input, context) {
    await using klustron = openFor(context)
    if (typeof input !== 'string') {
      const voices = await klustron.metadata.voices()
      return { voices: voices.filter(voice => !input.alive || voice.error === undefined) }
    }
    const result = await klustron.metadata.run(input)
    const node = await klustron.metadata.primary()
    const primary = `${node.host}:${node.port}`
    return { rows: result.rows, values: result.values, count: result.values.length, primary, node }
  },
})

export const readOnly = defineAction({
  name: 'klustron.read_only_matrix',
  about:
    'Whether every storage node takes writes exactly where it should: replicas never, primaries always, save those of clusters that follow another. Gives { nodes, wrong }; fails when there are none to look at.',
  input: z.strictObject({
    cluster: z.int().optional(),
    followers: z
      .array(z.int())
      .optional()
      .describe('Clusters that follow another one. Default: those that the metadata name'),
  }),
  on: 'optional',
  async run({ cluster: id, followers }, context) {
    await using klustron = openFor(context)
    const { info } = klustron
    const following = followers ?? (await info.rcrs()).map(({ slave }) => slave)
    const nodes = await readOnlyMatrix({ info, cluster: id, followers: following, signal: context.signal })
    if (nodes.length === 0) throw new ActionError('ASSAY_UNDECIDED', 'there is no storage node to look at')
    return { nodes, wrong: nodes.filter(node => node.blocked !== node.expected) }
  },
})

export const leftovers = defineAction({
  name: 'klustron.leftovers',
  about:
    'The check after every job: half-registered rows, ports in use by nobody, active nodes that do not listen. Gives { found }, and fails when there are any. Jobs must not be running.',
  input: z.strictObject({}),
  on: 'optional',
  examples: ['- klustron.leftovers: {}'],
  async run(_, context) {
    await using klustron = openFor(context)
    const found = await findLeftovers(klustron.metadata, context.signal)
    if (found.length > 0)
      throw new ActionError(
        'ASSAY_KLUSTRON_LEFTOVER',
        `${found.length} ${found.length === 1 ? 'thing was' : 'things were'} left behind: ${found.map(({ kind, about }) => `${kind} (${about})`).join(', ')}`,
        { class: 'leftover', data: { found } },
      )
    return { found }
  },
})
