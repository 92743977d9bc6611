import { setTimeout as delay } from 'node:timers/promises'
import type { Secret } from '../log/secret.ts'
import { OpenstoreError } from './errors.ts'

export const BASE = '/openstore_v1'

export type TransportOptions = {
  /** `http://host:port`. */
  readonly url: string
  readonly token?: Secret
  /** Milliseconds that a call may take when it says nothing else. Default 30,000. */
  readonly within?: number
  /** How often a call that may be repeated is tried at most. Default 3. */
  readonly tries?: number
  /** Milliseconds before the first repetition; doubled for each further one. Default 100. */
  readonly pause?: number
}

export type Request = {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  /** Below the base path. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly json?: unknown
  readonly body?: ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer>
  readonly headers?: Readonly<Record<string, string>>
  /** Makes a PUT or POST something that may be repeated. */
  readonly idempotencyKey?: string
  readonly signal?: AbortSignal
  readonly within?: number
}

type Answer = {
  readonly response: Response
  /** Ends the deadline, which holds until then. */
  readonly done: () => void
  /** What to throw where reading the body failed. */
  readonly lost: (error: unknown) => unknown
}

const MAX_ANSWER = 64 << 20
/** What may pass by itself: the service was busy, or a node was away. */
const PASSING = new Set([429, 502, 503, 504])

/**
 * Sends requests. A call is tried again where it was not answered, or with 429, 502, 503 or 504, and only where repeating it is safe: GET,
 * and PUT or POST with an idempotency key and a body that can be sent twice. DELETE is not: the second would answer 404.
 */
export class Transport {
  readonly #options: Required<Omit<TransportOptions, 'token'>> & Pick<TransportOptions, 'token'>

  constructor(options: TransportOptions) {
    this.#options = { within: 30_000, tries: 3, pause: 100, ...options, url: options.url.replace(/\/+$/, '') }
  }

  /** The JSON that is answered. Throws OpenstoreError for every status of 400 and more. */
  async json<T>(request: Request): Promise<T> {
    const { response, done, lost } = await this.send(request)
    try {
      const body = await readText(response).catch(error => {
        throw lost(error)
      })
      if (response.status === 204 || body === '') return {} as T
      const parsed = parse(body)
      if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed))
        throw new OpenstoreError(
          `${describe(request)} answered ${response.status} with something that is not a JSON object`,
          {
            ...{ status: response.status, code: 'bad_answer', data: { body: body.slice(0, 300) } },
          },
        )
      return parsed as T
    } finally {
      done()
    }
  }

  /** The answer with its body unread. */
  async send(request: Request): Promise<Answer> {
    const repeatable =
      request.method === 'GET' || (request.idempotencyKey !== undefined && !(request.body instanceof ReadableStream))
    const tries = repeatable ? this.#options.tries : 1
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#once(request)
      } catch (error) {
        const again =
          error instanceof OpenstoreError &&
          (error.status === undefined ? error.class === 'connection_lost' : PASSING.has(error.status))
        if (!again || attempt >= tries) throw error
        const pause =
          error.retryAfter === undefined ? this.#options.pause * 2 ** (attempt - 1) : error.retryAfter * 1000
        // a service that wants to be asked tomorrow is not waited for
        if (pause > (request.within ?? this.#options.within)) throw error
        await delay(pause, undefined, { signal: request.signal })
      }
    }
  }

  async #once(request: Request): Promise<Answer> {
    const { url, token, within: usual } = this.#options
    const within = request.within ?? usual
    const deadline = new AbortController()
    const timer = setTimeout(() => deadline.abort(), within)
    const signals = [deadline.signal, ...(request.signal ? [request.signal] : [])]
    const done = (): void => clearTimeout(timer)
    const lost = (error: unknown): unknown => {
      if (error instanceof OpenstoreError) return error
      if (request.signal?.aborted) return request.signal.reason
      if (deadline.signal.aborted)
        return new OpenstoreError(`${describe(request)} was not answered within ${within / 1000} s`, {
          code: 'timeout',
          cause: error,
        })
      const reason = (error as { cause?: NodeJS.ErrnoException }).cause
      return new OpenstoreError(`${describe(request)} got no answer: ${reason?.message || (error as Error).message}`, {
        ...{ code: 'connection_lost', data: { errno: reason?.code }, cause: error },
      })
    }
    try {
      const response = await fetch(address(url, request), {
        method: request.method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token.reveal()}` }),
          ...(request.json === undefined ? {} : { 'content-type': 'application/json' }),
          ...(request.idempotencyKey === undefined ? {} : { 'idempotency-key': request.idempotencyKey }),
          ...request.headers,
        },
        body: request.json === undefined ? request.body : JSON.stringify(request.json),
        signal: AbortSignal.any(signals),
        redirect: 'manual',
        ...(request.body instanceof ReadableStream ? { duplex: 'half' as const } : {}),
      })
      if (response.status >= 400) throw await refusal(request, response)
      return { response, done, lost }
    } catch (error) {
      done()
      throw lost(error)
    }
  }
}

function address(url: string, { path, query }: Request): URL {
  const full = new URL(`${url}${BASE}${path}`)
  for (const [name, value] of Object.entries(query ?? {}))
    if (value !== undefined) full.searchParams.set(name, String(value))
  return full
}

/** Without the query: nothing that a client sent may be repeated in a message but the path. */
function describe({ method, path }: Request): string {
  return `${method} ${BASE}${path}`
}

async function refusal(request: Request, response: Response): Promise<OpenstoreError> {
  const text = await readText(response).catch(() => '')
  const body = parse(text) as { error?: { code?: unknown; message?: unknown; field?: unknown } } | undefined
  const { code, message, field } = body?.error ?? {}
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
  return new OpenstoreError(
    `${describe(request)} answered ${response.status}${typeof code === 'string' ? ` ${code}` : ''}${typeof message === 'string' ? `: ${message}` : ''}`,
    {
      status: response.status,
      code: typeof code === 'string' ? code : `http_${response.status}`,
      field: typeof field === 'string' ? field : undefined,
      retryAfter: Number.isFinite(retryAfter) ? retryAfter : undefined,
      data: { ...(response.headers.has('allow') ? { allow: response.headers.get('allow') } : {}) },
    },
  )
}

async function readText(response: Response): Promise<string> {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of response.body ?? []) {
    size += piece.length
    if (size > MAX_ANSWER)
      throw new OpenstoreError(`the answer is longer than ${MAX_ANSWER} bytes`, { code: 'bad_answer' })
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
