import { createHash } from 'node:crypto'
import { curveCall } from './curve-action.ts'
import { fillBytes, fillSchema } from './fill.ts'
import { fdSchema, pathSchema, sizeOf, sizeSchema } from './input.ts'

const SHOWN = 32

/** The calls on an open volume. */
export const volumeActions = [
  curveCall({
    name: 'curve.open',
    about: 'Opens a volume (Open): { fd }. Not exclusive; any refusal is -2, an empty owner -1.',
    shape: { path: pathSchema },
    examples: ['- curve.open: { path: /vol }\n  save: { fd: fd }'],
    call: async ({ path }, { client, as }) => ({ fd: await client.open(path, { as }) }),
  }),
  curveCall({
    name: 'curve.close',
    about: 'Closes a volume (Close). -2 for a file descriptor that is not open.',
    shape: { fd: fdSchema },
    examples: ['- curve.close: { fd: $(fd) }'],
    async call({ fd }, { client }) {
      await client.close(fd)
      return {}
    },
  }),
  curveCall({
    name: 'curve.write',
    about: 'Writes bytes (Write): { written, sha256 }. Offset and length as they are given: unaligned ones give -22.',
    shape: { fd: fdSchema, offset: sizeSchema, length: sizeSchema.optional(), fill: fillSchema },
    examples: ['- curve.write: { fd: $(fd), offset: 0, length: 4096, fill: aaaaaaaa }'],
    async call({ fd, offset, length, fill }, { client, context, deadline }) {
      const data = fillBytes(fill, length === undefined ? undefined : Number(sizeOf(length)), context.seed)
      const written = await client.write(fd, { offset: sizeOf(offset), data, deadline, signal: context.signal })
      return { written, sha256: sha256(data) }
    },
  }),
  curveCall({
    name: 'curve.read',
    about:
      'Reads bytes (Read): { length, sha256, zeros: whether all are 0, repeats: the text that they repeat where they do, start: the first as hex }.',
    shape: { fd: fdSchema, offset: sizeSchema, length: sizeSchema },
    examples: ['- curve.read: { fd: $(fd), offset: 0, length: 4096 }\n  expect: { sha256: $(written.sha256) }'],
    async call({ fd, offset, length }, { client, context, deadline }) {
      const data = await client.read(fd, {
        ...{ offset: sizeOf(offset), length: sizeOf(length), deadline, signal: context.signal },
      })
      return {
        length: data.length,
        sha256: sha256(data),
        zeros: data.every(byte => byte === 0),
        repeats: repeated(data),
        start: data.subarray(0, SHOWN).toString('hex'),
      }
    },
  }),
  curveCall({
    name: 'curve.copy',
    about: 'Reads from one open volume and writes the same bytes to the same place of another: { written, sha256 }.',
    shape: {
      from: fdSchema,
      to: fdSchema,
      offset: sizeSchema,
      length: sizeSchema,
    },
    examples: ['- curve.copy: { from: $(old), to: $(new), offset: 0, length: 1MiB }'],
    async call({ from, to, offset, length }, { client, context, deadline }) {
      const options = { offset: sizeOf(offset), deadline, signal: context.signal }
      const data = await client.read(from, { ...options, length: sizeOf(length) })
      return { written: await client.write(to, { ...options, data }), sha256: sha256(data) }
    },
  }),
]

const sha256 = (data: Buffer): string => createHash('sha256').update(data).digest('hex')

/** The shortest text of 1 to 8 characters that the bytes repeat; null where there is none. */
function repeated(data: Buffer): string | null {
  for (const size of [1, 2, 4, 8]) {
    const unit = data.subarray(0, size)
    if (data.length >= size && data.length % size === 0 && unit.every(byte => byte >= 0x20 && byte < 0x7f))
      if (data.equals(Buffer.alloc(data.length, unit))) return unit.toString('latin1')
  }
  return null
}
