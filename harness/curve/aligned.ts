import { type FileHandle, open } from 'node:fs/promises'
import type { CurveClient } from './client.ts'
import { BLOCK_SIZE } from './types.ts'

/** Bytes of one call when data is streamed. */
const PIECE = 4 * 1024 * 1024

export type Range = { readonly offset: number; readonly length: number }

/** The whole blocks that hold a range of bytes. */
export function alignedRange({ offset, length }: Range): Range {
  const start = Math.floor(offset / BLOCK_SIZE) * BLOCK_SIZE
  const end = Math.ceil((offset + length) / BLOCK_SIZE) * BLOCK_SIZE
  return { offset: start, length: end - start }
}

/** Reads any range of a volume, whatever its alignment, piece by piece: never more than one piece is held. */
export async function* readAligned(client: CurveClient, fd: number, range: Range): AsyncGenerator<Buffer> {
  const whole = alignedRange(range)
  const end = range.offset + range.length
  for (let at = whole.offset; at < whole.offset + whole.length; at += PIECE) {
    const length = Math.min(PIECE, whole.offset + whole.length - at)
    const piece = await client.read(fd, { offset: at, length })
    yield piece.subarray(Math.max(0, range.offset - at), Math.min(length, end - at))
  }
}

/**
 * Writes a buffer at any offset. Blocks that it covers in part are read first and written whole: not atomic, and not for
 * blocks that others write at the same time.
 */
export async function writeAligned(client: CurveClient, fd: number, offset: number, data: Buffer): Promise<void> {
  const whole = alignedRange({ offset, length: data.length })
  for (let at = whole.offset; at < whole.offset + whole.length; at += PIECE) {
    const length = Math.min(PIECE, whole.offset + whole.length - at)
    const from = Math.max(offset, at)
    const until = Math.min(offset + data.length, at + length)
    const covers = from === at && until === at + length
    const piece = covers ? data.subarray(from - offset, until - offset) : await client.read(fd, { offset: at, length })
    if (!covers) data.copy(piece, from - at, from - offset, until - offset)
    await client.write(fd, { offset: at, data: piece })
  }
}

/** Writes a file into a volume from `offset` on; the last block is filled up with what the volume holds there. Gives its bytes. */
export async function writeFileAligned(client: CurveClient, fd: number, offset: number, path: string): Promise<number> {
  await using file = await open(path)
  let done = 0
  for await (const piece of pieces(file)) {
    await writeAligned(client, fd, offset + done, piece)
    done += piece.length
  }
  return done
}

/** Writes a range of a volume into a file. */
export async function readFileAligned(client: CurveClient, fd: number, range: Range, path: string): Promise<void> {
  await using file = await open(path, 'w', 0o600)
  for await (const piece of readAligned(client, fd, range)) await file.write(piece)
}

async function* pieces(file: FileHandle): AsyncGenerator<Buffer> {
  for (;;) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(PIECE), 0, PIECE)
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
  }
}
