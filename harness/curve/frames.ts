const HEAD = 8

export type Frame = { readonly message: Readonly<Record<string, unknown>>; readonly payload: Buffer }

const NOTHING = Buffer.alloc(0)

/** The bytes of one frame without its payload: u32 length of the JSON, u32 length of the payload, the JSON. */
export function frameHead(message: unknown, payloadLength: number): Buffer {
  const json = JSON.stringify(message, (_, value) => (typeof value === 'bigint' ? exactInteger(value) : value))
  const size = Buffer.byteLength(json)
  const head = Buffer.allocUnsafe(HEAD + size)
  head.writeUInt32LE(size, 0)
  head.writeUInt32LE(payloadLength, 4)
  head.write(json, HEAD)
  return head
}

/** JSON.rawJSON writes an integer of any size; it is younger than TypeScript's library. */
function exactInteger(value: bigint): unknown {
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(`${value}`)
}

/** Takes the chunks of a stream and gives the frames in them. */
export class FrameReader {
  #chunks: Buffer[] = []
  #size = 0

  /** Frames that are complete with this chunk. */
  push(chunk: Buffer): Frame[] {
    this.#chunks.push(chunk)
    this.#size += chunk.length
    const frames: Frame[] = []
    for (let frame = this.#take(); frame; frame = this.#take()) frames.push(frame)
    return frames
  }

  #take(): Frame | undefined {
    if (this.#size < HEAD) return undefined
    if ((this.#chunks[0] as Buffer).length < HEAD) this.#join()
    const first = this.#chunks[0] as Buffer
    const json = first.readUInt32LE(0)
    const payload = first.readUInt32LE(4)
    const end = HEAD + json + payload
    if (this.#size < end) return undefined
    if (first.length < end) this.#join()
    const whole = this.#chunks[0] as Buffer
    const message = JSON.parse(whole.toString('utf8', HEAD, HEAD + json))
    const rest = whole.subarray(end)
    this.#chunks = rest.length === 0 ? [] : [rest]
    this.#size = rest.length
    return { message, payload: payload === 0 ? NOTHING : whole.subarray(HEAD + json, end) }
  }

  #join(): void {
    this.#chunks = [Buffer.concat(this.#chunks)]
  }
}
