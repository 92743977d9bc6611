import { ActionError } from '../../errors.ts'

/** The header of a binary COPY (PostgreSQL documentation of COPY, "Binary Format"): signature, no flags, no extension. */
const FILE_HEADER = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)])
/** A CopyData frame that holds the trailer, an int16 of -1. */
export const TRAILER_FRAME = Buffer.from([0x64, 0, 0, 0, 6, 0xff, 0xff])
export const HEADER_FRAME = Buffer.concat([Buffer.from([0x64, 0, 0, 0, 4 + FILE_HEADER.length]), FILE_HEADER])

const FRAME_HEADER = 5

type Piece = { readonly bytes: Buffer; readonly open: boolean }

/**
 * One of several binary streams that go into one COPY: takes its header and its trailer off, since the whole has one of each.
 * The trailer is known only when the stream has ended, so the last bytes are held back.
 */
export class BinaryPart {
  #start: Buffer | undefined = Buffer.alloc(0)
  #held: Piece[] = []
  #heldBytes = 0

  /** What can be passed on now. */
  push(bytes: Buffer, open: boolean): readonly Piece[] {
    let rest = bytes
    if (this.#start !== undefined) {
      const start = Buffer.concat([this.#start, bytes])
      if (start.length < HEADER_FRAME.length) {
        this.#start = start
        return []
      }
      this.#start = undefined
      if (!start.subarray(FRAME_HEADER, HEADER_FRAME.length).equals(FILE_HEADER))
        throw new ActionError('ASSAY_TRANSFER_PROTOCOL', 'the source sent a binary COPY with flags that are not known')
      rest = withoutHeader(start)
    }
    if (rest.length === 0) return []
    this.#held.push({ bytes: rest, open })
    this.#heldBytes += rest.length
    const ready: Piece[] = []
    for (let first = this.#held[0]; first && this.#heldBytes - first.bytes.length >= TRAILER_FRAME.length; ) {
      this.#held.shift()
      this.#heldBytes -= first.bytes.length
      ready.push(first)
      first = this.#held[0]
    }
    return ready
  }

  /** The rest, once the source has said CommandComplete. */
  end(): Buffer {
    const rest = Buffer.concat(this.#held.map(piece => piece.bytes))
    const cut = rest.length - TRAILER_FRAME.length
    if (cut < 0 || !rest.subarray(cut).equals(TRAILER_FRAME))
      throw new ActionError('ASSAY_TRANSFER_PROTOCOL', 'the source ended a binary COPY without its trailer')
    return rest.subarray(0, cut)
  }
}

/** The stream's beginning with the file header taken out of the first frame. */
function withoutHeader(start: Buffer): Buffer {
  const length = start.readUInt32BE(1) - FILE_HEADER.length
  const rest = start.subarray(HEADER_FRAME.length)
  if (length === 4) return rest
  const header = Buffer.from(start.subarray(0, FRAME_HEADER))
  header.writeUInt32BE(length, 1)
  return Buffer.concat([header, rest])
}
