import { z } from 'zod'
import { OpenstoreError } from '../errors.ts'
import { BASE } from '../transport.ts'
import { centerOf, openstoreAction } from './openstore-action.ts'

const BODY_PIECE = Buffer.alloc(1 << 16, '[')

/** Any request, right or wrong: what the typed actions cannot get wrong, this one can. */
export const requestAction = openstoreAction({
  name: 'request',
  about:
    'Sends any request below /openstore_v1 and gives { status, code, field, message, json, headers }; `code`, `field` and `message` are those of the error envelope. No status fails the step.',
  input: z.strictObject({
    method: z.enum(['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS']).optional().describe('Default GET'),
    path: z.string().describe('Below /openstore_v1, as it is sent'),
    json: z.unknown().optional(),
    like: z.record(z.string(), z.unknown()).optional().describe('Fields beside those of `json`, which come first'),
    omit: z.array(z.string()).optional().describe('Fields of `like` to leave out'),
    body: z.string().optional().describe('A body that is sent as it is'),
    body_bytes: z.int().optional().describe('A body of so many bytes'),
    headers: z.record(z.string(), z.string()).optional(),
    type: z.string().optional().describe('Content-Type of a body. Default application/json'),
    token: z.enum(['right', 'wrong', 'none']).optional().describe('Default right'),
  }),
  examples: [
    '- openstore.request: { method: PUT, path: /sets, json: {} }\n  expect: { status: 400, code: missing_field, field: name }',
  ],
  async run(_client, input, context) {
    const { host, port, password } = centerOf(context)
    const token = { right: password.reveal(), wrong: 'no-such-token', none: '' }[input.token ?? 'right']
    const json = input.like ? merged(input.like, input.omit ?? [], input.json) : input.json
    const body = json !== undefined ? JSON.stringify(json) : input.body
    const lost = (cause: unknown): never => {
      context.signal.throwIfAborted()
      const reason = (cause as { cause?: Error }).cause ?? (cause as Error)
      throw new OpenstoreError(`${input.method ?? 'GET'} ${input.path} got no answer: ${reason.message}`, {
        ...{ code: 'connection_lost', cause },
      })
    }
    const response = await fetch(`http://${host}:${port}${BASE}${input.path}`, {
      method: input.method ?? 'GET',
      headers: {
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined && input.body_bytes === undefined
          ? {}
          : { 'content-type': input.type ?? 'application/json' }),
        ...input.headers,
      },
      signal: context.signal,
      redirect: 'manual',
      ...(input.body_bytes === undefined ? { body } : { body: bodyOf(input.body_bytes), duplex: 'half' as const }),
    }).catch(lost)
    const text = await response.text().catch(lost)
    const answer = parse(text)
    const error = (answer as { error?: { code?: string; field?: string; message?: string } } | undefined)?.error
    context.record({
      kind: 'text',
      title: `${input.method ?? 'GET'} ${input.path} → ${response.status}`,
      text: text.slice(0, 4000),
    })
    return {
      status: response.status,
      code: error?.code ?? null,
      field: error?.field ?? null,
      message: error?.message ?? null,
      json: answer,
      headers: Object.fromEntries(response.headers),
    }
  },
})

function merged(like: Readonly<Record<string, unknown>>, omit: readonly string[], json: unknown): object {
  const kept = Object.entries(like).filter(([name]) => !omit.includes(name))
  return { ...Object.fromEntries(kept), ...(json as object | undefined) }
}

function bodyOf(bytes: number): ReadableStream<Uint8Array> {
  let left = bytes
  return new ReadableStream({
    pull(controller) {
      if (left <= 0) return controller.close()
      controller.enqueue(BODY_PIECE.subarray(0, Math.min(BODY_PIECE.length, left)))
      left -= BODY_PIECE.length
    },
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
