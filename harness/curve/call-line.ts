import { ActionError } from '../errors.ts'
import { CurveError } from './errors.ts'
import { Sidecar, type SidecarAnswer } from './sidecar.ts'
import type { SidecarHost } from './sidecar-host.ts'
import type { CurveSettings } from './types.ts'
import { checkText, onWire, shown } from './wire.ts'

const DEADLINE = 30_000

export type CallOptions = {
  /** Milliseconds; default the deadline of the settings, else 30 s. */
  readonly deadline?: number
  readonly signal?: AbortSignal
}

/**
 * The calls of one client, one after the other, in a sidecar that is replaced when it is lost: Init is repeated in the new
 * one, and file descriptors of the old one are never given out again.
 */
export class CallLine implements AsyncDisposable {
  /** The conf of the last Init that succeeded. */
  initialised: string | undefined
  readonly #settings: CurveSettings
  readonly #host: SidecarHost
  #sidecar: Promise<Sidecar> | undefined
  #last: Promise<unknown> = Promise.resolve()
  /** First file descriptor of this sidecar. */
  #base = 0
  #opened = 0
  #closed = false

  constructor(settings: CurveSettings, host: SidecarHost) {
    this.#settings = settings
    this.#host = host
  }

  /** Whatever the call gives. */
  call(
    name: string,
    given: readonly unknown[],
    options: CallOptions & { payload?: Buffer } = {},
  ): Promise<SidecarAnswer> {
    checkText(name, given)
    return this.with(sidecar => this.#request(sidecar, name, given, options))
  }

  /** A call that gives a code. Rejects with CurveError where that is below zero. */
  async code(name: string, given: readonly unknown[]): Promise<number> {
    checkText(name, given)
    return this.with(sidecar => this.#codeFrom(sidecar, name, given))
  }

  /** Open: gives the file descriptor by which this line knows the volume. */
  async open(given: readonly unknown[]): Promise<number> {
    return this.with(async sidecar => {
      const fd = await this.#codeFrom(sidecar, 'Open', given)
      this.#opened = Math.max(this.#opened, this.#base + fd + 1)
      return this.#base + fd
    })
  }

  /** A call on what `open` gave; `given` makes its arguments with the module's own file descriptor. */
  withFd(
    fd: number,
    name: string,
    given: (native: number) => readonly unknown[],
    options: CallOptions & { payload?: Buffer } = {},
  ): Promise<SidecarAnswer> {
    return this.with(async sidecar => {
      if (fd >= 0 && fd < this.#base)
        throw new ActionError('ASSAY_CURVE_SIDECAR', `file descriptor ${fd} was opened in a sidecar that has gone`, {
          class: 'fd_lost',
          hint: 'Open the volume again.',
        })
      const answer = await this.#request(sidecar, name, given(fd - this.#base), options)
      const code = Number(answer.result)
      if (code < 0) throw new CurveError(code, shown(name, given(fd)))
      return answer
    })
  }

  /** Work with a sidecar that lives, when all before it is done. */
  with<T>(work: (sidecar: Sidecar) => Promise<T>): Promise<T> {
    const next = async () => work(await this.#running())
    const done = this.#last.then(next, next)
    this.#last = done.catch(() => {})
    return done
  }

  async crash(): Promise<void> {
    const sidecar = await this.#sidecar
    sidecar?.kill()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    const sidecar = await this.#sidecar?.catch(() => undefined)
    this.#sidecar = undefined
    await sidecar?.[Symbol.asyncDispose]()
  }

  async #running(): Promise<Sidecar> {
    if (this.#closed)
      throw new ActionError('ASSAY_CURVE_SIDECAR', 'the Curve client was closed before this call', {
        class: 'client_closed',
      })
    const current = await this.#sidecar?.catch(() => undefined)
    if (current?.alive) return current
    this.#base = this.#opened
    this.#sidecar = Sidecar.start(this.#host, this.#settings)
    const sidecar = await this.#sidecar
    if (this.initialised !== undefined) await this.#codeFrom(sidecar, 'Init', [this.initialised])
    return sidecar
  }

  async #codeFrom(sidecar: Sidecar, name: string, given: readonly unknown[]): Promise<number> {
    checkText(name, given)
    const code = Number((await this.#request(sidecar, name, given)).result)
    if (code < 0) throw new CurveError(code, shown(name, given))
    return code
  }

  #request(
    sidecar: Sidecar,
    name: string,
    given: readonly unknown[],
    { deadline, signal, payload }: CallOptions & { payload?: Buffer } = {},
  ): Promise<SidecarAnswer> {
    return sidecar.request({
      call: shown(name, given),
      method: name,
      wire: given.map(onWire),
      within: deadline ?? this.#settings.deadline ?? DEADLINE,
      signal,
      payload,
    })
  }
}
