import { createHash } from 'node:crypto'
import { z } from 'zod'
import { asLongAsTheStep, awaitInstance, awaitWork } from '../await-work.ts'
import { bytesOf, content, makeContent, size } from '../content.ts'
import { OpenstoreError } from '../errors.ts'
import { NbdClient } from '../nbd-client.ts'
import { callOptions, id, key, listing, waiting } from './fields.ts'
import { openstoreAction } from './openstore-action.ts'

export const instanceActions = [
  openstoreAction({
    name: 'instances',
    about: 'Endpoint 17. Gives { cdm_instances, next }.',
    input: z.strictObject(listing),
    run: (client, query, { signal }) => client.instances(query, { signal }),
  }),
  openstoreAction({
    name: 'instance',
    about: 'Endpoint 18. Gives the cdm instance.',
    input: z.strictObject({ id }),
    run: async (client, input, { signal }) => (await client.instance(input.id, { signal })).cdm_instance,
  }),
  openstoreAction({
    name: 'load',
    about: 'Endpoint 19. Gives the cdm instance, once it is loaded; with `wait: false` { id, job }.',
    input: z.strictObject({
      set: id.optional(),
      blocks: z.array(id).optional(),
      name: z.string().optional(),
      read_only: z.boolean().optional(),
      ...waiting,
      ...key,
    }),
    async run(client, input, { signal, clock }) {
      const json = { set_id: input.set, block_ids: input.blocks, name: input.name, read_only: input.read_only }
      const begun = await client.load(json, callOptions(input, signal))
      if (input.wait === false) return { id: begun['ins-id'], job: begun['job-id'] }
      await awaitWork(client, begun, asLongAsTheStep({ clock, signal }))
      return { ...(await awaitInstance(client, begun['ins-id'], asLongAsTheStep({ clock, signal }))) }
    },
  }),
  openstoreAction({
    name: 'unload',
    about:
      'Endpoint 20. Waits until the instance is gone. Gives { blocks }, the new blocks that `keep` makes of it; with `wait: false` { job, blocks }.',
    input: z.strictObject({
      id,
      keep: z.boolean().optional().describe('What it shows becomes new blocks first. Deployments may lack it'),
      ...waiting,
    }),
    async run(client, input, { signal, clock }) {
      const begun = await client.unload(input.id, { keep: input.keep, signal })
      const blocks = begun['block-ids'] ?? []
      if (input.wait === false) return { job: begun['job-id'], blocks }
      if (begun['job-id'] !== undefined) await awaitWork(client, begun, asLongAsTheStep({ clock, signal }))
      return { blocks }
    },
  }),
  openstoreAction({
    name: 'nbd',
    about:
      'Opens an export of a cdm instance over NBD, writes (and flushes) what is given, then reads. Gives { size, read_only, bytes } and of what was read { hex, sha256 }; `hex` of at most 64 bytes.',
    input: z.strictObject({
      instance: id,
      block: id.optional().describe('Which of its blocks. Default the first'),
      write: z.array(z.strictObject({ at: size, content })).optional(),
      read: z.strictObject({ at: size, length: size }).optional(),
    }),
    examples: [
      '- openstore.nbd: { instance: $(instance), write: [{ at: 0, content: { text: hello } }], read: { at: 0, length: 5 } }',
    ],
    async run(client, input, { signal }) {
      const { cdm_instance } = await client.instance(input.instance, { signal })
      const endpoint = cdm_instance.endpoints?.find(one => input.block === undefined || one.block_id === input.block)
      if (!endpoint)
        throw new OpenstoreError(`cdm instance ${input.instance} has no endpoint of that block`, { code: 'not_found' })
      await using nbd = await NbdClient.open(endpoint, signal)
      for (const { at, content: what } of input.write ?? []) {
        let offset = bytesOf(at)
        for (const piece of makeContent(what)) {
          await nbd.write(offset, piece)
          offset += piece.length
        }
      }
      if (input.write) await nbd.flush()
      const facts = { size: nbd.size, read_only: nbd.readOnly }
      if (!input.read) return facts
      const data = await readAll(nbd, bytesOf(input.read.at), bytesOf(input.read.length))
      return { ...facts, ...data }
    },
  }),
]

async function readAll(
  nbd: NbdClient,
  from: number,
  length: number,
): Promise<{ bytes: number; hex: string; sha256: string }> {
  const hash = createHash('sha256')
  let hex = ''
  for (let at = 0; at < length; at += 1 << 20) {
    const piece = await nbd.read(from + at, Math.min(1 << 20, length - at))
    if (hex.length < 128) hex += piece.toString('hex', 0, 64 - hex.length / 2)
    hash.update(piece)
  }
  return { bytes: length, hex, sha256: hash.digest('hex') }
}
