import { ActionError } from '../../errors.ts'
import { describeEndpoint } from '../../sql/wire.ts'
import { BinaryPart, HEADER_FRAME, TRAILER_FRAME } from './binary-part.ts'
import type { ChunkUse } from './chunk-use.ts'
import { CopyIn } from './copy-in.ts'
import { CopyOut } from './copy-out.ts'
import type { CopySession } from './copy-session.ts'
import { watchForSilence } from './silence.ts'

export type RelayEnd = {
  readonly session: CopySession
  /** `COPY … TO STDOUT` of a source, `COPY … FROM STDIN` of the destination. */
  readonly text: string
}

export type RelayOptions = {
  /** One or more, all of one format; several are interleaved by whole frames. */
  readonly sources: readonly RelayEnd[]
  readonly destination: RelayEnd
  readonly format: 'binary' | 'text'
  readonly signal?: AbortSignal
  /** Milliseconds without a byte after which the server that is waited for must show that it lives. Default 30,000. */
  readonly silence?: number
  /** Told ten times a second, and once all rows are through: looking is cheap, but the pieces are many. */
  readonly onProgress?: (progress: RelayProgress) => void
  /** Called for every piece that is about to go on. A promise holds the relay until it resolves: tests bring about faults there. */
  readonly onPiece?: (progress: RelayProgress) => Promise<void> | undefined
  /** Default true. False ends the data like a pipe whose writer has died, for the tests that show what comes of it. */
  readonly waitForComplete?: boolean
}

export type RelayProgress = { readonly rows: number; readonly bytes: number }

export type RelayResult = {
  /** The sources' own counts, of their CommandComplete. */
  readonly rowsOut: number
  /** Counted on the way. A source that puts several rows into one frame gives less. */
  readonly rowsSeen: number
  /** The destination's own count. */
  readonly rowsIn: number
  readonly bytes: number
}

/** How long an end may take to confirm that it has stopped, in milliseconds. */
const STOP_WITHIN = 5_000
const ASK_AFTER = 500
const PROGRESS_EVERY = 100

/**
 * Passes the rows of one or several COPYs to another, frame by frame, as fast as the slower end takes them.
 * CopyDone goes out only after CommandComplete of every source; otherwise the destination gets CopyFail, or loses its
 * connection where a frame was cut. Either way it keeps nothing of this COPY, and its transaction is to be rolled back.
 */
export async function relay(options: RelayOptions): Promise<RelayResult> {
  options.signal?.throwIfAborted()
  const input = await CopyIn.start(options.destination.session, options.destination.text)
  return new Relay(options, input).run()
}

class Relay {
  readonly #options: RelayOptions
  readonly #input: CopyIn
  readonly #joined: boolean
  readonly #sources: Source[]
  readonly #failure = Promise.withResolvers<never>()
  /** The source whose frame is on its way: no other may write before it is whole. */
  #owner: Source | undefined
  #moved = 0
  #stopped = false

