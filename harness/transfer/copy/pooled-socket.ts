import { Socket } from 'node:net'

/** Large reads cost fewer calls; the kernel hands over as much as it has. */
const BUFFER_BYTES = 256 * 1024

/** Bytes that came, in a buffer that is used again: call `release` once nothing points into it any more. */
export type Chunk = { readonly bytes: Buffer; release(): void }

/**
 * A socket that reads into buffers of its own, which go round between reading and writing: a stream of gigabytes then costs neither
 * memory nor its collection. While nobody has taken it over, its data are copied to the listeners of `data` as usual.
 */
export class PooledSocket extends Socket {
  readonly #free: Buffer[] = []
  #reader: ((chunk: Chunk) => void) | undefined

  constructor() {
    const own: { next(): Buffer; arrived(bytes: number, buffer: Buffer): void } = {
      next: () => Buffer.allocUnsafeSlow(BUFFER_BYTES),
      arrived() {},
    }
    super({
      onread: {
        buffer: () => own.next(),
        callback(bytes: number, buffer: Uint8Array) {
          own.arrived(bytes, buffer as Buffer)
          return true
        },
      },
    } as ConstructorParameters<typeof Socket>[0])
    own.next = () => this.#free.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES)
    own.arrived = (bytes, buffer) => this.#arrived(bytes, buffer)
  }

  /** Reads in place of the listeners of `data`, until it is called with undefined. */
  readChunks(reader: ((chunk: Chunk) => void) | undefined): void {
    this.#reader = reader
  }

  #arrived(bytes: number, buffer: Buffer): void {
    const view = buffer.subarray(0, bytes)
    if (this.#reader) {
      this.#reader({ bytes: view, release: () => this.#free.push(buffer) })
      return
    }
    this.emit('data', Buffer.from(view))
    this.#free.push(buffer)
  }
}
