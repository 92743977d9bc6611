import { randomBytes } from 'node:crypto'
import { AssayError } from '../../errors.ts'
import type { LeaseRequest, TargetStatus } from '../lease.ts'
import type { IsolatedTarget, StartedTarget, TargetDefinition, TargetProvider, Tier } from '../target.ts'
import type { Held, Pool } from './pool.ts'
import type { Granted } from './protocol.ts'

export type Grant = {
  readonly id: number
  readonly request: LeaseRequest
  readonly held: Held
  readonly started: StartedTarget
  readonly isolated: IsolatedTarget | undefined
}

/** Milliseconds for a database to be made or dropped, and for the check before an instance is handed on. */
const CARE_WITHIN = 20_000

/** The leases that are out: taken from the pool, each with a database of its own where the system has them. */
export class Grants {
  readonly #targets: readonly TargetDefinition[]
  readonly #pool: Pool
  readonly #grants = new Map<number, Grant>()
  #count = 0

  constructor(targets: readonly TargetDefinition[], pool: Pool) {
    this.#targets = targets
    this.#pool = pool
  }

  async status(target: string, tier: Tier): Promise<TargetStatus> {
    const reason = await this.#lookUp(target, tier).then(
      found => found.provider.unavailable(),
      (error: Error) => error.message,
    )
    return { target, tier, available: reason === undefined, reason }
  }

  async grant(request: LeaseRequest, signal: AbortSignal): Promise<Granted> {
    const { definition, provider } = await this.#lookUp(request.target, request.tier)
    const reason = await provider.unavailable()
    if (reason !== undefined)
      throw new AssayError(
        'ASSAY_TARGET_UNAVAILABLE',
        `${request.target} (${request.tier}) is not available: ${reason}`,
        {
          hint: 'Run `npx assay doctor`.',
        },
      )
    const want = { definition, provider, mode: request.mode, holder: request.holder, signal }
    const { held, started, isolated } = await this.#isolated(want, 2)
    const grant: Grant = { id: ++this.#count, request, held, started, isolated }
    this.#grants.set(grant.id, grant)
    if (signal.aborted) {
      await this.release(grant.id)
      throw signal.reason
    }
    const { capabilities, versions } = started
    return { lease: grant.id, endpoints: (isolated ?? started).endpoints, capabilities, versions }
  }

  get(id: number): Grant {
    const grant = this.#grants.get(id)
    if (!grant) throw new AssayError('ASSAY_TARGET_UNAVAILABLE', `lease ${id} was given back before`)
    return grant
  }

  async release(id: number, dirty?: string): Promise<void> {
    const grant = this.get(id)
    this.#grants.delete(id)
    this.#pool.leave(grant.held, dirty ?? (await this.#tidy(grant)))
  }

  async #isolated(
    want: Parameters<Pool['take']>[0],
    tries: number,
  ): Promise<{ held: Held; started: StartedTarget; isolated: IsolatedTarget | undefined }> {
    const held = await this.#pool.take(want)
    try {
      const started = await orAborted(held.instance.ready, want.signal)
      const signal = AbortSignal.any([want.signal, AbortSignal.timeout(CARE_WITHIN)])
      const isolated = await started.isolate?.(`assay_${randomBytes(5).toString('hex')}`, signal)
      return { held, started, isolated }
    } catch (error) {
      const startFailed = held.instance.retired !== undefined
      const givenUp = want.signal.aborted
      this.#pool.leave(
        held,
        givenUp && !startFailed ? undefined : `no database could be made: ${(error as Error).message}`,
      )
      // A server of a shared instance may have died under another holder: the next instance is a new one.
      if (givenUp || startFailed || tries === 1) throw error
      return this.#isolated(want, tries - 1)
    }
  }

  /** Why the instance cannot be handed on, or undefined. */
  async #tidy({ request, started, isolated }: Grant): Promise<string | undefined> {
    try {
      await within(CARE_WITHIN, async () => isolated?.[Symbol.asyncDispose]())
      if (request.mode === 'shared') return undefined
      const signal = AbortSignal.timeout(CARE_WITHIN)
      const clean = await within(CARE_WITHIN, () => started.clean?.(signal))
      return clean === false ? `${request.holder} left it changed` : undefined
    } catch (error) {
      return `it could not be tidied after ${request.holder}: ${(error as Error).message}`
    }
  }

  async #lookUp(target: string, tier: Tier): Promise<{ definition: TargetDefinition; provider: TargetProvider }> {
    const definition = this.#targets.find(one => one.name === target)
    if (!definition)
      throw new AssayError(
        'ASSAY_CASE_UNKNOWN_TARGET',
        `no target is called "${target}"; there are ${this.#targets.map(one => one.name).join(', ')}`,
      )
    const provider = definition.providers.find(one => one.tier === tier)
    if (!provider) throw new AssayError('ASSAY_TARGET_UNAVAILABLE', `${target} has no ${tier} tier`)
    return { definition, provider }
  }
}

function within<T>(milliseconds: number, run: () => T | Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`not done within ${milliseconds / 1000} s`)), milliseconds)
  return Promise.race([Promise.resolve().then(run), promise]).finally(() => clearTimeout(timer))
}

function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(signal.reason)
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort)
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', onAbort))
}
