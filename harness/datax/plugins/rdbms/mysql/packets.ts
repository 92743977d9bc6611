/** Bytes of a packet's head: length and sequence number (MySQL documentation, "MySQL Packets"). */
const HEAD = 4
/** A payload of so many bytes goes on in the next packet. */
const FULL = 0xff_ffff
/** First bytes of a client's payloads; `bulk` is MariaDB's COM_STMT_BULK_EXECUTE. */
export const COMMAND = { query: 0x03, prepare: 0x16, bulk: 0xfa } as const

/** Cuts a server's stream into payloads. What it is given is the caller's again after `push`. */
export class PacketReader {
  readonly #onPayload: (bytes: Buffer, from: number, to: number) => void
  /** The beginning of a packet that has not come whole, in pieces. */
  #held: Buffer[] = []
  #heldBytes = 0
  #needed = HEAD
  /** Full payloads, of which the next is the continuation. */
  #joined: Buffer[] = []

  constructor(onPayload: (bytes: Buffer, from: number, to: number) => void) {
    this.#onPayload = onPayload
  }

  push(chunk: Buffer): void {
    let bytes = chunk
    if (this.#heldBytes > 0) {
      if (this.#heldBytes + chunk.length < this.#needed) {
        this.#hold(Buffer.from(chunk))
        return
      }
      bytes = Buffer.concat([...this.#held, chunk])
      this.#held = []
      this.#heldBytes = 0
    }
    let at = 0
    this.#needed = HEAD
    while (bytes.length - at >= HEAD) {
      const length = (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16)
      const end = at + HEAD + length
      if (end > bytes.length) {
        this.#needed = HEAD + length
        break
      }
      this.#packet(bytes, at + HEAD, end)
      at = end
    }
    if (at < bytes.length) this.#hold(Buffer.from(bytes.subarray(at)))
  }

  #hold(piece: Buffer): void {
    this.#held.push(piece)
    this.#heldBytes += piece.length
  }

  #packet(bytes: Buffer, from: number, to: number): void {
    if (to - from === FULL) this.#joined.push(Buffer.from(bytes.subarray(from, to)))
    else if (this.#joined.length === 0) this.#onPayload(bytes, from, to)
    else {
      const whole = Buffer.concat([...this.#joined, bytes.subarray(from, to)])
      this.#joined = []
      this.#onPayload(whole, 0, whole.length)
    }
  }
}

/** The packets of a command, whose body is given in pieces. */
export function commandPackets(command: number, body: readonly Buffer[]): readonly Buffer[] {
  const length = 1 + body.reduce((sum, piece) => sum + piece.length, 0)
  if (length < FULL) return [packetHead(length, 0), Buffer.of(command), ...body]
  const whole = Buffer.concat([Buffer.of(command), ...body])
  const packets: Buffer[] = []
  // one that is just full is followed by an empty one
  for (let at = 0, sequence = 0; at <= length; at += FULL, sequence++) {
    const part = whole.subarray(at, at + FULL)
    packets.push(packetHead(part.length, sequence & 0xff), part)
  }
  return packets
}

/** The packets of a file that the server has asked for, in its second packet; an empty one ends it. */
export function* filePackets(data: readonly Buffer[]): Generator<Buffer> {
  let sequence = 2
  for (const piece of data)
    for (let at = 0; at < piece.length; at += FULL - 1) {
      const part = piece.subarray(at, at + FULL - 1)
      yield packetHead(part.length, sequence++ & 0xff)
      yield part
    }
  yield packetHead(0, sequence & 0xff)
}

function packetHead(length: number, sequence: number): Buffer {
  return Buffer.of(length & 0xff, (length >> 8) & 0xff, length >> 16, sequence)
}

/** Reads the values of a payload one after the other. */
export class PayloadReader {
  readonly #bytes: Buffer
  at: number

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes
    this.at = at
  }

  /** A length-encoded integer. Lengths beyond 2^32 do not occur: a value has at most 4 GB. */
  length(): number {
    const first = this.#bytes[this.at++] as number
    if (first < 0xfb) return first
    const width = first === 0xfc ? 2 : first === 0xfd ? 3 : 8
    const value = width === 8 ? this.#bytes.readUInt32LE(this.at) : this.#bytes.readUIntLE(this.at, width)
    this.at += width
    return value
  }

  text(): string {
    const length = this.length()
    this.at += length
    return this.#bytes.toString('utf8', this.at - length, this.at)
  }
}
