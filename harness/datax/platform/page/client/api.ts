const TOKEN = 'assay-datax-token'

/** What the interface refused, or that it did not answer (`code` offline). */
export class Refusal extends Error {
  readonly code: string
  readonly data: { readonly issues?: readonly Issue[]; readonly [name: string]: unknown }

  constructor(code: string, message: string, data: Refusal['data'] = {}) {
    super(message)
    this.code = code
    this.data = data
  }
}

export type Issue = { readonly path: string; readonly message: string }

type Listeners = { noToken(): void; online(yes: boolean): void }

const listeners: Listeners = { noToken() {}, online() {} }

export function listen(given: Listeners): void {
  Object.assign(listeners, given)
}

/** Kept until the tab is closed. */
export function rememberToken(token: string): void {
  sessionStorage.setItem(TOKEN, token)
}

type Values = Readonly<Record<string, string | number | undefined>>

export function read<Answer>(path: string, query: Values = {}, signal?: AbortSignal): Promise<Answer> {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()
  return ask(search === '' ? path : `${path}?${search}`, { ...(signal ? { signal } : {}) })
}

export function send<Answer>(path: string, body: unknown, signal?: AbortSignal): Promise<Answer> {
  const headers = { 'content-type': 'application/json' }
  return ask(path, { method: 'POST', headers, body: JSON.stringify(body), ...(signal ? { signal } : {}) })
}

async function ask<Answer>(path: string, init: RequestInit): Promise<Answer> {
  const token = sessionStorage.getItem(TOKEN)
  const headers = { ...init.headers, ...(token ? { authorization: `Bearer ${token}` } : {}) }
  let answer: Response
  let json: { readonly data: Answer; readonly error?: { code: string; message: string; data?: Refusal['data'] } }
  try {
    answer = await fetch(path, { ...init, headers })
    json = await answer.json()
  } catch (error) {
    init.signal?.throwIfAborted()
    listeners.online(false)
    throw new Refusal('offline', 'The server does not answer.', { cause: String(error) })
  }
  listeners.online(true)
  if (!json.error) return json.data
  if (json.error.code === 'no_token') listeners.noToken()
  throw new Refusal(json.error.code, json.error.message, json.error.data)
}
