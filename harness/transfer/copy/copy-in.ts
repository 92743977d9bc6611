import type { Socket } from 'node:net'
import { ActionError } from '../../errors.ts'
import { queryError } from '../../sql/postgres/errors.ts'
import type { CopySession, TakenSocket } from './copy-session.ts'
import { FrameScanner, MESSAGE } from './frame-scanner.ts'
import { COPY_DONE, copiedRows, databaseError, textMessage } from './server-message.ts'

/** `COPY … FROM STDIN` under way: the end of a relay that takes rows. */
export class CopyIn {
  readonly #session: CopySession
  readonly #text: string
  readonly #taken: TakenSocket
  readonly #outcome = Promise.withResolvers<number>()
  readonly #accepted = Promise.withResolvers<void>()
  #rows: number | undefined
  #error: unknown
  #ended = false

  private constructor(session: CopySession, text: string) {
    this.#session = session
    this.#text = text
    this.#taken = session.take()
    this.#outcome.promise.catch(() => {})
    this.#accepted.promise.catch(() => {})
    const scanner = new FrameScanner({ copyData() {}, message: (type, body) => this.#message(type, body) })
    this.#taken.read(({ bytes, release }) => {
      try {
        scanner.push(bytes)
      } catch (error) {
        this.#failed(error)
        this.destroy()
      }
      release()
    })
    // a connection that was lost before says so no more
    if (this.socket.destroyed) queueMicrotask(this.#onClose)
    else this.socket.once('close', this.#onClose)
    this.socket.write(textMessage('Q', text))
  }

  /** Resolves once the server takes data. Rejects with the server's refusal. */
  static async start(session: CopySession, text: string): Promise<CopyIn> {
    const copy = new CopyIn(session, text)
    try {
      await copy.#accepted.promise
    } catch (error) {
      // not before the server is ready again, or the caller's next statement would meet a socket without the driver
      await copy.outcome.catch(() => {})
      throw error
    }
    return copy
  }

  get socket(): Socket {
    return this.#taken.socket
  }

  /** The server's error, as soon as it has said one; it discards everything from then on. */
  get error(): unknown {
    return this.#error
  }

  /** Called once when `error` appears. */
  onError: () => void = () => {}

  /** Rows that the server loaded; settles once it is ready for the next statement, or lost. */
  get outcome(): Promise<number> {
    return this.#outcome.promise
  }

  /** False when the socket's buffer is full: wait for its `drain`. `written` is called when the bytes are used no more. */
  write(bytes: Buffer, written?: () => void): boolean {
    if (this.#error === undefined && !this.#ended) return this.socket.write(bytes, written)
    written?.()
    return true
  }

  /** Ends the data. Only to be called after every source has said CommandComplete. */
  done(): void {
    this.socket.write(COPY_DONE)
  }

  /** Makes the server throw away what it got: CopyFail. Not inside a frame, where the server would take it for data. */
  fail(reason: string): void {
    if (!this.#ended) this.socket.write(textMessage('f', reason))
  }

  cancel(): void {
    void this.#session.cancel()
  }

  destroy(): void {
    this.#session.destroy()
  }

  #message(type: number, body: Buffer): void {
    if (type === MESSAGE.copyIn) this.#accepted.resolve()
    else if (type === MESSAGE.complete) this.#rows = copiedRows(body)
    else if (type === MESSAGE.error) this.#failed(databaseError(body))
    else if (type === MESSAGE.ready) this.#finish()
  }

  #failed(cause: unknown): void {
    if (this.#error !== undefined) return
    this.#error = cause instanceof ActionError ? cause : queryError(cause, this.#text, this.#session.endpoint)
    this.#accepted.reject(this.#error)
    this.onError()
  }

  readonly #onClose = (): void => {
    this.#failed(new Error('Connection terminated during COPY'))
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
