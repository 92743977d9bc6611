import { CallLine, type CallOptions } from './call-line.ts'
import { CurveError } from './errors.ts'
import type { Sidecar, SidecarRequest } from './sidecar.ts'
import { localHost, type SidecarHost } from './sidecar-host.ts'
import { type CurveSettings, type CurveUser, type FileInfo, MAX_IO, type SidecarInfo } from './types.ts'
import { exactNumbers, shown, tooLong } from './wire.ts'

/** Bytes, offsets and ids: up to 2^64 - 1 where a bigint is given. What does not fit raises OverflowError in Python. */
export type Size = number | bigint

export type As = {
  /** Who calls; default the user of the settings. */
  readonly as?: CurveUser
}

export type CreateOptions = As & {
  readonly size: Size
}

export type Create2Options = CreateOptions & {
  /** Default: the cluster's choice. */
  readonly poolset?: string
  /** Bytes in a stripe, and stripes; give both or none. */
  readonly stripeUnit?: Size
  readonly stripeCount?: Size
}

/**
 * The calls of Curve's CBDClient (seed 003), each in a sidecar that drives the real Python module. A code below zero rejects with
 * CurveError, an exception of the wrapper with ASSAY_CURVE_PYTHON. Calls are served one after the other; for parallel I/O use
 * several clients. After a hang or the death of the sidecar the next call starts another one and repeats Init; volumes that
 * were open have to be opened again.
 */
export class CurveClient implements AsyncDisposable {
  readonly settings: CurveSettings
  readonly #line: CallLine

  constructor(settings: CurveSettings, host: SidecarHost = localHost) {
    this.settings = settings
    this.#line = new CallLine(settings, host)
  }

  // -- life

  /** Reads client.conf; does not yet reach the cluster. Default: the conf of the settings. -2 for a conf that cannot be used. */
  async init(conf: string = this.settings.conf): Promise<void> {
    try {
      await this.#line.code('Init', [conf])
    } catch (error) {
      if (!(error instanceof CurveError)) throw error
      throw new CurveError(error.curveCode, error.call, {
        hint: 'The file is not there or cannot be read on the machine of the module, or lacks a key that libcurve requires.',
        cause: error,
      })
    }
    this.#line.initialised = conf
  }

  async unInit(): Promise<void> {
    await this.#line.call('UnInit', [])
    this.#line.initialised = undefined
  }

