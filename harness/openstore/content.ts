import { createCipheriv, createHash } from 'node:crypto'
import { z } from 'zod'

const UNITS = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const

/** Bytes as a number, or as `4MiB`. */
export const size = z
  .union([z.int(), z.string().regex(/^\d+(\.\d+)? ?(KiB|MiB|GiB|TiB)$/)])
  .describe('Bytes, or with a unit: 4MiB')

export function bytesOf(value: z.infer<typeof size>): number {
  if (typeof value === 'number') return value
  const [, number = '', , unit = 'KiB'] = /^(\d+(\.\d+)?) ?(\w+)$/.exec(value) ?? []
  return Number(number) * UNITS[unit as keyof typeof UNITS]
}

/** A content that is the same wherever it is made: bytes that look random, from a seed; or a row of such chunks, by their seeds. */
export const content = z
  .union([
    z.strictObject({
      seed: z.union([z.string(), z.number()]).describe('The same seed gives the same bytes; "zeros" gives zeros'),
      size,
    }),
    z.strictObject({
      chunks: z.array(z.string()).min(1).describe('A seed for each chunk; "zeros" is a chunk of zeros'),
      chunk_size: size.optional().describe('Default 256KiB, what the reference service shares'),
    }),
    z.strictObject({ text: z.string() }),
    z.strictObject({ hex: z.string().regex(/^([0-9a-fA-F]{2})*$/) }),
  ])
  .describe('What is sent: { seed, size }, { chunks: [a, b, a] }, { text } or { hex }')
export type ContentInput = z.infer<typeof content>

const PIECE = 1 << 20
const CHUNK = 256 * 1024

export function contentSize(input: ContentInput): number {
  if ('seed' in input) return bytesOf(input.size)
  if ('chunks' in input) return input.chunks.length * bytesOf(input.chunk_size ?? CHUNK)
  return 'text' in input ? Buffer.byteLength(input.text) : input.hex.length / 2
}

/** In pieces, so that a GiB needs no memory. */
export function* makeContent(input: ContentInput): Generator<Buffer> {
  if ('seed' in input) yield* stream(String(input.seed), bytesOf(input.size))
  else if ('chunks' in input) for (const seed of input.chunks) yield* stream(seed, bytesOf(input.chunk_size ?? CHUNK))
  else yield 'text' in input ? Buffer.from(input.text) : Buffer.from(input.hex, 'hex')
}

/** AES-128 in counter mode over zeros: as quick as memory, and different everywhere. */
function* stream(seed: string, length: number): Generator<Buffer> {
  const zeros = Buffer.alloc(Math.min(PIECE, length))
  const key = createHash('sha256').update(seed).digest()
  const cipher = createCipheriv('aes-128-ctr', key.subarray(0, 16), key.subarray(16))
  for (let left = length; left > 0; left -= PIECE) {
    const piece = zeros.subarray(0, Math.min(PIECE, left))
    yield seed === 'zeros' ? piece : cipher.update(piece)
  }
}

/** The bytes from `from` up to and without `to`, for parts and ranges. */
export function* sliceContent(input: ContentInput, from: number, to: number): Generator<Buffer> {
  let at = 0
  for (const piece of makeContent(input)) {
    const [low, high] = [Math.max(from - at, 0), Math.min(to - at, piece.length)]
    if (low < high) yield piece.subarray(low, high)
    at += piece.length
    if (at >= to) return
  }
}
