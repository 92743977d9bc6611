import { ActionError } from '../errors.ts'
import { type CurveCall, showCall } from './errors.ts'
import { type Frame, FrameReader, frameHead } from './frames.ts'
import { hang, lost, notReady, raised, unusable } from './sidecar-errors.ts'
import type { SidecarExit, SidecarHost, SidecarProcess } from './sidecar-host.ts'
import type { CurveSettings, SidecarInfo } from './types.ts'

const START_WITHIN = 20_000
const CLOSE_WITHIN = 3_000
const GONE_WITHIN = 2_000
const KEPT_OUTPUT = 4_000

export type SidecarRequest = {
  readonly call: CurveCall
  /** The sidecar's word for the call, where it is another than the call's name. */
  readonly method?: string
  /** What goes over the pipe, where it differs from what messages show (passwords). */
  readonly wire?: readonly unknown[]
  readonly payload?: Buffer
  /** Milliseconds until the process is killed; for a job, without any progress. */
  readonly within: number
  /** Called for every frame before the answer; each starts the deadline anew. */
  readonly progress?: (message: Readonly<Record<string, unknown>>) => void
  readonly signal?: AbortSignal
}

export type SidecarAnswer = { readonly result: unknown; readonly payload: Buffer }

type Waiting = SidecarRequest & {
  readonly resolve: (answer: SidecarAnswer) => void
  readonly reject: (error: Error) => void
  timer: NodeJS.Timeout
}

/**
 * A process that holds Curve's Python module and serves one call at a time. A call past its deadline kills it: the caller is told
 * (ASSAY_CURVE_HANG), and needs another sidecar.
 */
export class Sidecar implements AsyncDisposable {
  readonly info: SidecarInfo
  readonly #process: SidecarProcess
  #waiting: Waiting | undefined
  #exit: SidecarExit | undefined
  #killed = false
  readonly #output: () => string

  private constructor(process: SidecarProcess, info: SidecarInfo, output: () => string) {
    this.#process = process
    this.info = info
    this.#output = output
    process.exited.then(exit => {
      this.#exit = exit
      this.#settle(waiting => waiting.reject(lost(exit, waiting.call, this.#output())))
    })
    process.hold(false)
  }

  /** Starts one and waits until it has tried the module. Rejects with ASSAY_CURVE_MODULE or ASSAY_CURVE_SIDECAR. */
  static async start(host: SidecarHost, settings: CurveSettings, signal?: AbortSignal): Promise<Sidecar> {
    const late = AbortSignal.timeout(START_WITHIN)
    const tooLate = `was not ready within ${START_WITHIN / 1000} s`
    const process = await host.spawn(settings, signal ? AbortSignal.any([signal, late]) : late).catch(error => {
      throw late.aborted && !signal?.aborted ? notReady(host.name, tooLate, '') : error
    })
    const output = keepEnd(process)
    process.input.on('error', () => {})
    const reader = new FrameReader()
    let sidecar: Sidecar | undefined
    const first = Promise.withResolvers<Frame>()
    process.output.on('data', (chunk: Buffer) => {
      for (const frame of reader.push(chunk)) {
        if (sidecar) sidecar.#receive(frame)
        else first.resolve(frame)
      }
    })
    // a host may have read from it before, and paused it
    process.output.resume()
    const fail = (what: string) => first.reject(notReady(host.name, what, output()))
    process.exited.then(({ code, signal }) => fail(`ended with ${signal ?? `exit code ${code}`} before it was ready`))
    const timer = setTimeout(() => fail(tooLate), START_WITHIN)
    const aborted = () => first.reject(signal?.reason)
    signal?.addEventListener('abort', aborted, { once: true })
    try {
      signal?.throwIfAborted()
      const { message } = await first.promise
      if (!('hello' in message)) throw unusable(message, settings, output())
      sidecar = new Sidecar(process, message.hello as SidecarInfo, output)
      return sidecar
    } catch (error) {
      process.kill()
      throw error
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', aborted)
    }
  }

