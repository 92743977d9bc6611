/** Types of messages from the server that a COPY meets (PostgreSQL documentation, "Message Formats"). */
export const MESSAGE = {
  copyData: 0x64, // d
  copyDone: 0x63, // c
  copyIn: 0x47, // G
  copyOut: 0x48, // H
  complete: 0x43, // C
  error: 0x45, // E
  ready: 0x5a, // Z
} as const

const HEADER = 5

/** What the scanner finds, in the order of the stream. */
export interface FrameSink {
  /** CopyData frames as they came, headers included; the last may still be open, to be continued by the next call. */
  copyData(bytes: Buffer, frames: number, open: boolean): void
  /** Any other message, whole. */
  message(type: number, body: Buffer): void
}

/**
 * Cuts a server's stream into CopyData frames, which are passed on uncopied and unparsed, and other messages.
 * Only the five bytes of each header are read. The chunks are the caller's again after `push`.
 */
export class FrameScanner {
  readonly #sink: FrameSink
  /** Bytes of a header that the last chunk cut in two. */
  #stash: Buffer | undefined
  /** Bytes of the current frame's body that have not come yet. */
  #left = 0
  #type: number = MESSAGE.copyData
  #parts: Buffer[] = []

  constructor(sink: FrameSink) {
    this.#sink = sink
  }

  /** Whether the stream stopped inside a CopyData frame. */
  get insideData(): boolean {
    return this.#left > 0 && this.#type === MESSAGE.copyData
  }

  push(data: Buffer): void {
    const chunk = this.#stash === undefined ? data : Buffer.concat([this.#stash, data])
    this.#stash = undefined
    let at = 0
    /** Where the run of CopyData that is not passed on yet begins. */
    let run = 0
    let frames = 0
    while (at < chunk.length) {
      // Most frames are whole and of data: the ones that a stream of millions consists of
      while (this.#left === 0 && chunk[at] === MESSAGE.copyData && at + HEADER <= chunk.length) {
        const next = at + 1 + lengthAt(chunk, at + 1)
        if (next > chunk.length) break
        frames++
        at = next
      }
      if (at === chunk.length) break
      if (this.#left > 0) {
        const take = Math.min(this.#left, chunk.length - at)
        this.#left -= take
        at += take
        if (this.#type !== MESSAGE.copyData) {
          this.#parts.push(Buffer.from(chunk.subarray(at - take, at)))
          run = at
          if (this.#left === 0) this.#finish()
        }
        continue
      }
      if (chunk.length - at < HEADER) {
        this.#stash = Buffer.from(chunk.subarray(at))
        break
      }
      const type = chunk[at] as number
      if (type !== MESSAGE.copyData) {
        if (at > run) this.#sink.copyData(chunk.subarray(run, at), frames, false)
        frames = 0
      } else frames++
      this.#type = type
      this.#left = lengthAt(chunk, at + 1) - (HEADER - 1)
      at += HEADER
      if (type !== MESSAGE.copyData) {
        run = at
        if (this.#left === 0) this.#finish()
      }
    }
    if (at > run) this.#sink.copyData(chunk.subarray(run, at), frames, this.#left > 0)
  }

  #finish(): void {
    const body = this.#parts.length === 1 ? (this.#parts[0] as Buffer) : Buffer.concat(this.#parts)
    this.#parts = []
    this.#sink.message(this.#type, body)
  }
}

function lengthAt(bytes: Buffer, at: number): number {
  return (
    (((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)) >>>
    0
  )
}
