import { createServer, type Server } from 'node:net'
import { AssayError } from '../../errors.ts'

const SLOTS = 255

/**
 * Loopback addresses for the servers of one keeper: 127.0.<slot>.2 to .254, of which each server gets its own. Keepers side
 * by side have different slots. A slot is claimed by an abstract unix socket (unix(7)), whoever runs the other keeper, and
 * the kernel gives it back when the process ends.
 */
export class Addresses {
  readonly #slot: number
  readonly #claim: Server | undefined
  readonly #taken = new Set<number>()
  #last = 1

  private constructor(slot: number, claim: Server | undefined) {
    this.#slot = slot
    this.#claim = claim
  }

  static async claim(): Promise<Addresses> {
    // Servers are started on Linux only; elsewhere no address is asked for.
    if (process.platform !== 'linux') return new Addresses(0, undefined)
    for (let slot = 0; slot < SLOTS; slot++) {
      const claim = await listen(`\0assay.keeper.${slot}`)
      if (claim) return new Addresses(slot, claim)
    }
    throw new AssayError(
      'ASSAY_TARGET_UNAVAILABLE',
      `${SLOTS} keepers run on this machine; there is no address for one more`,
    )
  }

  /** An address that no server has; taken in turn, so that one just given back is not used again at once. */
  take(): string {
    for (let tries = 0; tries < 253; tries++) {
      this.#last = this.#last === 254 ? 2 : this.#last + 1
      if (this.#taken.has(this.#last)) continue
      this.#taken.add(this.#last)
      return `127.0.${this.#slot}.${this.#last}`
    }
    throw new AssayError('ASSAY_TARGET_UNAVAILABLE', 'all 253 addresses of this keeper are in use')
  }

  giveBack(address: string): void {
    this.#taken.delete(Number(address.split('.').at(-1)))
  }

  close(): void {
    this.#claim?.close()
  }
}

function listen(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer(socket => socket.destroy())
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    )
    server.listen(path, () => {
      server.unref()
      resolve(server)
    })
  })
}
