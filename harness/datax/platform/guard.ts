import { timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Secret } from '../../log/secret.ts'
import { Failure } from './failure.ts'

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/

export const isLoopback = (host: string): boolean => LOOPBACK.test(host)

export type Guard = { readonly token: Secret | undefined; readonly loopback: boolean }

/** Lets a request in, or throws wrong_host, wrong_origin or no_token. The page itself holds no secret, and needs no token. */
export function allow(request: FastifyRequest, { token, loopback }: Guard): void {
  const { host = '', origin, authorization } = request.headers
  // a page of another site could have its name resolve to this machine
  const asked = host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
  if (loopback && !isLoopback(asked))
    throw new Failure('wrong_host', `"${asked.slice(0, 100)}" is no name of this server`)
  // or send a form here
  if (origin !== undefined && URL.parse(origin)?.host !== host)
    throw new Failure('wrong_origin', `a page of "${origin.slice(0, 100)}" may not ask this server`)
  if (!token || (request.routeOptions.config as { readonly open?: boolean }).open) return
  const given = Buffer.from(authorization ?? '')
  const wanted = Buffer.from(`Bearer ${token.reveal()}`)
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted))
    throw new Failure('no_token', 'the request needs "Authorization: Bearer …" with the token')
}
