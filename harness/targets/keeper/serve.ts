import type { Socket } from 'node:net'
import { AssayError } from '../../errors.ts'
import type { Grant, Grants } from './grants.ts'
import {
  type Cancel,
  decode,
  encode,
  encodeError,
  lineSplitter,
  type Method,
  type Methods,
  type Request,
} from './protocol.ts'

type Handlers = { [M in Method]: (params: Methods[M]['params'], signal: AbortSignal) => Promise<Methods[M]['result']> }

/** Answers one worker until it disconnects; what it then still holds is given back, exclusive leases as dirty. */
export function serve(socket: Socket, loading: Promise<Grants>, log: (text: string) => void): void {
  const running = new Map<number, AbortController>()
  const held = new Set<number>()

  const own = (grants: Grants, id: number): Grant => {
    if (!held.has(id)) throw new AssayError('ASSAY_TARGET_UNAVAILABLE', `lease ${id} was given back before`)
    return grants.get(id)
  }
  const handlers = (grants: Grants): Handlers => ({
    async lease(params, signal) {
      const granted = await grants.grant(params, signal)
      held.add(granted.lease)
      return granted
    },
    async release({ lease, dirty }) {
      own(grants, lease)
      held.delete(lease)
      await grants.release(lease, dirty)
      return null
    },
    async fault({ lease, kind, endpoint }, signal) {
      const { started, request } = own(grants, lease)
      if (request.mode === 'shared')
        throw new AssayError(
          'ASSAY_FAULT_UNSUPPORTED',
          `cannot ${kind} ${endpoint}: other cases use ${request.target} too`,
          {
            hint: 'Lease the target exclusively.',
          },
        )
      if (!started.fault)
        throw new AssayError('ASSAY_FAULT_UNSUPPORTED', `${request.target} (${request.tier}) cannot ${kind} a server`)
      await started.fault(kind, endpoint, signal)
      return null
    },
    logs: async ({ lease, from, to, limit }) => (await own(grants, lease).started.logs?.(from, to, limit)) ?? [],
    check: async ({ lease, from }) => (await own(grants, lease).started.check?.(from)) ?? [],
    status: ({ target, tier }) => grants.status(target, tier),
  })

  const answer = async ({ id, method, params }: Request): Promise<void> => {
    const controller = new AbortController()
    running.set(id, controller)
    try {
      const handler = handlers(await loading)[method]
      if (!handler) throw new AssayError('ASSAY_INTERNAL', `the keeper has no method "${method}"`)
      send({ id, result: await handler(params, controller.signal) })
    } catch (error) {
      send({ id, error: encodeError(error) })
    } finally {
      running.delete(id)
    }
  }
  const send = (response: Parameters<typeof encode>[0]): void => {
    if (socket.writable) socket.write(encode(response))
  }

  socket.setEncoding('utf8')
  socket.on(
    'data',
    lineSplitter(line => {
      const message = decode(line) as Request | Cancel
      if ('cancel' in message) running.get(message.cancel)?.abort(new Error('given up'))
      else void answer(message)
    }),
  )
  socket.on('error', () => {})
  socket.on('close', async () => {
    for (const controller of running.values()) controller.abort(new Error('the worker has gone'))
    const grants = await loading.catch(() => undefined)
    for (const id of held) {
      const { mode, holder } = grants?.get(id).request ?? {}
      const dirty = mode === 'exclusive' ? `${holder} went away without giving it back` : undefined
      await grants?.release(id, dirty).catch(error => log(`a lease could not be given back: ${error.message}`))
    }
  })
}
