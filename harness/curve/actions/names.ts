import { z } from 'zod'
import { ActionError } from '../../errors.ts'
import { curveCall } from './curve-action.ts'
import { pathSchema, sizeOf, sizeSchema } from './input.ts'

/** The calls on names: volumes, directories and the recycle bin. */
export const nameActions = [
  curveCall({
    name: 'curve.create',
    about: 'Makes a volume (Create; Create2 where a pool set or stripes are given).',
    shape: {
      path: pathSchema,
      size: sizeSchema,
      poolset: z.string().optional(),
      stripe_unit: sizeSchema.optional(),
      stripe_count: z.int().optional(),
    },
    examples: [
      '- curve.create: { path: /vol, size: 10GiB }',
      '- curve.create: { path: /vol, size: 1GiB, code: LENGTH_NOT_SUPPORT }',
    ],
    async call({ path, size, poolset, stripe_unit, stripe_count }, { client, as }) {
      const options = { size: sizeOf(size), as }
      if (poolset === undefined && stripe_unit === undefined && stripe_count === undefined)
        await client.create(path, options)
      else
        await client.create2(path, {
          ...{ ...options, poolset, stripeCount: stripe_count },
          stripeUnit: stripe_unit === undefined ? undefined : sizeOf(stripe_unit),
        })
      return {}
    },
  }),
  curveCall({
    name: 'curve.stat',
    about:
      'Looks at a volume or directory (StatFile): id, parentid, filetype, length, ctime, filename, owner, fileStatus, stripeUnit, stripeCount.',
    shape: { path: pathSchema },
    examples: ['- curve.stat: { path: /vol }\n  expect: { length: 10737418240, owner: assay }'],
    call: async ({ path }, { client, as }) => client.statFile(path, { as }),
  }),
  curveCall({
    name: 'curve.extend',
    about: 'Grows a volume to `size` bytes in all (Extend).',
    shape: { path: pathSchema, size: sizeSchema },
    examples: ['- curve.extend: { path: /vol, size: 20GiB }'],
    async call({ path, size }, { client, as }) {
      await client.extend(path, { size: sizeOf(size), as })
      return {}
    },
  }),
  curveCall({
    name: 'curve.rename',
    about: 'Renames a volume (Rename); one that is in the way goes to the recycle bin.',
    shape: { from: pathSchema, to: pathSchema },
    examples: ['- curve.rename: { from: /vol, to: /vol-new }'],
    async call({ from, to }, { client, as }) {
      await client.rename(from, to, { as })
      return {}
    },
  }),
  curveCall({
    name: 'curve.unlink',
    about: 'Moves a volume into the recycle bin, or removes an empty directory (Unlink).',
    shape: { path: pathSchema },
    examples: ['- curve.unlink: { path: /vol }'],
    async call({ path }, { client, as }) {
      await client.unlink(path, { as })
      return {}
    },
  }),
  curveCall({
    name: 'curve.delete_force',
    about: 'Deletes an entry of /RecycleBin for good, some time later (DeleteForce). Root’s call.',
    shape: { path: pathSchema },
    examples: ['- curve.delete_force: { path: /RecycleBin/vol-7-1700000000, as: root }'],
    async call({ path }, { client, as }) {
      await client.deleteForce(path, { as })
      return {}
    },
  }),
  curveCall({
    name: 'curve.recover',
    about: 'Gets a volume back from the recycle bin (Recover): by path the youngest, by id that one.',
    shape: { path: pathSchema, id: z.int().optional() },
    examples: ['- curve.recover: { path: /vol }', '- curve.recover: { path: /vol-back, id: $(volume.id) }'],
    async call({ path, id }, { client, as }) {
      await client.recover(path, { id, as })
      return {}
    },
  }),
  curveCall({
    name: 'curve.change_owner',
    about: 'Gives a volume or an empty directory to another owner (ChangeOwner). Root’s call.',
    shape: { path: pathSchema, owner: z.string() },
    examples: ['- curve.change_owner: { path: /vol, owner: other, as: root }'],
    async call({ path, owner }, { client, as }) {
      await client.changeOwner(path, owner, { as })
      return {}
    },
  }),
  curveCall({
    name: 'curve.mkdir',
    about: 'Makes a directory (Mkdir).',
    shape: { path: pathSchema },
    examples: ['- curve.mkdir: { path: /folder }'],
    async call({ path }, { client, as }) {
      await client.mkdir(path, { as })
      return {}
    },
  }),
  curveCall({
    name: 'curve.rmdir',
    about: 'Removes an empty directory (Rmdir); the metadata server does the same for it as for Unlink.',
    shape: { path: pathSchema },
    examples: ['- curve.rmdir: { path: /folder, code: NOT_EMPTY }'],
    async call({ path }, { client, as }) {
      await client.rmdir(path, { as })
      return {}
    },
  }),
  curveCall({
    name: 'curve.listdir',
    about: 'Lists a directory (Listdir): { names }. A refusal has no code; it fails with the class runtime_error.',
    shape: { path: pathSchema },
    examples: ['- curve.listdir: { path: /folder }\n  expect: { names: [a, b] }'],
    call: async ({ path }, { client, as }) => ({ names: await client.listdir(path, { as }) }),
  }),
  curveCall({
    name: 'curve.find',
    about: 'Looks in a directory for the one name that holds a text: { name }. Finds what lies in /RecycleBin.',
    shape: { path: pathSchema, name: z.string().min(1).describe('A part of the name') },
    examples: ['- curve.find: { path: /RecycleBin, name: "-$(volume.id)-", as: root }'],
    async call({ path, name }, { client, as }) {
      const found = (await client.listdir(path, { as })).filter(one => one.includes(name))
      if (found.length !== 1)
        throw new ActionError('ASSAY_CURVE', `${path} holds ${found.length} names with "${name}"`, {
          class: 'not_found',
        })
      return { name: found[0] }
    },
  }),
  curveCall({
    name: 'curve.create_many',
    about: 'Makes many volumes in a directory, v00000 and so on: { count, first, last }.',
    shape: {
      path: pathSchema,
      count: z.int().min(1),
      size: sizeSchema,
      name_length: z
        .union([z.int().min(6), z.string()])
        .optional()
        .describe('Characters of each name. Default 6'),
    },
    examples: ['- curve.create_many: { path: /folder, count: 10000, size: 10GiB }'],
    async call({ path, count, size, name_length = 6 }, { client, as, context }) {
      const nameOf = (number: number) => `v${`${number}`.padStart(Number(name_length) - 1, '0')}`
      for (let number = 0; number < count; number++) {
        context.signal.throwIfAborted()
        await client.create(`${path}/${nameOf(number)}`, { size: sizeOf(size), as })
      }
      return { count, first: nameOf(0), last: nameOf(count - 1) }
    },
  }),
]
