import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Asked = {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: string
}
export type Answered = {
  readonly status: number
  readonly type: string
  readonly body: string
  readonly headers: Headers
}

/** What a platform does wrong on purpose: with what it is asked, what it answers, or what it leaves behind. */
export type Fault = {
  ask?(asked: Asked): Asked | Answered
  answer?(answered: Answered, asked: Asked): Answered | Promise<Answered>
}

/** Stands before a platform and spoils it. Without a fault nobody can tell that it is there. */
export async function faultyProxy(target: string, fault: Fault): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', target)
    const chunks = await request.toArray()
    const whole = { method: request.method ?? 'GET', path: url.pathname, query: url.searchParams }
    const asked: Asked = { ...whole, headers: request.headers, body: Buffer.concat(chunks).toString() }
    const changed = fault.ask?.(asked) ?? asked
    const answered = 'status' in changed ? changed : await forward(target, changed)
    const { status, type, body, headers } = (await fault.answer?.(answered, asked)) ?? answered
    const policy = headers.get('content-security-policy')
    response.writeHead(status, {
      ...{ 'content-type': type, 'x-content-type-options': headers.get('x-content-type-options') ?? '' },
      ...(policy ? { 'content-security-policy': policy } : {}),
    })
    response.end(body)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      await new Promise(resolve => server.close(resolve).closeAllConnections())
    },
  }
}

async function forward(target: string, { method, path, query, headers, body }: Asked): Promise<Answered> {
  const { 'content-type': type, authorization, origin } = headers
  const sent = { ...(type ? { 'content-type': type } : {}), ...(authorization ? { authorization } : {}) }
  const search = query.size > 0 ? `?${query}` : ''
  const answer = await fetch(`${target}${path}${search}`, {
    ...{ method, headers: { ...sent, ...(origin ? { origin } : {}) } },
    ...(method === 'GET' || (body === '' && !type) ? {} : { body }),
  })
  const shown = { status: answer.status, type: answer.headers.get('content-type') ?? '', headers: answer.headers }
  return { ...shown, body: await answer.text() }
}

/** An answer with other data in it. */
export function withData(answered: Answered, change: (data: never) => unknown): Answered {
  const json = JSON.parse(answered.body)
  return json.data === undefined
    ? answered
    : { ...answered, body: JSON.stringify({ ...json, data: change(json.data as never) }) }
}

export const said = (status: number, data: unknown): Answered => ({
  ...{ status, type: 'application/json', headers: new Headers(), body: JSON.stringify({ data }) },
})
