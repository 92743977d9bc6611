import type { Clock } from '../../actions/define-action.ts'
import { awaitWork } from '../await-work.ts'
import type { OpenstoreClient } from '../client.ts'
import { OpenstoreError } from '../errors.ts'
import { BASE } from '../transport.ts'
import type { Begun, PoolType } from '../types.ts'
import { Differs, must, NotImplemented } from './rule.ts'

export type Answer = {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: a body is what a stranger sent
  readonly json: any
}

export type Ask = {
  readonly method?: string
  readonly path: string
  readonly json?: unknown
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

export type WorldOptions = {
  readonly url: string
  readonly token: string | undefined
  readonly client: OpenstoreClient
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** An object of our own: `set set-12`, and what removes it. */
type Made = { readonly what: string; readonly remove: () => Promise<object> }

const WITHIN = 30_000

/** What a rule works with: requests as they are, objects of its own, and their removal afterwards. */
export class World {
  readonly client: OpenstoreClient
  readonly #options: WorldOptions
  #made: Made[] = []

  constructor(options: WorldOptions) {
    this.#options = options
    this.client = options.client
  }

  async ask({ method = 'GET', path, json, body, headers }: Ask): Promise<Answer> {
    const { url, token, signal } = this.#options
    const text = json === undefined ? body : JSON.stringify(json)
    const response = await fetch(`${url}${BASE}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(text === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: text,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(WITHIN)]),
    })
    const answer = await response.text()
    let parsed: unknown
    try {
      parsed = JSON.parse(answer)
    } catch {
      parsed = undefined
    }
    return { status: response.status, headers: response.headers, text: answer, json: parsed }
  }

  /** Asks, and expects a refusal in the error envelope. */
  async refused(ask: Ask, status: number, code: string, field?: string): Promise<void> {
    const answer = await this.ask(ask)
    const error = answer.json?.error
    const got = `${answer.status}${error?.code === undefined ? '' : ` ${error.code}`}${error?.field === undefined ? '' : ` (${error.field})`}`
    const wanted = `${status} ${code}${field === undefined ? '' : ` (${field})`}`
    if (answer.status < 300) this.#removeMade(answer.json)
    const right =
      answer.status === status &&
      error?.code === code &&
      (field === undefined || error?.field === undefined || error.field === field)
    if (!right) throw new Differs(`expected ${wanted}, got ${got}`)
    must(typeof error.message === 'string' && error.message !== '', 'the error has no message')
  }

  /** What was made where it should have been refused must not stay. */
  #removeMade(made: Readonly<Record<string, unknown>> | undefined): void {
    const removals = {
      'pool-id': (id: string) => this.client.deletePool(id),
      'set-id': (id: string) => this.client.deleteSet(id),
      'block-id': (id: string) => this.client.deleteBlock(id),
      'ins-id': (id: string) => this.client.unload(id),
    }
    for (const [name, remove] of Object.entries(removals)) {
      const id = made?.[name]
      if (typeof id === 'string') this.after(`${name.slice(0, -3)} ${id}`, () => remove(id))
    }
  }

  /** The answer of a call that must work; an endpoint that is not there is not implemented. */
  async works<T>(call: Promise<T>): Promise<T> {
    try {
      return await call
    } catch (error) {
      if (error instanceof OpenstoreError && [404, 405, 501].includes(error.status ?? 0))
        throw new NotImplemented(error.message)
      throw error
    }
  }

  /** `http://host:port/openstore_v1`. */
  get address(): string {
    return `${this.#options.url}${BASE}`
  }

  get authorization(): Readonly<Record<string, string>> {
    return this.#options.token === undefined ? {} : { authorization: `Bearer ${this.#options.token}` }
  }

  async pause(ms: number): Promise<void> {
    await this.#options.clock.sleep(ms, this.#options.signal)
  }

  /** Notes an object that is removed afterwards. */
  after(what: string, remove: () => Promise<object>): void {
    this.#made.push({ what, remove })
  }

  async done(begun: object): Promise<Readonly<Record<string, unknown>>> {
    const { clock, signal } = this.#options
    return await awaitWork(this.client, begun, { clock, signal, within: WITHIN })
  }

  /** Waits for work whose object goes with it. */
  async gone(begun: Begun, path: string): Promise<void> {
    if (begun['job-id'] !== undefined) await this.done({ 'job-id': begun['job-id'] })
    for (let looks = 0; looks < 100; looks++) {
      if ((await this.ask({ path })).status === 404) return
      await this.pause(50)
    }
    throw new Differs(`${path} is still there`)
  }

  async pool(type: PoolType = 'local'): Promise<string> {
    const { 'pool-id': id } = await this.works(this.client.createPool({ type }))
    must(typeof id === 'string', 'the answer has no pool-id')
    this.after(`pool ${id}`, () => this.client.deletePool(id))
    return id
  }

  async set(name = 'check', app_type?: 'oracle' | 'ftp'): Promise<string> {
    const { 'set-id': id } = await this.works(this.client.createSet({ name, app_type }))
    must(typeof id === 'string', 'the answer has no set-id')
    this.after(`set ${id}`, () => this.client.deleteSet(id, { recursive: true }))
    return id
  }

  /** A block with a text in it, or an empty one. */
  async block(content?: string, at: { pool?: string; set?: string; size?: number } = {}): Promise<string> {
    const pool_id = at.pool ?? (await this.pool())
    const set_id = at.set ?? (await this.set())
    const bytes = Buffer.from(content ?? '')
    const size = at.size ?? bytes.length
    const { 'block-id': id } = await this.works(this.client.createBlock({ set_id, pool_id, name: 'check', size }))
    must(typeof id === 'string', 'the answer has no block-id')
    if (content !== undefined) await this.fill(id, bytes)
    return id
  }

  async fill(block: string, content: Uint8Array): Promise<void> {
    await this.done(await this.works(this.client.upload(block, { content: [content], length: content.length })))
  }

  async checksum(block: string): Promise<string | null | undefined> {
    return (await this.client.block(block)).block.checksum
  }

  /** The content, or undefined where the service does not give any. */
  async content(block: string): Promise<Buffer | undefined> {
    const pieces: Uint8Array[] = []
    try {
      for await (const piece of this.client.read(block)) pieces.push(piece)
    } catch (error) {
      if (error instanceof OpenstoreError && [404, 405, 501].includes(error.status ?? 0)) return undefined
      throw error
    }
    return Buffer.concat(pieces)
  }

  /**
   * Removes what the rule made, the last first; what is gone already is no matter. A pool may have to wait for the blocks of an older set. Gives
   * what is left, and why: `set set-12: DELETE /sets/set-12 answered 409 in_use: …`.
   */
  async remove(): Promise<readonly string[]> {
    let made = this.#made.reverse()
    this.#made = []
    let left: string[] = []
    for (let turn = 0; turn < 2; turn++) {
      const refused: Made[] = []
      left = []
      for (const one of made) {
        try {
          await this.done(await one.remove())
        } catch (error) {
          if (error instanceof OpenstoreError && error.status === 404) continue
          refused.push(one)
          left.push(`${one.what}: ${(error as Error).message}`)
        }
      }
      made = refused
    }
    return left
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.remove()
  }
}
