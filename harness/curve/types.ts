import type { Secret } from '../log/secret.ts'

/** `filetype` of StatFile (curve_type.h). */
export const FILE_TYPES = { DIRECTORY: 0, PAGEFILE: 1, APPENDFILE: 2, APPENDECFILE: 3, SNAPSHOT_PAGEFILE: 4 } as const
export type FileType = (typeof FILE_TYPES)[keyof typeof FILE_TYPES]

/** `fileStatus` of StatFile. */
export const FILE_STATUSES = {
  CREATED: 0,
  DELETING: 1,
  CLONING: 2,
  CLONEMETAINSTALLED: 3,
  CLONED: 4,
  BEINGCLONED: 5,
} as const
export type FileStatus = (typeof FILE_STATUSES)[keyof typeof FILE_STATUSES]

/** Offsets and lengths of I/O are multiples of it (mds.curvefs.blockSize; 512 on some clusters). */
export const BLOCK_SIZE = 4096
/** Most bytes of one call: the limit of Curve's own block device layer (CBD_MAX_BUF_LEN). Longer I/O is streamed. */
export const MAX_IO = 32 * 1024 * 1024

/** Who a call is made as. Only root needs a password; the owner `root` without one is refused. */
export type CurveUser = { readonly owner: string; readonly password?: Secret }

/** What StatFile fills in. Sizes in bytes. */
export type FileInfo = {
  readonly id: number
  readonly parentid: number
  readonly filetype: FileType
  readonly length: number
  /** Microseconds since 1970. */
  readonly ctime: number
  /** The last component of the path. */
  readonly filename: string
  readonly owner: string
  readonly fileStatus: FileStatus
  /** Both 0 unless the volume is striped. */
  readonly stripeUnit: number
  readonly stripeCount: number
}

/** Where the Python module lives and how it reaches its cluster. */
export type CurveSettings = {
  /** The interpreter. Default `python3`. */
  readonly python?: string
  /** Folder with the module `curvefs`, put in front of PYTHONPATH; absent where the interpreter finds it by itself. */
  readonly pythonPath?: string
  /** Absolute path of client.conf on the machine where the module runs. */
  readonly conf: string
  /** The user of calls that name none. */
  readonly user: CurveUser
  /** Milliseconds that one call may take. Default 30 s. */
  readonly deadline?: number
  /** Variables for the interpreter, besides PATH, HOME and the locale. */
  readonly env?: Readonly<Record<string, string>>
}

/** What the sidecar found out about interpreter and module. */
export type SidecarInfo = {
  readonly python: string
  /** File of the module. */
  readonly module: string
  /** How the wrapper takes and gives bytes: as `bytes`, or (releases up to 2.5) as `str`, which only holds valid UTF-8. */
  readonly flavour: 'bytes' | 'str'
  readonly standin: boolean
  /** Methods of CBDClient. */
  readonly calls: readonly string[]
  readonly pid: number
}
