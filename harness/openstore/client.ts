import {
  type Downloaded,
  type DownloadOptions,
  download,
  type ReadOptions,
  read,
  type Uploaded,
  type UploadOptions,
  upload,
} from './transfer.ts'
import { Transport, type TransportOptions } from './transport.ts'
import type {
  Begun,
  Block,
  CdmInstance,
  CopyBlock,
  CreateBlock,
  CreatePool,
  CreateSet,
  DiskSet,
  Job,
  Listed,
  Listing,
  LoadInstance,
  Pool,
  RestoreBlock,
  Unloading,
} from './types.ts'

/** For one call. */
export type CallOptions = { readonly signal?: AbortSignal; readonly within?: number; readonly idempotencyKey?: string }

export type UnloadOptions = CallOptions & { readonly keep?: boolean }

const at = (...parts: readonly string[]): string => parts.map(part => `/${encodeURIComponent(part)}`).join('')

/** The twenty endpoints of seed 004, by their numbers there. Refusals are OpenstoreErrors. */
export class OpenstoreClient {
  readonly transport: Transport

  constructor(options: TransportOptions) {
    this.transport = new Transport(options)
  }

  /** 1 */
  pools(query: Listing = {}, options: CallOptions = {}): Promise<Listed<'pools', Pool>> {
    return this.#get('/pools', query, options)
  }

  /** 2 */
  pool(id: string, options: CallOptions = {}): Promise<{ readonly pool: Pool }> {
    return this.#get(at('pools', id), {}, options)
  }

  /** 3 */
  createPool(json: CreatePool, options: CallOptions = {}): Promise<{ readonly 'pool-id': string }> {
    return this.#put('/pools', json, options)
  }

  /** 4 */
  deletePool(id: string, options: CallOptions = {}): Promise<Begun> {
    return this.transport.json({ method: 'DELETE', path: at('pools', id), ...options })
  }

  /** 5 */
  sets(
    query: Listing & { readonly filter?: string } = {},
    options: CallOptions = {},
  ): Promise<Listed<'sets', DiskSet>> {
    return this.#get('/sets', query, options)
  }

  /** 6 */
  set(id: string, options: CallOptions = {}): Promise<{ readonly set: DiskSet }> {
    return this.#get(at('sets', id), {}, options)
  }

  /** 7 */
  createSet(json: CreateSet, options: CallOptions = {}): Promise<{ readonly 'set-id': string }> {
    return this.#put('/sets', json, options)
  }

  /** 8 */
  deleteSet(
    id: string,
    { recursive, ...options }: CallOptions & { readonly recursive?: boolean } = {},
  ): Promise<Begun> {
    return this.transport.json({ method: 'DELETE', path: at('sets', id), query: { recursive }, ...options })
  }

  /** 9 */
  blocks(
    query: Listing & { readonly set_id?: string; readonly pool_id?: string; readonly status?: string } = {},
    options: CallOptions = {},
  ): Promise<Listed<'blocks', Block>> {
    return this.#get('/blocks', query, options)
  }

  /** 10 */
  block(id: string, options: CallOptions = {}): Promise<{ readonly block: Block }> {
    return this.#get(at('blocks', id), {}, options)
  }

  /** 10, the content; free on real deployments. */
  download(id: string, options: DownloadOptions = {}): Promise<Downloaded> {
    return download(this.transport, id, options)
  }

  /** 10, the content as it comes. */
  read(id: string, options: ReadOptions = {}): AsyncGenerator<Uint8Array> {
    return read(this.transport, id, options)
  }

  /** 11 */
  createBlock(json: CreateBlock, options: CallOptions = {}): Promise<{ readonly 'block-id': string }> {
    return this.#put('/blocks', json, options)
  }

  /** 12 */
  deleteBlock(id: string, options: CallOptions = {}): Promise<Begun> {
    return this.transport.json({ method: 'DELETE', path: at('blocks', id), ...options })
  }

  /** 13 */
  upload(id: string, options: UploadOptions): Promise<Uploaded> {
    return upload(this.transport, id, options)
  }

  /** 14 */
  copy(id: string, json: CopyBlock = {}, options: CallOptions = {}): Promise<Begun> {
    return this.#act(id, 'copy', json, options)
  }

  /** 15 */
  move(id: string, json: { readonly pool_id: string }, options: CallOptions = {}): Promise<Begun> {
    return this.#act(id, 'move', json, options)
  }

  /** 16 */
  restore(id: string, json: RestoreBlock = {}, options: CallOptions = {}): Promise<Begun> {
    return this.#act(id, 'restore', json, options)
  }

  /** 17 */
  instances(query: Listing = {}, options: CallOptions = {}): Promise<Listed<'cdm_instances', CdmInstance>> {
    return this.#get('/cdm_instances', query, options)
  }

  /** 18 */
  instance(id: string, options: CallOptions = {}): Promise<{ readonly cdm_instance: CdmInstance }> {
    return this.#get(at('cdm_instances', id), {}, options)
  }

  /** 19 */
  load(json: LoadInstance, options: CallOptions = {}): Promise<Begun & { readonly 'ins-id': string }> {
    return this.#put('/cdm_instances', json, options)
  }

  /** 20. With `keep` what it shows becomes new blocks first, `block-ids`, where the deployment can do that. */
  unload(id: string, { keep, ...options }: UnloadOptions = {}): Promise<Unloading> {
    const query = keep === undefined ? {} : { keep: `${keep}` }
    return this.transport.json({ method: 'DELETE', path: at('cdm_instances', id), query, ...options })
  }

  job(id: string, options: CallOptions = {}): Promise<{ readonly job: Job }> {
    return this.#get(at('jobs', id), {}, options)
  }

  /** Ours: reads all of a pool and compares checksums. */
  scrub(id: string, options: CallOptions = {}): Promise<Begun> {
    return this.transport.json({ method: 'POST', path: at('pools', id), query: { action: 'scrub' }, ...options })
  }

  /** Ours: which plugins there are, and why one is not available. */
  plugins(options: CallOptions = {}): Promise<{
    readonly plugins: readonly { readonly kind: string; readonly available: boolean; readonly reason?: string }[]
  }> {
    return this.#get('/plugins', {}, options)
  }

  /** Ours: a plugin collects a source into the set. */
  backup(
    set: string,
    json: { readonly source: { readonly kind: string; readonly [more: string]: unknown }; readonly pool_id?: string },
    options: CallOptions = {},
  ): Promise<Begun> {
    return this.transport.json({ method: 'POST', path: at('sets', set), query: { action: 'backup' }, json, ...options })
  }

  #get<T>(
    path: string,
    query: Readonly<Record<string, string | number | undefined>>,
    options: CallOptions,
  ): Promise<T> {
    return this.transport.json({ method: 'GET', path, query, ...options })
  }

  #put<T>(path: string, json: unknown, options: CallOptions): Promise<T> {
    return this.transport.json({ method: 'PUT', path, json, ...options })
  }

  #act(id: string, action: string, json: unknown, options: CallOptions): Promise<Begun> {
    return this.transport.json({ method: 'POST', path: at('blocks', id), query: { action }, json, ...options })
  }
}
