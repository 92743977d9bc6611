import type { Chunk } from './pooled-socket.ts'

/** Counts who still needs the bytes of a chunk; the last to drop it gives its buffer back. */
export class ChunkUse {
  readonly #chunk: Chunk
  #users = 1

  constructor(chunk: Chunk) {
    this.#chunk = chunk
  }

  hold(): void {
    this.#users++
  }

  readonly drop = (): void => {
    this.#users--
    if (this.#users === 0) this.#chunk.release()
  }
}
