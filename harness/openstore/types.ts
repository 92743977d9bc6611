/** Objects of the openstore REST interface; seed 004 names them, the reference text settles their fields. Sizes are bytes, times RFC 3339 in UTC. */

export const POOL_TYPES = ['local', 'remote', 's3', 'dedup'] as const
export type PoolType = (typeof POOL_TYPES)[number]
export const S3_SCHEMES = ['aws', 'oss', 'cos', 'other'] as const
export type S3Scheme = (typeof S3_SCHEMES)[number]
export const APP_TYPES = ['vmware', 'aliyun', 'oracle', 'mysql', 'ftp', 'http', 'other'] as const
export type AppType = (typeof APP_TYPES)[number]

export type Pool = {
  readonly id: string
  readonly type: PoolType
  readonly status: 'creating' | 'online' | 'offline' | 'deleting' | 'error'
  readonly used?: number
  readonly capacity?: number | null
  /** How many blocks it holds. */
  readonly blocks?: number
  readonly [more: string]: unknown
}

export type DiskSet = {
  readonly id: string
  readonly name: string
  readonly app_type: AppType
  /** Ids. */
  readonly blocks?: readonly string[]
  readonly size?: number
  readonly [more: string]: unknown
}

export type Block = {
  readonly id: string
  readonly set_id: string
  readonly pool_id: string
  readonly name: string
  readonly size: number
  readonly used?: number
  /** `sha256:…` of the whole content. */
  readonly checksum?: string | null
  /** `creating`, `empty`, `available`, `uploading`, `copying`, `moving`, `restoring`, `deleting` or `error`. */
  readonly status: string
  /** The block that it was copied from. */
  readonly parent?: string | null
  readonly [more: string]: unknown
}

/** One NBD export of an instance. */
export type NbdEndpoint = {
  readonly block_id: string
  readonly host: string
  readonly port: number
  readonly export: string
  readonly size: number
  readonly read_only: boolean
}

export type CdmInstance = {
  readonly id: string
  readonly name?: string
  readonly status: 'loading' | 'loaded' | 'unloading' | 'error'
  readonly endpoints?: readonly NbdEndpoint[]
  /** Bytes in the overlay. */
  readonly changed?: number
  readonly [more: string]: unknown
}

export type Job = {
  readonly id: string
  readonly state: 'queued' | 'running' | 'done' | 'failed'
  readonly result?: Readonly<Record<string, unknown>> | null
  readonly error?: { readonly code: string; readonly message: string } | null
  readonly [more: string]: unknown
}

export type CreatePool = {
  readonly type: PoolType
  readonly host?: string
  readonly port?: number
  readonly s3_scheme?: S3Scheme
  readonly bucket?: string
  readonly region?: string
  readonly access_key?: string
  readonly secret_key?: string
  readonly https?: boolean
}
export type CreateSet = {
  readonly name: string
  readonly app_type?: AppType
  readonly source?: Readonly<Record<string, unknown>>
}
export type CreateBlock = {
  readonly set_id: string
  readonly pool_id: string
  readonly name: string
  readonly size: number
}
export type CopyBlock = { readonly pool_id?: string; readonly set_id?: string; readonly name?: string }
export type RestoreBlock = {
  readonly target_block_id?: string
  readonly to?: { readonly kind: string; readonly [more: string]: unknown }
}
export type LoadInstance = {
  readonly set_id?: string
  readonly block_ids?: readonly string[]
  readonly name?: string
  readonly read_only?: boolean
  readonly node?: string
}

export type Listing = {
  readonly limit?: number
  readonly next?: string
  readonly page?: number
  readonly page_size?: number
}

/** A page: the objects under their plural, a cursor, and `total` where pages were asked for. */
export type Listed<Name extends string, T> = { readonly [name in Name]: readonly T[] } & {
  readonly next?: string | null
  readonly total?: number
}

/** What long work answers with: the job, where the service has jobs, and what it is done to. */
export type Begun = { readonly 'job-id'?: string; readonly 'block-id'?: string; readonly 'ins-id'?: string }

/** What unloading an instance answers with; the blocks are those that `keep` makes. */
export type Unloading = Begun & { readonly 'block-ids'?: readonly string[] }
