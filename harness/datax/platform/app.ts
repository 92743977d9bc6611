import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import { AssayError } from '../../errors.ts'
import { maskText } from '../../log/mask-text.ts'
import { Failure, type FailureCode } from './failure.ts'
import { allow, type Guard } from './guard.ts'
import { openApi } from './open-api.ts'
import { PAGE_POLICY, pageFiles } from './page/page-files.ts'
import type { Route } from './routes.ts'

const BODY_LIMIT = 20 * 1024 * 1024
const HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const

/** The routes, the page at `/` and `/openapi.json`, with one envelope around every answer. */
export function appOf(routes: readonly Route[], guard: Guard): FastifyInstance {
  const app = Fastify({ logger: false, bodyLimit: BODY_LIMIT, forceCloseConnections: true })
  // a body that is no JSON is none of ours; text/plain is what another site's page could send
  app.removeContentTypeParser('text/plain')
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(HEADERS)
    allow(request, guard)
  })
  app.setErrorHandler((error, _request, reply) => refuse(error, reply))
  app.setNotFoundHandler((request, reply) =>
    refuse(new Failure('no_route', `there is no ${request.method} ${request.url.split('?')[0]}`), reply),
  )
  const described = openApi(routes, { token: guard.token !== undefined })
  app.get('/openapi.json', async () => described)
  for (const { path, type, body } of pageFiles())
    app.get(path, { config: { open: true } }, async (_request, reply) =>
      reply.header('content-security-policy', PAGE_POLICY).type(type).send(body),
    )
  for (const { method, path, status = 200, input, handle } of routes)
    app.route({
      method,
      url: path,
      async handler(request, reply) {
        const parsed = input.safeParse((method === 'GET' ? request.query : request.body) ?? {})
        if (!parsed.success) {
          const issues = parsed.error.issues.map(issue => ({ path: issue.path.join('.'), message: issue.message }))
          const first = issues[0]
          throw new Failure('invalid', `${first?.path ? `${first.path}: ` : ''}${first?.message}`, { issues })
        }
        const gone = new AbortController()
        reply.raw.once('close', () => gone.abort())
        return reply.status(status).send({ data: await handle(parsed.data as never, gone.signal) })
      },
    })
  return app
}

function refuse(error: unknown, reply: FastifyReply): FastifyReply {
  const { status, code, data } = error instanceof Failure ? error : { ...ofFastify(error), data: undefined }
  const message = maskText((error as Error).message)
  return reply.status(status).send({ error: { code, message, ...(data === undefined ? {} : { data }) } })
}

function ofFastify(error: unknown): { readonly status: number; readonly code: FailureCode } {
  const status = (error as { statusCode?: number }).statusCode ?? 500
  if (error instanceof AssayError || status >= 500) return { status: 500, code: 'failed' }
  return { status, code: status === 413 ? 'too_large' : 'invalid' }
}
