import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { OpenstoreError } from './errors.ts'
import type { Transport } from './transport.ts'
import type { Begun } from './types.ts'

export type Content = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

export type UploadOptions = {
  readonly content: Content
  /** Bytes that `content` has; sent as Content-Length where the content is one buffer. */
  readonly length: number
  /** Position of a part within a block of `size` bytes; without it the content is the whole. */
  readonly part?: { readonly from: number; readonly size: number }
  /** Hex sha256 that the service must compare; it is taken from the content where `checksum` is true and the content is at hand. */
  readonly checksum?: string
  readonly signal?: AbortSignal
  readonly within?: number
}

const LONG = 3_600_000

export type Uploaded = Begun & { readonly sha256: string; readonly bytes: number }

/** Streams a content to a block; memory stays flat. The sha256 of what was sent comes with the answer. */
export async function upload(transport: Transport, block: string, options: UploadOptions): Promise<Uploaded> {
  const { content, length, part, checksum, signal, within = LONG } = options
  const hash = createHash('sha256')
  let bytes = 0
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const piece of content) {
      hash.update(piece)
      bytes += piece.length
      yield piece
    }
  }
  const answer = await transport.json<Begun>({
    method: 'POST',
    path: `/blocks/${encodeURIComponent(block)}`,
    query: { action: 'upload' },
    body: Readable.toWeb(Readable.from(counted())) as ReadableStream<Uint8Array>,
    headers: {
      'content-type': 'application/octet-stream',
      ...(part === undefined ? {} : { 'content-range': `bytes ${part.from}-${part.from + length - 1}/${part.size}` }),
      ...(checksum === undefined ? {} : { 'x-checksum-sha256': checksum }),
    },
    signal,
    within,
  })
  return { ...answer, sha256: hash.digest('hex'), bytes }
}

export type Downloaded = {
  readonly status: number
  readonly bytes: number
  readonly sha256: string
  /** The first bytes, at most `keep` of them. */
  readonly head: Buffer
}

export type DownloadOptions = {
  readonly from?: number
  /** Without this byte. */
  readonly to?: number
  /** Bytes of the beginning to keep. Default 64. */
  readonly keep?: number
  readonly signal?: AbortSignal
  readonly within?: number
}

/** Streams a block's content, or a range of it, and gives its length and sha256. */
export async function download(
  transport: Transport,
  block: string,
  options: DownloadOptions = {},
): Promise<Downloaded> {
  const { keep = 64 } = options
  const head: Buffer[] = []
  let kept = 0
  let facts: ReadFacts = { status: 0, bytes: 0, sha256: '' }
  const onEnd = (end: ReadFacts): void => {
    facts = end
  }
  for await (const piece of read(transport, block, { ...options, onEnd })) {
    if (kept >= keep) continue
    head.push(Buffer.from(piece.subarray(0, keep - kept)))
    kept += head.at(-1)?.length ?? 0
  }
  return { ...facts, head: Buffer.concat(head) }
}

type ReadFacts = { readonly status: number; readonly bytes: number; readonly sha256: string }

export type ReadOptions = Omit<DownloadOptions, 'keep'> & {
  /** Told when all has come. */
  readonly onEnd?: (facts: ReadFacts) => void
}

/**
 * The bytes of a block as they come, no faster than they are taken. The end comes only when all have come and, of a whole block, have the
 * checksum that the service told: a part never passes for the whole.
 */
export async function* read(
  transport: Transport,
  block: string,
  options: ReadOptions = {},
): AsyncGenerator<Uint8Array> {
  const { from, to, onEnd, signal, within = LONG } = options
  const range =
    from === undefined && to === undefined ? undefined : `bytes=${from ?? 0}-${to === undefined ? '' : to - 1}`
  const path = `/blocks/${encodeURIComponent(block)}/data`
  const { response, done } = await transport.send({
    method: 'GET',
    path,
    headers: range ? { range } : {},
    signal,
    within,
  })
  const told = range === undefined ? response.headers.get('x-checksum-sha256')?.replace(/^sha256:/, '') : undefined
  const hash = createHash('sha256')
  let bytes = 0
  try {
    for await (const piece of pieces(response, block, () => bytes, signal)) {
      hash.update(piece)
      bytes += piece.length
      yield piece
    }
  } finally {
    done()
  }
  const sha256 = hash.digest('hex')
  if (told !== undefined && sha256 !== told)
    throw new OpenstoreError(`the content of block ${block} does not have the checksum that came with it`, {
      code: 'checksum_mismatch',
    })
  onEnd?.({ status: response.status, bytes, sha256 })
}

async function* pieces(
  response: Response,
  block: string,
  bytes: () => number,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    yield* response.body ?? []
  } catch (cause) {
    signal?.throwIfAborted()
    throw new OpenstoreError(`the content of block ${block} ended after ${bytes()} bytes: the connection was cut`, {
      ...{ code: 'connection_lost', data: { bytes: bytes() }, cause },
    })
  }
}
