import { AssayError } from '../../errors.ts'
import type { LeaseMode } from '../lease.ts'
import type { TargetDefinition, TargetProvider } from '../target.ts'
import { type Holding, Instance, type InstanceOptions } from './instance.ts'

export type PoolOptions = Omit<InstanceOptions, 'definition' | 'provider'> & {
  /** Most resident memory of all instances together, by what their providers say. */
  readonly memoryMb: number
  /** Milliseconds that a request waits for a free instance. */
  readonly waitWithin: number
}

export type Want = {
  readonly definition: TargetDefinition
  readonly provider: TargetProvider
  readonly mode: LeaseMode
  readonly holder: string
  readonly signal: AbortSignal
}

export type Held = { readonly instance: Instance; readonly holding: Holding }

type Waiting = { readonly want: Want; readonly since: number; readonly grant: (held: Held) => void }

/**
 * Who gets which instance. Requests are served in the order they came: one that must wait for its target holds up later ones
 * for the same target, one that must wait for memory holds up all, so that a stream of small requests starves nobody.
 */
export class Pool {
  readonly #options: PoolOptions
  readonly #instances = new Set<Instance>()
  readonly #queue: Waiting[] = []
  #closed = false

  constructor(options: PoolOptions) {
    this.#options = options
  }

  /** Waits for an instance and holds it; its start may still be under way. */
  async take(want: Want): Promise<Held> {
    const { memoryMb, waitWithin } = this.#options
    if (want.provider.memory > memoryMb)
      throw new AssayError(
        'ASSAY_TARGET_UNAVAILABLE',
        `${want.definition.name} needs ${want.provider.memory} MB, more than the ${memoryMb} MB that all targets may use`,
        { hint: 'Set ASSAY_MEMORY_MB to what the machine can spare.' },
      )
    want.signal.throwIfAborted()
    if (this.#closed) throw new AssayError('ASSAY_KEEPER_LOST', 'the keeper is ending')
    const { promise, resolve, reject } = Promise.withResolvers<Held>()
    const waiting: Waiting = { want, since: Date.now(), grant: resolve }
    const leave = (error: unknown): void => {
      const index = this.#queue.indexOf(waiting)
      if (index >= 0) this.#queue.splice(index, 1)
      reject(error)
      this.#serve()
    }
    const onAbort = (): void => leave(want.signal.reason)
    const timer = setTimeout(() => leave(this.#tooLate(waiting)), waitWithin)
    want.signal.addEventListener('abort', onAbort)
    this.#queue.push(waiting)
    this.#serve()
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      want.signal.removeEventListener('abort', onAbort)
    }
  }

  /** Gives it back; a retired instance goes when nobody holds it any more. */
  leave({ instance, holding }: Held, retire?: string): void {
    if (retire !== undefined) instance.retired ??= retire
    instance.holdings.delete(holding)
    instance.exclusive = false
    instance.idleSince = performance.now()
    if (instance.holdings.size === 0 && instance.retired !== undefined) {
      this.#options.log(`${instance.definition.name} is thrown away: ${instance.retired}`)
      this.#dispose(instance)
    }
    this.#serve()
  }

  /** Ends every instance. Nothing is given out any more. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#instances].map(instance => instance.dispose()))
  }

  #serve(): void {
    if (this.#closed) return
    const held = new Set<string>()
    for (const waiting of [...this.#queue]) {
      const { want } = waiting
      const key = `${want.definition.name} ${want.provider.tier}`
      if (held.has(key)) continue
      const instance = this.#find(want)
      if (instance) {
        this.#grant(waiting, instance)
        continue
      }
      held.add(key)
      if (this.#full(want)) continue
      if (!this.#makeRoom(want.provider.memory)) return
      held.delete(key)
      this.#grant(waiting, this.#start(want))
    }
  }

  #find({ definition, provider, mode }: Want): Instance | undefined {
    return [...this.#instances].find(
      one =>
        one.definition === definition &&
        one.provider === provider &&
        one.retired === undefined &&
        (mode === 'exclusive' ? one.idle : !one.exclusive),
    )
  }

  #grant(waiting: Waiting, instance: Instance): void {
    const holding: Holding = { holder: waiting.want.holder, since: Date.now() }
    instance.holdings.add(holding)
    instance.exclusive = waiting.want.mode === 'exclusive'
    this.#queue.splice(this.#queue.indexOf(waiting), 1)
    waiting.grant({ instance, holding })
  }

  #start({ definition, provider }: Want): Instance {
    const { folder, addresses, log } = this.#options
    const instance = new Instance({ definition, provider, folder, addresses, log })
    this.#instances.add(instance)
    instance.ready.catch(() => {
      instance.retired ??= 'it did not start'
      this.#dispose(instance)
    })
    return instance
  }

  /** Whether the provider may not have one more: the real tier has one of each. */
  #full({ provider }: Want): boolean {
    const running = [...this.#instances].filter(one => one.provider === provider).length
    return running >= (provider.limit ?? Number.POSITIVE_INFINITY)
  }

  /** True when the memory is there; else idle instances of others go, and the queue is served again once they have gone. */
  #makeRoom(memory: number): boolean {
    const all = [...this.#instances]
    const sum = (some: readonly Instance[]): number => some.reduce((total, one) => total + one.provider.memory, 0)
    const free = this.#options.memoryMb - sum(all)
    if (free >= memory) return true
    let soon = free + sum(all.filter(one => one.holdings.size === 0 && one.retired !== undefined))
    for (const one of all.filter(({ idle }) => idle).sort((a, b) => a.idleSince - b.idleSince)) {
      if (soon >= memory) break
      one.retired = 'its memory is needed'
      soon += one.provider.memory
      this.#dispose(one)
    }
    return false
  }

  #dispose(instance: Instance): void {
    instance.dispose().finally(() => {
      this.#instances.delete(instance)
      this.#serve()
    })
  }

  #tooLate({ want, since }: Waiting): AssayError {
    const now = Date.now()
    const seconds = (from: number): string => `${Math.round((now - from) / 1000)} s`
    const holders = [...this.#instances].flatMap(one =>
      [...one.holdings].map(({ holder, since: from }) => `${one.definition.name} by ${holder} for ${seconds(from)}`),
    )
    const used = [...this.#instances].reduce((sum, one) => sum + one.provider.memory, 0)
    return new AssayError(
      'ASSAY_TARGET_UNAVAILABLE',
      `${want.definition.name} (${want.mode}) was not free for ${want.holder} within ${seconds(since)}; ` +
        `${used} of ${this.#options.memoryMb} MB in use, held: ${holders.join(', ') || 'nothing'}`,
      { hint: 'Fewer workers at once, a larger ASSAY_MEMORY_MB, or shared leases let more cases run.' },
    )
  }
}
