import { timingSafeEqual } from 'node:crypto'
import { chmodSync, mkdirSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { AssayError } from '../../errors.ts'
import { maskText } from '../../log/mask-text.ts'
import type { Secret } from '../../log/secret.ts'
import type { Engine } from '../engine/engine.ts'
import { inProcessEngine } from '../engine/in-process/engine.ts'
import { Cipher } from './cipher.ts'
import { Configs } from './configs.ts'
import { Datasources } from './datasources.ts'
import { Executions } from './executions.ts'
import { Failure } from './failure.ts'
import { openApi, type Route, routesOf } from './routes.ts'
import { Store } from './store.ts'

export type ServeOptions = {
  /** Holds the database, the key, configs/ and logs/. Made when it is missing. */
  readonly folder: string
  /** Default 127.0.0.1. Any other address than loopback needs a token. */
  readonly host?: string
  /** Default: a free one. */
  readonly port?: number
  readonly token?: Secret
  readonly engine?: Engine
}

export type Platform = AsyncDisposable & { readonly url: string; readonly host: string; readonly port: number }

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/
const BODY_LIMIT = 20 * 1024 * 1024

/** Starts the data-sync platform. Disposing it stops its runs. */
export async function servePlatform(options: ServeOptions): Promise<Platform> {
  const { folder, host = '127.0.0.1', port = 0, token, engine = inProcessEngine } = options
  if (!LOOPBACK.test(host) && !token)
    throw new AssayError('ASSAY_USAGE', `the platform would be open to everyone who reaches ${host}`, {
      hint: 'Set a token, or bind it to 127.0.0.1.',
    })
  for (const one of [folder, join(folder, 'configs'), join(folder, 'logs')])
    mkdirSync(one, { recursive: true, mode: 0o700 })
  const file = join(folder, 'platform.db')
  const store = new Store(file)
  chmodSync(file, 0o600)
  const configs = new Configs(store, join(folder, 'configs'))
  const sources = new Datasources(store, Cipher.open(join(folder, 'key')))
  const executions = new Executions({ store, configs, engine, folder: join(folder, 'logs') })
  const app = appOf(routesOf({ sources, configs, executions }), { token, loopback: LOOPBACK.test(host) })
  try {
    await app.listen({ host, port })
  } catch (error) {
    await executions[Symbol.asyncDispose]()
    store[Symbol.dispose]()
    throw new AssayError(
      'ASSAY_SERVER_PORT',
      `the platform cannot listen on ${host}:${port}: ${(error as Error).message}`,
      { cause: error },
    )
  }
  const address = app.server.address() as AddressInfo
  return {
    host,
    port: address.port,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    async [Symbol.asyncDispose]() {
      await app.close()
      await executions[Symbol.asyncDispose]()
      store[Symbol.dispose]()
    },
  }
}

function appOf(
  routes: readonly Route[],
  guard: { readonly token: Secret | undefined; readonly loopback: boolean },
): FastifyInstance {
  const app = Fastify({ logger: false, bodyLimit: BODY_LIMIT, forceCloseConnections: true })
  app.addHook('onRequest', async request => allow(request, guard))
  app.setErrorHandler((error, _request, reply) => refuse(error, reply))
  app.setNotFoundHandler((request, reply) =>
    refuse(new Failure(404, 'no_route', `there is no ${request.method} ${request.url.split('?')[0]}`), reply),
  )
  app.get('/openapi.json', async () => openApi(routes))
  for (const { method, path, status, input, handle } of routes)
    app.route({
      method,
      url: path,
      async handler(request, reply) {
        const parsed = input.safeParse((method === 'GET' ? request.query : request.body) ?? {})
        if (!parsed.success) {
          const issues = parsed.error.issues.map(issue => ({ path: issue.path.join('.'), message: issue.message }))
          const first = issues[0]
          throw new Failure(400, 'invalid', `${first?.path ? `${first.path}: ` : ''}${first?.message}`, { issues })
        }
        const gone = new AbortController()
        request.raw.once('aborted', () => gone.abort())
        return reply.status(status).send({ data: await handle(parsed.data as never, gone.signal) })
      },
    })
  return app
}

function allow(
  request: FastifyRequest,
  { token, loopback }: { readonly token: Secret | undefined; readonly loopback: boolean },
): void {
  // a page of another site could have its name resolve to this machine
  const asked = (request.headers.host ?? '').replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
  if (loopback && !LOOPBACK.test(asked))
    throw new Failure(403, 'wrong_host', `"${asked.slice(0, 100)}" is no name of this server`)
  if (!token) return
  const given = Buffer.from(request.headers.authorization ?? '')
  const wanted = Buffer.from(`Bearer ${token.reveal()}`)
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted))
    throw new Failure(401, 'no_token', 'the request needs "Authorization: Bearer …" with the token')
}

function refuse(error: unknown, reply: FastifyReply): FastifyReply {
  const { status, code, data } = error instanceof Failure ? error : { ...ofFastify(error), data: undefined }
  const message = maskText((error as Error).message)
  return reply.status(status).send({ error: { code, message, ...(data === undefined ? {} : { data }) } })
}

function ofFastify(error: unknown): { readonly status: number; readonly code: string } {
  const status = (error as { statusCode?: number }).statusCode ?? 500
  if (status === 413) return { status, code: 'too_large' }
  return status < 500
    ? { status, code: 'invalid' }
    : { status, code: error instanceof AssayError ? error.code.toLowerCase() : 'failed' }
}