  /** UUID of the cluster; empty before init, and while the metadata servers are away. */
  async getClusterId(): Promise<string> {
    return String((await this.#line.call('GetClusterId', [])).result)
  }

  /** Names like `default`; Curve 2.7 and later. */
  async listPoolset(): Promise<readonly string[]> {
    return (await this.#line.call('ListPoolset', [])).result as readonly string[]
  }

  /** What interpreter and module are; starts the sidecar. */
  async info(): Promise<SidecarInfo> {
    return this.#line.with(async sidecar => sidecar.info)
  }

  // -- names

  /** Makes a volume. -24 for a size that the cluster does not allow, also where the name is taken; then -1. */
  async create(path: string, { size, as }: CreateOptions): Promise<void> {
    await this.#line.code('Create', [path, this.#user(as), size])
  }

  /** Create with stripes and a pool set. */
  async create2(
    path: string,
    { size, poolset = '', stripeUnit = 0, stripeCount = 0, as }: Create2Options,
  ): Promise<void> {
    const context = { name: path, length: size, user: this.#user(as), poolset, stripeUnit, stripeCount }
    await this.#line.code('Create2', [context])
  }

  async statFile(path: string, { as }: As = {}): Promise<FileInfo> {
    const call = { name: 'StatFile', arguments: [path, this.#user(as)] }
    const { code, info } = (await this.#line.call(call.name, call.arguments)).result as {
      readonly code: number
      readonly info: Readonly<Record<keyof FileInfo, string>>
    }
    if (code < 0) throw new CurveError(code, shown(call.name, call.arguments))
    const { filename, owner, ...numbers } = info
    return { ...exactNumbers(numbers), filename, owner } as FileInfo
  }

  /** Grows a volume to `size` bytes in all. -100 where the growth is no multiple of a segment. */
  async extend(path: string, { size, as }: CreateOptions): Promise<void> {
    await this.#line.code('Extend', [path, this.#user(as), size])
  }

  /** Moves a volume into the recycle bin; removes an empty directory for good. The same call of the metadata server as rmdir. */
  async unlink(path: string, { as }: As = {}): Promise<void> {
    await this.#line.code('Unlink', [path, this.#user(as)])
  }

  /** Deletes an entry of /RecycleBin for good, some time later. */
  async deleteForce(path: string, { as }: As = {}): Promise<void> {
    await this.#line.code('DeleteForce', [path, this.#user(as)])
  }

  /** Gets a volume back from the recycle bin to `path`: the one with that id, or (0) the youngest that had this path. */
  async recover(path: string, { id = 0, as }: As & { readonly id?: Size } = {}): Promise<void> {
    await this.#line.code('Recover', [path, this.#user(as), id])
  }

  /** A volume that is in the way goes to the recycle bin. -11 for directories. */
  async rename(from: string, to: string, { as }: As = {}): Promise<void> {
    await this.#line.code('Rename', [this.#user(as), from, to])
  }

  /** Root's call. */
  async changeOwner(path: string, owner: string, { as }: As = {}): Promise<void> {
    await this.#line.code('ChangeOwner', [path, owner, this.#user(as)])
  }

  async mkdir(path: string, { as }: As = {}): Promise<void> {
    await this.#line.code('Mkdir', [path, this.#user(as)])
  }

  async rmdir(path: string, { as }: As = {}): Promise<void> {
    await this.#line.code('Rmdir', [path, this.#user(as)])
  }

  /** Names in the order of their bytes. Any refusal is a RuntimeError without a code: ASSAY_CURVE_PYTHON. */
  async listdir(path: string, { as }: As = {}): Promise<readonly string[]> {
    return (await this.#line.call('Listdir', [path, this.#user(as)])).result as readonly string[]
  }

  // -- bytes

  /** Gives a file descriptor, from 0. -1 for an empty owner, -2 for every other refusal. Not exclusive. */
  async open(path: string, { as }: As = {}): Promise<number> {
    return this.#line.open([path, this.#user(as)])
  }

  async close(fd: number): Promise<void> {
    await this.#line.withFd(fd, 'Close', native => [native])
  }

  /** Offset and length must be multiples of the block size (-22) and inside the volume (-2). At most MAX_IO bytes. */
  async read(
    fd: number,
    { offset, length, ...options }: CallOptions & { readonly offset: Size; readonly length: Size },
  ): Promise<Buffer> {
    if (BigInt(length) > MAX_IO) throw tooLong('read', length)
    return (await this.#line.withFd(fd, 'Read', native => [native, offset, length], options)).payload
  }

  /** Writes the whole buffer; the same rules as for read. Gives the number of bytes. */
  async write(
    fd: number,
    { offset, data, ...options }: CallOptions & { readonly offset: Size; readonly data: Buffer },
  ): Promise<number> {
    if (data.length > MAX_IO) throw tooLong('write', data.length)
    const call = { ...options, payload: data }
    return Number((await this.#line.withFd(fd, 'Write', native => [native, offset, data.length], call)).result)
  }

  // -- beyond the API

  /** Any method of CBDClient with arguments as they are, to see what the wrapper itself does. `{ bytes: text }` is Python bytes. */
  async raw(method: string, given: readonly unknown[], options: CallOptions = {}): Promise<unknown> {
    return (await this.#line.call('raw', [method, ...given], options)).result
  }

  /** Turns a switch of a stand-in; ASSAY_CURVE_PYTHON (NotImplementedError) on a real module. */
  async standinSwitch(request: Readonly<Record<string, unknown>>): Promise<unknown> {
    return (await this.#line.call('standin_switch', [request])).result
  }

  /** Runs a loop of I/O inside the sidecar. `progress` is called with each report; without one for `within` it counts as a hang. */
  async job(
    description: Readonly<Record<string, unknown>>,
    options: Pick<SidecarRequest, 'within' | 'progress' | 'signal'> & {
      /** Gets a way to tell the running job something. */
      readonly started?: (tell: Sidecar['tell']) => void
    },
  ): Promise<Readonly<Record<string, unknown>>> {
    return this.#line.with(async sidecar => {
      const { started, ...rest } = options
      const answer = sidecar.request({
        progress: () => {},
        ...rest,
        call: { name: 'job', arguments: [description.what ?? 'io'] },
        wire: [description],
      })
      started?.(message => sidecar.tell(message))
      return (await answer).result as Readonly<Record<string, unknown>>
    })
  }

  /** Kills the sidecar as a crash would: open volumes stay mounted until the cluster notices. */
  async crash(): Promise<void> {
    await this.#line.crash()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#line[Symbol.asyncDispose]()
  }

  #user(user: CurveUser = this.settings.user): CurveUser {
    return user
  }
}