  constructor(options: RelayOptions, input: CopyIn) {
    this.#options = options
    this.#input = input
    this.#joined = options.sources.length > 1
    this.#failure.promise.catch(() => {})
    input.onError = () => this.#failure.reject(input.error)
    input.socket.on('drain', this.#flush)
    if (this.#joined && options.format === 'binary') input.write(HEADER_FRAME)
    this.#sources = options.sources.map(end => {
      const source: Source = {
        part: this.#joined && options.format === 'binary' ? new BinaryPart() : undefined,
        waiting: [],
        held: false,
        copy: new CopyOut(end.session, end.text, (bytes, open, use) => this.#arrived(source, { bytes, open, use })),
      }
      return source
    })
  }

  async run(): Promise<RelayResult> {
    const { signal, silence = 30_000, destination, onProgress } = this.#options
    const progress = onProgress && setInterval(() => onProgress(this.#counts()), PROGRESS_EVERY)
    const aborted = () => this.#failure.reject(signal?.reason)
    signal?.addEventListener('abort', aborted, { once: true })
    const watch = watchForSilence({
      every: silence,
      moved: () => this.#moved,
      // full buffers say that the destination is the one that does not go on
      waitingFor: () =>
        this.#input.socket.writableNeedDrain || this.#sources.every(source => source.copy.ended)
          ? [destination.session.endpoint]
          : this.#options.sources.map(end => end.session.endpoint),
      onSilent: (endpoint, ms) =>
        this.#failure.reject(
          new ActionError(
            'ASSAY_TRANSFER_SILENT',
            `${describeEndpoint(endpoint)} has sent and taken nothing for ${Math.round(ms / 1000)} s and does not answer a new connection`,
            { class: 'silent' },
          ),
        ),
    })
    try {
      const counts = await Promise.race([this.#all(), this.#failure.promise])
      onProgress?.(this.#counts())
      this.#input.done()
      const rowsIn = await Promise.race([this.#input.outcome, this.#failure.promise])
      return { ...this.#counts(), rowsOut: counts.reduce((sum, rows) => sum + rows, 0), rowsIn }
    } catch (error) {
      if (this.#options.waitForComplete === false && this.#owner === undefined) {
        this.#input.done()
        return { ...this.#counts(), rowsOut: this.#counts().rows, rowsIn: await this.#input.outcome }
      }
      await this.#stop(error)
      throw error
    } finally {
      clearInterval(progress)
      watch.stop()
      signal?.removeEventListener('abort', aborted)
      this.#input.socket.removeListener('drain', this.#flush)
    }
  }

  /** Resolves once every source has said CommandComplete and all that it sent has been passed on. */
  async #all(): Promise<number[]> {
    const counts = await Promise.all(
      this.#sources.map(async source => {
        const rows = await source.copy.outcome
        if (source.part) this.#forward(source, { bytes: source.part.end(), open: false })
        await this.#emptied(source)
        return rows
      }),
    )
    if (this.#joined && this.#options.format === 'binary') this.#input.write(TRAILER_FRAME)
    return counts
  }

  #emptied(source: Source): Promise<void> {
    if (source.waiting.length === 0 && !source.held) return Promise.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    source.whenEmpty = resolve
    return promise
  }

  #arrived(source: Source, piece: Piece): void {
    this.#moved += piece.bytes.length
    try {
      if (!source.part) this.#forward(source, piece)
      // It holds bytes back, so it needs its own
      else for (const ready of source.part.push(Buffer.from(piece.bytes), piece.open)) this.#forward(source, ready)
    } catch (error) {
      this.#failure.reject(error)
    }
  }

  #forward(source: Source, piece: Piece): void {
    if (piece.bytes.length === 0 || this.#stopped) return
    const until = this.#options.onPiece?.(this.#counts())
    if (until) this.#hold(source, until)
    if (source.held || source.waiting.length > 0 || (this.#owner !== undefined && this.#owner !== source)) {
      piece.use?.hold()
      source.waiting.push(piece)
      source.copy.socket.pause()
      return
    }
    this.#owner = piece.open ? source : undefined
    piece.use?.hold()
    if (!this.#input.write(piece.bytes, piece.use?.drop)) for (const one of this.#sources) one.copy.socket.pause()
    // the others may have been waiting for this frame to be whole
    if (!piece.open && this.#joined) this.#flush()
  }

  #hold(source: Source, until: Promise<void>): void {
    source.held = true
    source.copy.socket.pause()
    until.then(
      () => {
        source.held = false
        this.#flush()
      },
      error => this.#failure.reject(error),
    )
  }

  /** Passes on what waits, then lets the sources read again. */
  readonly #flush = (): void => {
    if (this.#stopped) return
    for (const source of this.#sources) {
      while (source.waiting.length > 0 && !source.held && (this.#owner === undefined || this.#owner === source)) {
        const { bytes, open, use } = source.waiting.shift() as Piece
        this.#owner = open ? source : undefined
        this.#input.write(bytes, use?.drop)
      }
      if (source.waiting.length === 0 && !source.held) {
        source.whenEmpty?.()
        source.whenEmpty = undefined
      }
    }
    if (this.#input.socket.writableNeedDrain) return
    for (const source of this.#sources) if (source.waiting.length === 0 && !source.held) source.copy.socket.resume()
  }

  #counts(): { rowsSeen: number; bytes: number; rows: number } {
    // The trailer of a binary stream is a frame without a row
    const frames = this.#sources.reduce((sum, { copy }) => sum + copy.frames, 0)
    const trailers = this.#options.format === 'binary' ? this.#sources.filter(({ copy }) => copy.ended).length : 0
    const rows = Math.max(0, frames - trailers)
    return { rows, rowsSeen: rows, bytes: this.#sources.reduce((sum, { copy }) => sum + copy.bytes, 0) }
  }

  /** Ends both sides without anything kept. Never rejects, and does not wait longer than STOP_WITHIN. */
  async #stop(reason: unknown): Promise<void> {
    this.#stopped = true
    for (const source of this.#sources) source.copy.stop()
    if (this.#owner !== undefined) this.#input.destroy()
    else this.#input.fail(reason instanceof Error ? reason.message : String(reason))
    const ends = [this.#input, ...this.#sources.map(source => source.copy)]
    await Promise.all(
      ends.map(async end => {
        // CopyFail does not reach a server that waits for a lock; a request to cancel does
        const ask = setTimeout(() => end.cancel(), ASK_AFTER)
        const timer = setTimeout(() => end.destroy(), STOP_WITHIN)
        await end.outcome.catch(() => {})
        clearTimeout(ask)
        clearTimeout(timer)
      }),
    )
  }
}

type Piece = { readonly bytes: Buffer; readonly open: boolean; readonly use?: ChunkUse }

type Source = {
  readonly copy: CopyOut
  readonly part: BinaryPart | undefined
  /** Pieces that could not go on yet; the socket is paused meanwhile. */
  readonly waiting: Piece[]
  held: boolean
  whenEmpty?: () => void
}
