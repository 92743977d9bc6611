import { connect, type Socket } from 'node:net'
import { OpenstoreError } from './errors.ts'
import type { NbdEndpoint } from './types.ts'

const OPTION_MAGIC = 0x49484156454f5054n
const REQUEST_MAGIC = 0x25609513
const REPLY_MAGIC = 0x67446698
const [GO, ACK, INFO] = [7, 1, 3]
const [READ, WRITE, DISCONNECT, FLUSH] = [0, 1, 2, 3]
const READ_ONLY = 2
/** A connection on which nothing came or went for so many milliseconds is given up. */
const SILENT_WITHIN = 10_000
const ERRNO: Readonly<Record<number, string>> = { 1: 'EPERM', 5: 'EIO', 22: 'EINVAL', 28: 'ENOSPC' }

/** A client of one NBD export (fixed newstyle, simple replies; doc/proto.md of the reference implementation): enough to read and write an instance. */
export class NbdClient implements AsyncDisposable {
  readonly size: number
  readonly readOnly: boolean
  readonly #socket: Socket
  readonly #take: (length: number) => Promise<Buffer>
  #cookie = 0n

  private constructor(socket: Socket, take: (length: number) => Promise<Buffer>, size: number, flags: number) {
    this.#socket = socket
    this.#take = take
    this.size = size
    this.readOnly = (flags & READ_ONLY) !== 0
  }

  static async open(
    { host, port, export: name }: Pick<NbdEndpoint, 'host' | 'port' | 'export'>,
    signal?: AbortSignal,
  ): Promise<NbdClient> {
    const socket = connect({ host, port, noDelay: true })
    const stop = (): unknown => socket.destroy(new Error('given up'))
    signal?.addEventListener('abort', stop, { once: true })
    socket.once('close', () => signal?.removeEventListener('abort', stop))
    socket.setTimeout(SILENT_WITHIN, () => socket.destroy(new Error('no answer in time')))
    const take = taker(socket, `${host}:${port}`)
    try {
      const hello = await take(18)
      if (hello.toString('latin1', 0, 16) !== 'NBDMAGICIHAVEOPT') throw lost(`${host}:${port} does not speak NBD`)
      const text = Buffer.from(name)
      const request = Buffer.alloc(26 + text.length)
      request.writeUInt32BE(3, 0)
      request.writeBigUInt64BE(OPTION_MAGIC, 4)
      request.writeUInt32BE(GO, 12)
      request.writeUInt32BE(6 + text.length, 16)
      request.writeUInt32BE(text.length, 20)
      text.copy(request, 24)
      socket.write(request)
      let found: { size: number; flags: number } | undefined
      for (;;) {
        const head = await take(20)
        const type = head.readUInt32BE(12)
        const data = await take(head.readUInt32BE(16))
        if (type === INFO && data.readUInt16BE(0) === 0)
          found = { size: Number(data.readBigUInt64BE(2)), flags: data.readUInt16BE(10) }
        else if (type === ACK && found) return new NbdClient(socket, take, found.size, found.flags)
        else if (type >= 0x80000000)
          throw new OpenstoreError(`${host}:${port} has no export "${name}"`, { code: 'not_found' })
      }
    } catch (error) {
      socket.destroy()
      throw error
    }
  }

  async read(offset: number, length: number): Promise<Buffer> {
    await this.#send(READ, offset, length)
    return await this.#take(length)
  }

  async write(offset: number, data: Buffer): Promise<void> {
    await this.#send(WRITE, offset, data.length, data)
  }

  async flush(): Promise<void> {
    await this.#send(FLUSH, 0, 0)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.end(this.#request(DISCONNECT, 0, 0))
    this.#socket.destroySoon()
  }

  #request(type: number, offset: number, length: number): Buffer {
    const head = Buffer.alloc(28)
    head.writeUInt32BE(REQUEST_MAGIC, 0)
    head.writeUInt16BE(type, 6)
    head.writeBigUInt64BE(++this.#cookie, 8)
    head.writeBigUInt64BE(BigInt(offset), 16)
    head.writeUInt32BE(length, 24)
    return head
  }

  async #send(type: number, offset: number, length: number, data?: Buffer): Promise<void> {
    this.#socket.write(this.#request(type, offset, length))
    if (data) this.#socket.write(data)
    const reply = await this.#take(16)
    if (reply.readUInt32BE(0) !== REPLY_MAGIC) throw lost('the NBD server answered something that is no reply')
    const error = reply.readUInt32BE(4)
    if (error !== 0)
      throw new OpenstoreError(`the NBD server refused: ${ERRNO[error] ?? `error ${error}`}`, {
        code: (ERRNO[error] ?? 'nbd_error').toLowerCase(),
      })
  }
}

const lost = (message: string, cause?: unknown): OpenstoreError =>
  new OpenstoreError(message, { code: 'connection_lost', cause })

/** Takes exactly as many bytes as are asked for; a connection that ends before is an error. */
function taker(socket: Socket, where: string): (length: number) => Promise<Buffer> {
  const pieces = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  let rest: Buffer = Buffer.alloc(0)
  return async length => {
    const got = [rest]
    let size = rest.length
    while (size < length) {
      const next = await pieces.next().catch(cause => {
        throw lost(`the connection to ${where} was cut: ${(cause as Error).message}`, cause)
      })
      if (next.done) throw lost(`${where} closed the connection`)
      got.push(next.value)
      size += next.value.length
    }
    const all = Buffer.concat(got, size)
    rest = all.subarray(length)
    return all.subarray(0, length)
  }
}