  get alive(): boolean {
    return this.#exit === undefined && !this.#killed
  }

  /** One call, answered before the next is sent. */
  request(request: SidecarRequest): Promise<SidecarAnswer> {
    const { call, payload, within, signal } = request
    if (this.#exit) return Promise.reject(lost(this.#exit, call, this.#output()))
    if (this.#waiting || this.#killed)
      return Promise.reject(
        new ActionError('ASSAY_CURVE_SIDECAR', `the sidecar is not free for ${showCall(call)}`, {
          class: 'sidecar_busy',
        }),
      )
    return new Promise((resolve, reject) => {
      const aborted = () => this.#giveUp(signal?.reason as Error)
      const end = () => signal?.removeEventListener('abort', aborted)
      this.#waiting = {
        ...request,
        resolve: answer => {
          end()
          resolve(answer)
        },
        reject: error => {
          end()
          reject(error)
        },
        timer: setTimeout(() => this.#giveUp(hang(call, within)), within),
      }
      this.#process.hold(true)
      if (signal?.aborted) return aborted()
      signal?.addEventListener('abort', aborted, { once: true })
      this.#send(
        { m: request.method ?? call.name, a: request.wire ?? call.arguments, t: request.progress ? 0 : within },
        payload,
      )
    })
  }

  /** A message to a job that runs; it looks for one every now and then. */
  tell(message: Readonly<Record<string, unknown>>): void {
    if (this.#waiting && this.alive) this.#send(message)
  }

  kill(): void {
    this.#killed = true
    this.#process.kill()
  }

  /** Lets it end its client in good order, or ends it. One that cannot be ended (uninterruptible I/O) is left behind. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#exit) return
    if (this.#waiting) this.kill()
    else this.#process.input.end()
    this.#process.hold(true)
    if (await this.#gone(CLOSE_WITHIN)) return
    this.kill()
    if (!(await this.#gone(GONE_WITHIN))) this.#process.hold(false)
  }

  /** Whether the process has gone before so many milliseconds have. */
  async #gone(within: number): Promise<boolean> {
    const late = Promise.withResolvers<boolean>()
    const timer = setTimeout(() => late.resolve(false), within)
    try {
      return await Promise.race([this.#process.exited.then(() => true), late.promise])
    } finally {
      clearTimeout(timer)
    }
  }

  #send(message: unknown, payload?: Buffer): void {
    const head = frameHead(message, payload?.length ?? 0)
    if (payload === undefined || payload.length === 0) this.#process.input.write(head)
    else if (payload.length < 65_536) this.#process.input.write(Buffer.concat([head, payload]))
    else {
      this.#process.input.cork()
      this.#process.input.write(head)
      this.#process.input.write(payload)
      this.#process.input.uncork()
    }
  }

  #receive({ message, payload }: Frame): void {
    if ('progress' in message) {
      this.#waiting?.timer.refresh()
      this.#waiting?.progress?.(message)
      return
    }
    this.#settle(waiting => {
      const exception = message.e as { type: string; message: string } | undefined
      if (exception === undefined) waiting.resolve({ result: message.r, payload })
      else waiting.reject(raised(waiting.call, exception))
    })
  }

  /** The caller is told once the process has gone, or could not be ended at once (a machine far away, uninterruptible I/O). */
  #giveUp(error: Error): void {
    this.kill()
    this.#settle(waiting => void this.#gone(GONE_WITHIN).then(() => waiting.reject(error)))
  }

  #settle(how: (waiting: Waiting) => void): void {
    const waiting = this.#waiting
    if (!waiting) return
    this.#waiting = undefined
    clearTimeout(waiting.timer)
    this.#process.hold(false)
    how(waiting)
  }
}

/** The end of what the process wrote on stderr, and on stdout, which the sidecar turns there. */
function keepEnd(process: SidecarProcess): () => string {
  let text = ''
  process.errors.setEncoding('utf8')
  process.errors.on('data', (chunk: string) => {
    text = (text + chunk).slice(-KEPT_OUTPUT)
  })
  return () => text.trim()
}
