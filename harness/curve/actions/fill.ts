import { createHash } from 'node:crypto'
import { z } from 'zod'

/** What a step writes. */
export const fillSchema = z
  .union([
    z.string().min(1).describe('A text that is repeated'),
    z.strictObject({
      random: z.string().describe('Bytes from this seed and the case’s: the same in every run of a seed'),
    }),
    z.strictObject({
      text: z.string().describe('Bytes 0x20 to 0x7e from this seed: for wrappers that hold only text'),
    }),
    z.strictObject({ hex: z.string().regex(/^([0-9a-fA-F]{2})+$/) }),
  ])
  .describe(
    'What to write: a text that is repeated, { random: seed }, { text: seed }, or { hex: bytes that are repeated }',
  )

export type Fill = z.infer<typeof fillSchema>

/** The bytes of a fill; without a length, one turn of it. */
export function fillBytes(fill: Fill, length: number | undefined, seed: string): Buffer {
  if (typeof fill === 'string') return repeat(Buffer.from(fill), length)
  if ('hex' in fill) return repeat(Buffer.from(fill.hex, 'hex'), length)
  const name = 'random' in fill ? fill.random : fill.text
  const bytes = generate(`${seed}:${name}`, length ?? 4096)
  if ('text' in fill) for (const [index, byte] of bytes.entries()) bytes[index] = 0x20 + (byte % 95)
  return bytes
}

function repeat(unit: Buffer, length: number = unit.length): Buffer {
  return length === 0 ? Buffer.alloc(0) : Buffer.alloc(length, unit)
}

/** SHAKE256 gives as many bytes of a seed as are asked for. */
function generate(seed: string, length: number): Buffer {
  return length === 0 ? Buffer.alloc(0) : createHash('shake256', { outputLength: length }).update(seed).digest()
}
