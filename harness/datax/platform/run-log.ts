import { closeSync, createWriteStream, fstatSync, openSync, readSync, type WriteStream } from 'node:fs'

/** Bytes of a log that one request gives. */
export const PIECE = 256 * 1024

/** The log file of one run, readable for its owner alone. A disk that is full does not stop the run. */
export class RunLog {
  readonly #stream: WriteStream
  #room: Promise<void> | undefined
  #failure: Error | undefined

  constructor(file: string) {
    this.#stream = createWriteStream(file, { flags: 'a', mode: 0o600 })
    this.#stream.on('error', error => {
      this.#failure = error
    })
  }

  /** Why the log is not whole. */
  get failure(): Error | undefined {
    return this.#failure
  }

  /** Resolves once there is room for more, so that what waits for the disk does not fill the memory. */
  write(text: string): Promise<void> | undefined {
    if (this.#failure || this.#stream.write(text)) return undefined
    this.#room ??= new Promise<void>(resolve => {
      const done = (): void => {
        this.#stream.off('drain', done).off('close', done)
        this.#room = undefined
        resolve()
      }
      this.#stream.on('drain', done).on('close', done)
    })
    return this.#room
  }

  async close(): Promise<void> {
    if (this.#stream.closed) return
    await new Promise<void>(resolve => {
      this.#stream.once('close', resolve)
      this.#stream.end()
    })
  }
}

export type LogPiece = { readonly text: string; readonly from: number; readonly next: number; readonly size: number }

/** At most `limit` bytes of a log, from a byte or from near its end; `next` is where to go on. While it is `live`, a character may not be whole yet. */
export function readPiece(
  file: string,
  {
    from,
    limit = PIECE,
    live,
  }: { readonly from?: number | undefined; readonly limit?: number | undefined; readonly live: boolean },
): LogPiece {
  let descriptor: number
  try {
    descriptor = openSync(file, 'r')
  } catch (error) {
    // one that waits has none yet
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { text: '', from: 0, next: 0, size: 0 }
    throw error
  }
  try {
    const { size } = fstatSync(descriptor)
    const given = Math.min(from ?? Math.max(0, size - limit), size)
    const buffer = Buffer.alloc(Math.min(limit, size - given))
    const read = readSync(descriptor, buffer, 0, buffer.length, given)
    const bytes = buffer.subarray(0, read)
    // who goes on begins with a character; who asks for the end, or for any byte, may not
    const skipped = given > 0 ? restOfCharacter(bytes) : 0
    const last = given + read === size && !live
    const end = last ? read : wholeCharacters(bytes)
    return { text: bytes.toString('utf8', skipped, end), from: given + skipped, next: given + end, size }
  } finally {
    closeSync(descriptor)
  }
}

const continues = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80

function restOfCharacter(bytes: Buffer): number {
  let at = 0
  while (at < 3 && continues(bytes[at])) at++
  return at
}

/** Bytes up to the end of the last whole character: the first bytes of the next one come with the next piece. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(4, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number
    if (continues(byte)) continue
    const length = byte < 0x80 ? 1 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
    return length > back ? bytes.length - back : bytes.length
  }
  return bytes.length
}
