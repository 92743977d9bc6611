import { ActionError } from '../../errors.ts'

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
  #type: number = MESSAGE.copyData
  /** Bytes of the current message's length that have not come yet, and what those that came make. */
  #headerLeft = 0
  #length = 0
  /** Bytes of the current message's body that have not come yet. */
  #left = 0
  #parts: Buffer[] = []

  constructor(sink: FrameSink) {
    this.#sink = sink
  }

  /** Whether the stream stopped inside a CopyData frame. */
  get insideData(): boolean {
    return this.#type === MESSAGE.copyData && this.#open
  }

  get #open(): boolean {
    return this.#headerLeft > 0 || this.#left > 0
  }

  /** Throws ASSAY_TRANSFER_PROTOCOL for what cannot be a message; the stream is of no use then. */
  push(chunk: Buffer): void {
    let at = 0
    /** Where the run of CopyData that is not passed on yet begins. */
    let run = 0
    let frames = 0
    while (at < chunk.length) {
      if (!this.#open) {
        // Most frames are whole and of data: the ones that a stream of millions consists of
        const lastHeader = chunk.length - HEADER
        while (at <= lastHeader && chunk[at] === MESSAGE.copyData) {
          const next = at + 1 + lengthAt(chunk, at + 1)
          if (next > chunk.length || next < at + HEADER) break
          frames++
          at = next
        }
        if (at === chunk.length) break
        const type = chunk[at] as number
        if (type === MESSAGE.copyData) frames++
        else {
          if (at > run) this.#sink.copyData(chunk.subarray(run, at), frames, false)
          frames = 0
        }
        this.#type = type
        this.#headerLeft = HEADER - 1
        this.#length = 0
        at++
      } else if (this.#headerLeft > 0) {
        this.#length = (this.#length << 8) | (chunk[at] as number)
        at++
        if (--this.#headerLeft === 0) this.#left = this.#bodyLength()
      } else {
        const end = Math.min(at + this.#left, chunk.length)
        this.#left -= end - at
        if (this.#type !== MESSAGE.copyData) this.#parts.push(Buffer.from(chunk.subarray(at, end)))
        at = end
      }
      if (this.#type !== MESSAGE.copyData) {
        run = at
        if (!this.#open) this.#finish()
      }
    }
    if (at > run) this.#sink.copyData(chunk.subarray(run, at), frames, this.#open)
  }

  #bodyLength(): number {
    if (this.#length >= HEADER - 1) return this.#length - (HEADER - 1)
    throw new ActionError(
      'ASSAY_TRANSFER_PROTOCOL',
      `the server sent a message of type ${this.#type} with the length ${this.#length}`,
    )
  }

  #finish(): void {
    const body = this.#parts.length === 1 ? (this.#parts[0] as Buffer) : Buffer.concat(this.#parts)
    this.#parts = []
    this.#sink.message(this.#type, body)
  }
}

/** Signed, as the protocol's are: a length beyond 2 GB does not exist, and small integers stay small integers. */
function lengthAt(bytes: Buffer, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  )
}
