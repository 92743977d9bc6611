import { connect, type Socket } from 'node:net'
import { AssayError } from '../../errors.ts'
import type { Keeper, Lease, LeaseRequest } from '../lease.ts'
import { decode, decodeError, encode, lineSplitter, type Method, type Methods, type Response } from './protocol.ts'

type Pending = { resolve(result: unknown): void; reject(error: unknown): void }

const CONNECT_WITHIN = 10_000

/** Connects a worker to the keeper whose socket it was told (the environment variable KEEPER_SOCKET). */
export async function connectKeeper(path: string): Promise<Keeper> {
  const socket = connect(path)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const timer = setTimeout(() => reject(new Error(`no answer within ${CONNECT_WITHIN / 1000} s`)), CONNECT_WITHIN)
  socket.once('connect', resolve).once('error', reject)
  try {
    await promise
    return new KeeperConnection(socket)
  } catch (cause) {
    socket.destroy()
    throw new AssayError('ASSAY_KEEPER_LOST', `no keeper answers on ${path}: ${(cause as Error).message}`, { cause })
  } finally {
    clearTimeout(timer)
  }
}

class KeeperConnection implements Keeper {
  readonly #socket: Socket
  readonly #pending = new Map<number, Pending>()
  #count = 0

  constructor(socket: Socket) {
    this.#socket = socket
    socket.unref()
    socket.setEncoding('utf8')
    socket.on(
      'data',
      lineSplitter(line => this.#settle(decode(line) as Response)),
    )
    socket.on('error', () => {})
    socket.on('close', () => {
      for (const { reject } of this.#pending.values()) reject(lost())
      this.#pending.clear()
    })
  }

  async lease(request: LeaseRequest): Promise<Lease> {
    const { target, tier, mode, holder, signal } = request
    const granted = await this.#ask('lease', { target, tier, mode, holder }, signal)
    const { lease } = granted
    let released: Promise<unknown> | undefined
    const release = async (options?: { readonly dirty?: string }): Promise<void> => {
      released ??= this.#ask('release', { lease, dirty: options?.dirty })
      await released
    }
    return {
      target,
      tier,
      mode,
      endpoints: granted.endpoints,
      capabilities: granted.capabilities,
      versions: granted.versions,
      fault: async (kind, endpoint, faultSignal) => {
        await this.#ask('fault', { lease, kind, endpoint }, faultSignal)
      },
      logs: (from, to, limit) => this.#ask('logs', { lease, from, to, limit }),
      check: from => this.#ask('check', { lease, from }),
      release,
      [Symbol.asyncDispose]: () => release(),
    }
  }

  status(target: string, tier: LeaseRequest['tier']): ReturnType<Keeper['status']> {
    return this.#ask('status', { target, tier })
  }

  async close(): Promise<void> {
    if (this.#socket.destroyed) return
    const closed = new Promise(resolve => this.#socket.once('close', resolve))
    this.#socket.ref()
    this.#socket.end()
    await closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #ask<M extends Method>(method: M, params: Methods[M]['params'], signal?: AbortSignal): Promise<Methods[M]['result']> {
    if (signal?.aborted) return Promise.reject(signal.reason)
    if (this.#socket.destroyed || !this.#socket.writable) return Promise.reject(lost())
    const id = ++this.#count
    const onAbort = (): void => void this.#socket.write(encode({ cancel: id }))
    // Alive while something is asked for, and no longer.
    this.#socket.ref()
    signal?.addEventListener('abort', onAbort)
    return new Promise<Methods[M]['result']>((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as (result: unknown) => void, reject })
      this.#socket.write(encode({ id, method, params: params as never }))
    })
      .catch(error => {
        throw signal?.aborted ? signal.reason : error
      })
      .finally(() => {
        signal?.removeEventListener('abort', onAbort)
        if (this.#pending.size === 0) this.#socket.unref()
      })
  }

  #settle({ id, result, error }: Response): void {
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    if (error) pending?.reject(decodeError(error))
    else pending?.resolve(result)
  }
}

function lost(): AssayError {
  return new AssayError('ASSAY_KEEPER_LOST', 'the keeper, which owns the servers of this run, has gone')
}
