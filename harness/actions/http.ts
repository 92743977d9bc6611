import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { ActionError } from '../errors.ts'
import { isSecretName } from '../log/secret.ts'
import { defineAction } from './define-action.ts'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
const MAX_BODY = 10_000_000

const full = z.strictObject({
  url: z.string().describe('Absolute, or a path on the endpoint of `on`'),
  method: z.enum(METHODS).optional().describe('Default GET, or POST with a body'),
  headers: z.record(z.string(), z.string()).optional(),
  query: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  json: z.unknown().optional().describe('A body, sent as JSON'),
  body: z.string().optional().describe('A body, sent as it is'),
  file: z.string().optional().describe('A file sent as the body, relative to the case file'),
  status: z
    .union([z.int(), z.literal('any')])
    .optional()
    .describe('The only status that counts as success. Default: any 2xx or 3xx'),
})

/** Makes an HTTP request. */
export const http = defineAction({
  name: 'http',
  about:
    'Makes an HTTP request and gives { status, headers, body, json, duration_ms }; `json` where the answer is JSON. A status of 400 or more fails the step unless `status` names it.',
  input: z
    .union([z.string(), full])
    .refine(
      value =>
        typeof value === 'string' ||
        [value.json, value.body, value.file].filter(part => part !== undefined).length <= 1,
      { error: 'http takes one of "json", "body" and "file"' },
    ),
  on: 'optional',
  timeout: '30s',
  examples: [
    '- http: http://127.0.0.1:8080/health\n  expect: { status: 200 }',
    '- http: { url: /jobs, method: POST, json: { name: nightly } }\n  on: manager\n  expect: { json: { state: accepted } }',
  ],
  async run(input, context) {
    const request = typeof input === 'string' ? { url: input } : input
    const endpoint = context.endpointIfAny
    const base =
      endpoint === undefined
        ? undefined
        : `http://${endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host}:${endpoint.port}`
    const url = parseUrl(request.url, base)
    for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, String(value))
    const body =
      request.json !== undefined
        ? JSON.stringify(request.json)
        : request.file !== undefined
          ? await readFile(context.path(request.file))
          : request.body
    const method = request.method ?? (body === undefined ? 'GET' : 'POST')
    const headers = {
      ...(request.json === undefined ? {} : { 'content-type': 'application/json' }),
      ...request.headers,
    }
    const started = context.clock.now()
    const lost = (cause: unknown): never => {
      throw noAnswer(`${method} ${url.href}`, cause)
    }
    const response = await fetch(url, { method, headers, body, redirect: 'manual', signal: context.signal }).catch(lost)
    const text = await readBody(response).catch(lost)
    const answer = {
      status: response.status,
      headers: headersOf(response),
      body: text,
      json: jsonOf(text, response),
      duration_ms: context.clock.now() - started,
    }
    context.record({ kind: 'text', title: `${method} ${url.href} → ${response.status}`, text: text.slice(0, 4_000) })
    const wanted = request.status ?? undefined
    if (wanted !== 'any' && (wanted === undefined ? response.status >= 400 : response.status !== wanted)) {
      throw new ActionError(
        'ASSAY_HTTP',
        `${method} ${url.href} answered ${response.status}${text === '' ? '' : `: ${text.slice(0, 300)}`}`,
        { systemCode: response.status, class: 'http_status', data: answer },
      )
    }
    return answer
  },
})

/** The names that SQL sessions use for the same failures. */
const CLASSES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection_refused',
  ENOTFOUND: 'unknown_host',
  EAI_AGAIN: 'unknown_host',
}

/** A request without an answer, or with half of one. fetch hides the reason in the cause of its error. */
function noAnswer(request: string, error: unknown): ActionError {
  if (error instanceof ActionError) return error
  const reason = (error as { cause?: NodeJS.ErrnoException }).cause
  return new ActionError('ASSAY_HTTP', `${request} got no answer: ${reason?.message ?? (error as Error).message}`, {
    systemCode: reason?.code,
    class: CLASSES[reason?.code ?? ''] ?? 'connection_lost',
    cause: error,
  })
}

function parseUrl(url: string, base: string | undefined): URL {
  const parsed = URL.parse(url, base)
  if (!parsed || !/^https?:$/.test(parsed.protocol)) {
    throw new ActionError('ASSAY_HTTP', `"${url}" is not an http address`, {
      hint: base === undefined ? 'Write it in full, or give the step an `on` endpoint.' : undefined,
      class: 'invalid_value',
    })
  }
  return parsed
}

async function readBody(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk)
    size += chunk.length
    if (size > MAX_BODY)
      throw new ActionError('ASSAY_HTTP', `the answer of ${response.url} is longer than ${MAX_BODY} bytes`, {
        class: 'too_large',
      })
  }
  return Buffer.concat(chunks).toString('utf8')
}

function headersOf(response: Response): Record<string, string> {
  return Object.fromEntries(
    [...response.headers].map(([name, value]) => [name, isSecretName(name) || name === 'set-cookie' ? '***' : value]),
  )
}

function jsonOf(text: string, response: Response): unknown {
  if (!/json/i.test(response.headers.get('content-type') ?? '') && !/^\s*[[{]/.test(text)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
