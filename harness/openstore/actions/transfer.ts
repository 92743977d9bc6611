import { createHash } from 'node:crypto'
import { request } from 'node:http'
import { z } from 'zod'
import { asLongAsTheStep, awaitWork } from '../await-work.ts'
import { bytesOf, content, contentSize, makeContent, size, sliceContent } from '../content.ts'
import { OpenstoreError } from '../errors.ts'
import { BASE } from '../transport.ts'
import { id } from './fields.ts'
import { centerOf, openstoreAction } from './openstore-action.ts'

const WRONG = '0'.repeat(64)

export const transferActions = [
  openstoreAction({
    name: 'content',
    about: 'Makes a content, or the bytes [from, to) of it, and gives { bytes, sha256 }; nothing is sent.',
    input: z.strictObject({ of: content, from: size.optional(), to: size.optional() }),
    async run(_client, { of, from, to }) {
      const [low, high] = [bytesOf(from ?? 0), bytesOf(to ?? contentSize(of))]
      return { bytes: high - low, sha256: hashOf(sliceContent(of, low, high)) }
    },
  }),
  openstoreAction({
    name: 'upload',
    about:
      'Endpoint 13: sends a content, or with `part` the bytes [from, to) of it as a part. Gives { bytes, sha256, whole } and, once the block is available, `block`.',
    input: z.strictObject({
      id,
      content,
      part: z.strictObject({ from: size, to: size }).optional(),
      checksum: z
        .union([z.enum(['right', 'wrong', 'none']), z.string()])
        .optional()
        .describe('What X-Checksum-Sha256 says. Default right'),
    }),
    timeout: '120s',
    examples: ['- openstore.upload: { id: $(block), content: { seed: a, size: 4MiB } }\n  save: { sha256: sha256 }'],
    async run(client, input, { signal, clock }) {
      const whole = contentSize(input.content)
      const [from, to] = input.part ? [bytesOf(input.part.from), bytesOf(input.part.to)] : [0, whole]
      const pieces = () => (input.part ? sliceContent(input.content, from, to) : makeContent(input.content))
      const { checksum = 'right' } = input
      const header =
        checksum === 'none'
          ? undefined
          : checksum === 'wrong'
            ? WRONG
            : checksum === 'right'
              ? hashOf(pieces())
              : checksum
      const { bytes, sha256, ...begun } = await client.upload(input.id, {
        content: pieces(),
        length: to - from,
        part: input.part && { from, size: whole },
        checksum: header,
        signal,
      })
      if (begun['job-id'] !== undefined) await awaitWork(client, begun, asLongAsTheStep({ clock, signal }))
      const { block } = await client.block(input.id, { signal })
      return { bytes, sha256, whole: block.status === 'available', block }
    },
  }),
  openstoreAction({
    name: 'download',
    about:
      'Reads a block, or the bytes [from, to) of it. Gives { bytes, sha256, status, head }, `head` the first 32 bytes in hex.',
    input: z.strictObject({ id, from: size.optional(), to: size.optional() }),
    timeout: '120s',
    async run(client, input, { signal }) {
      const range = {
        from: input.from === undefined ? undefined : bytesOf(input.from),
        to: input.to === undefined ? undefined : bytesOf(input.to),
      }
      const { head, ...rest } = await client.download(input.id, { ...range, keep: 32, signal })
      return { ...rest, head: head.toString('hex') }
    },
  }),
  openstoreAction({
    name: 'broken_upload',
    about:
      'Says that it will send `declare` bytes, sends the first `send` of a content, and then drops the connection or falls silent. Gives { status, code } of the answer, if any came.',
    input: z.strictObject({
      id,
      content,
      send: size,
      declare: size.optional().describe('Default: the size of the content'),
      then: z.enum(['drop', 'stall']),
      part: z.strictObject({ from: size, to: size, size }).optional(),
    }),
    async run(_client, input, context) {
      const { host, port, password } = centerOf(context)
      const declared = bytesOf(input.declare ?? contentSize(input.content))
      const part = input.part && {
        from: bytesOf(input.part.from),
        last: bytesOf(input.part.to) - 1,
        size: bytesOf(input.part.size),
      }
      const { promise, resolve, reject } = Promise.withResolvers<{ status: number | null; code: string | null }>()
      const outgoing = request({
        ...{ host, port, method: 'POST', path: `${BASE}/blocks/${encodeURIComponent(input.id)}?action=upload` },
        headers: {
          authorization: `Bearer ${password.reveal()}`,
          'content-type': 'application/octet-stream',
          'content-length': declared,
          ...(part ? { 'content-range': `bytes ${part.from}-${part.last}/${part.size}` } : {}),
        },
        signal: context.signal,
      })
      let dropped = false
      outgoing.on('error', error => {
        // what the service cuts is an answer too; a service that is not there is none
        if (dropped || ['ECONNRESET', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? ''))
          resolve({ status: null, code: null })
        else
          reject(new OpenstoreError(`the upload was cut: ${error.message}`, { code: 'connection_lost', cause: error }))
      })
      outgoing.on('response', response => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', piece => {
          text += piece
        })
        response.on('close', () => {
          resolve({ status: response.statusCode ?? null, code: codeOf(text) })
          outgoing.destroy()
        })
      })
      for (const piece of sliceContent(input.content, 0, bytesOf(input.send)))
        if (!outgoing.write(piece)) await new Promise<void>(go => outgoing.once('drain', go).once('close', go))
      if (input.then === 'drop')
        outgoing.write('', () => {
          dropped = true
          outgoing.destroy()
        })
      return await promise
    },
  }),
]

function hashOf(pieces: Iterable<Buffer>): string {
  const hash = createHash('sha256')
  for (const piece of pieces) hash.update(piece)
  return hash.digest('hex')
}

function codeOf(text: string): string | null {
  try {
    return JSON.parse(text).error?.code ?? null
  } catch {
    return null
  }
}
