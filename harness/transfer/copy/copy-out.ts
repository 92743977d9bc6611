import type { Socket } from 'node:net'
import { queryError } from '../../sql/postgres/errors.ts'
import { ChunkUse } from './chunk-use.ts'
import type { CopySession, TakenSocket } from './copy-session.ts'
import { FrameScanner, MESSAGE } from './frame-scanner.ts'
import { copiedRows, databaseError, textMessage } from './server-message.ts'

/** `COPY … TO STDOUT` under way: the end of a relay that gives rows. */
export class CopyOut {
  readonly #session: CopySession
  readonly #text: string
  readonly #taken: TakenSocket
  readonly #scanner: FrameScanner
  readonly #outcome = Promise.withResolvers<number>()
  #rows: number | undefined
  #error: unknown
  #ended = false
  #use = new ChunkUse({ bytes: Buffer.alloc(0), release() {} })
  /** CopyData frames so far. */
  frames = 0
  bytes = 0

  constructor(session: CopySession, text: string, onData: (bytes: Buffer, open: boolean, use: ChunkUse) => void) {
    this.#session = session
    this.#text = text
    this.#outcome.promise.catch(() => {})
    this.#taken = session.take()
    this.#scanner = new FrameScanner({
      copyData: (bytes, frames, open) => {
        this.frames += frames
        this.bytes += bytes.length
        onData(bytes, open, this.#use)
      },
      message: (type, body) => this.#message(type, body),
    })
    this.#taken.read(chunk => {
      this.#use = new ChunkUse(chunk)
      try {
        this.#scanner.push(chunk.bytes)
      } catch (error) {
        this.#error ??= error
        this.destroy()
      }
      this.#use.drop()
    })
    // a connection that was lost before says so no more
    if (this.socket.destroyed) queueMicrotask(this.#onClose)
    else this.socket.once('close', this.#onClose)
    this.socket.write(textMessage('Q', text))
  }

  get socket(): Socket {
    return this.#taken.socket
  }

  /** Whether the last frame that came is not whole. */
  get insideFrame(): boolean {
    return this.#scanner.insideData
  }

  /** The rows of the server's CommandComplete; settles once it is ready for the next statement, or lost. */
  get outcome(): Promise<number> {
    return this.#outcome.promise
  }

  get ended(): boolean {
    return this.#ended
  }

  /** Stops it on the server, and reads on so that the server can say so. */
  stop(): void {
    if (this.#ended) return
    this.socket.resume()
    this.cancel()
  }

  cancel(): void {
    void this.#session.cancel()
  }

  destroy(): void {
    this.#session.destroy()
  }

  #message(type: number, body: Buffer): void {
    if (type === MESSAGE.complete) this.#rows = copiedRows(body)
    else if (type === MESSAGE.error) this.#error ??= queryError(databaseError(body), this.#text, this.#session.endpoint)
    else if (type === MESSAGE.ready) this.#finish()
  }

  readonly #onClose = (): void => {
    const lost = new Error('Connection terminated during COPY')
    this.#error ??= queryError(lost, this.#text, this.#session.endpoint)
    this.#finish()
  }

  #finish(): void {
    if (this.#ended) return
    this.#ended = true
    this.socket.removeListener('close', this.#onClose)
    this.#taken.give()
    if (this.#error !== undefined || this.#rows === undefined) this.#outcome.reject(this.#error)
    else this.#outcome.resolve(this.#rows)
  }
}
