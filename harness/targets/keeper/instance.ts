import { randomBytes } from 'node:crypto'
import { chmod, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { StartedTarget, TargetDefinition, TargetProvider } from '../target.ts'
import type { Addresses } from './addresses.ts'
import { freeSharedMemory } from './shared-memory.ts'

export type InstanceOptions = {
  readonly definition: TargetDefinition
  readonly provider: TargetProvider
  /** The keeper's run folder. */
  readonly folder: string
  readonly addresses: Addresses
  readonly log: (text: string) => void
}

/** Who holds a part of an instance, for messages. */
export type Holding = { readonly holder: string; readonly since: number }

/** One running copy of a target in the keeper, from its start to its disposal. */
export class Instance {
  readonly definition: TargetDefinition
  readonly provider: TargetProvider
  readonly ready: Promise<StartedTarget>
  readonly holdings = new Set<Holding>()
  exclusive = false
  /** Why nobody gets it any more; it goes when the last holder does. */
  retired: string | undefined
  /** For evicting the one that was idle longest. */
  idleSince = 0
  readonly #options: InstanceOptions
  readonly #abort = new AbortController()
  readonly #folder: string
  readonly #taken: string[] = []
  #disposing: Promise<void> | undefined

  constructor(options: InstanceOptions) {
    this.definition = options.definition
    this.provider = options.provider
    this.#options = options
    this.#folder = join(options.folder, `${options.definition.name}-${randomBytes(3).toString('hex')}`)
    this.ready = this.#start()
    this.ready.catch(() => {})
  }

  get idle(): boolean {
    return this.holdings.size === 0 && this.retired === undefined
  }

  async #start(): Promise<StartedTarget> {
    const { addresses, log, definition } = this.#options
    const from = performance.now()
    await mkdir(this.#folder)
    await chmod(this.#folder, 0o711)
    const started = await this.provider.start({
      folder: this.#folder,
      signal: this.#abort.signal,
      log,
      address: () => {
        const address = addresses.take()
        this.#taken.push(address)
        return address
      },
    })
    log(`${definition.name} (${this.provider.tier}) ready in ${Math.round(performance.now() - from)} ms`)
    return started
  }

  /** Never rejects: what cannot be ended or removed is logged, and left to the sweep of the next run. */
  dispose(): Promise<void> {
    this.#disposing ??= this.#dispose()
    return this.#disposing
  }

  async #dispose(): Promise<void> {
    this.#abort.abort()
    const logged = (what: string) => (error: Error) =>
      this.#options.log(`${this.definition.name} could not be ${what}: ${error.message}`)
    const started = await this.ready.catch(() => undefined)
    await Promise.resolve(started?.[Symbol.asyncDispose]()).catch(logged('ended'))
    await freeSharedMemory(this.#folder).catch(logged('freed of its shared memory'))
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 3 }).catch(logged('removed'))
    for (const address of this.#taken) this.#options.addresses.giveBack(address)
  }
}
