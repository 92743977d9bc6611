import { ActionError, AssayError } from '../../errors.ts'
import { CurveClient } from '../client.ts'
import { localHost, type SidecarHost } from '../sidecar-host.ts'
import type { CurveSettings } from '../types.ts'
import { Ledger } from './ledger.ts'
import { type LiveFigures, Monitor, type Phase } from './monitor.ts'
import { BLOCK, edgeOffsets, type IoOptions } from './plan.ts'
import { type IoResult, type JobResult, mergeResults } from './result.ts'

const DEADLINE = 30_000
const RECONNECTS = 3

export type RunIo = IoOptions & {
  readonly settings: CurveSettings
  readonly host?: SidecarHost
  readonly signal?: AbortSignal
  /** Called about every second with what happens. */
  readonly live?: (figures: LiveFigures) => void
  /** What earlier runs wrote to the volume; without it the run makes a ledger of its own and drops it at the end. */
  readonly ledger?: Ledger
  /** Takes the ledger over, for later runs on the volume. */
  readonly keepLedger?: (ledger: Ledger) => void
}

/** Runs a loop of I/O in as many sidecars as `depth` says, and verifies what they read. Does not reject for mismatches. */
export async function runIo(options: RunIo): Promise<IoResult> {
  const run = new IoRun(options)
  try {
    return await run.run()
  } finally {
    await run[Symbol.asyncDispose]()
  }
}

class IoRun implements AsyncDisposable {
  readonly #options: RunIo
  readonly #clients: CurveClient[]
  readonly #monitor: Monitor
  #ledger: Ledger | undefined
  #hangs = 0

  constructor(options: RunIo) {
    this.#options = options
    const host = options.host ?? localHost
    this.#clients = Array.from({ length: options.depth ?? 1 }, () => new CurveClient(options.settings, host))
    this.#monitor = new Monitor(this.#clients.length, options.live)
    checkOptions(options)
  }

  async run(): Promise<IoResult> {
    const { path, seed, verify = 'both', as = this.#options.settings.user, grow } = this.#options
    await Promise.all(this.#clients.map(client => client.init()))
    const [first] = this.#clients as [CurveClient]
    const { id, length } = await first.statFile(path, { as })
    const offset = this.#options.offset ?? 0
    const size = this.#options.workingSet ?? length - offset
    if (offset % BLOCK !== 0 || size % BLOCK !== 0 || size <= 0 || offset + size > length)
      throw new ActionError(
        'ASSAY_CURVE_ARGUMENT',
        `a working set of ${size} bytes from ${offset} does not fit ${path} of ${length} bytes`,
        {
          class: 'invalid_value',
        },
      )
    const most = Math.max(offset + size, grow?.to ?? 0)
    const depth = this.#clients.length
    if (verify !== 'off') {
      this.#ledger = this.#options.ledger ?? (await Ledger.create(first, { volume: id, length, most, seed, depth }))
      this.#options.keepLedger?.(this.#ledger)
      this.#ledger.check(depth, most)
    }
    const base = this.#base(offset, size)
    const loops: JobResult[] = []
    if (this.#options.precondition) {
      const errors = (await this.#phase('filling', { ...base, what: 'fill' }))
        .flat()
        .flatMap(fill => Object.keys(fill.errors))
      if (errors.length > 0)
        throw new ActionError('ASSAY_CURVE', `filling ${path} met ${errors[0]}`, { class: 'precondition' })
    }
    const wanted = this.#options.duration !== undefined || this.#options.count !== undefined
    if (wanted) loops.push(...(await this.#loop(base, size)))
    const grown = grow && wanted ? Math.max(size, grow.to - offset) : size
    const sweeps =
      verify === 'end' || verify === 'both'
        ? await this.#phase('verifying', { ...base, what: 'verify', size: grown })
        : []
    return mergeResults(loops, sweeps.flat(), {
      hangs: this.#hangs,
      longestStall: this.#monitor.longestStall,
      seconds: this.#monitor.seconds,
    })
  }

  async #phase(phase: Phase, job: Readonly<Record<string, unknown>>): Promise<JobResult[][]> {
    this.#monitor.start(phase)
    try {
      return await this.#all(job)
    } finally {
      this.#monitor.stop()
    }
  }

  #base(offset: number, size: number): Readonly<Record<string, unknown>> {
    const { path, as = this.#options.settings.user, seed, unwritten = 'zeros' } = this.#options
    const ledger = this.#ledger
    return {
      path,
      user: { owner: as.owner, password: as.password?.reveal() ?? '' },
      // the oracle's columns are for as many writers as its ledger has room for
      parts: this.#clients.length,
      workers: ledger?.writers ?? this.#clients.length,
      seed: ledger?.seed ?? seed,
      offset,
      size,
      unwritten,
      ...(ledger && { oracle: ledger.path, oracle_blocks: ledger.blocks, tag: ledger.tag, volume: ledger.volume }),
    }
  }

  async #loop(base: Readonly<Record<string, unknown>>, size: number): Promise<JobResult[]> {
    const { pattern = 'random', blockSize = BLOCK, readShare = 50, overlap = false, ramp = 0 } = this.#options
    const { rate, duration, count, verify = 'both', grow } = this.#options
    const depth = this.#clients.length
    const job = {
      ...base,
      what: 'io',
      pattern: pattern === 'edges' ? 'list' : pattern,
      ...(pattern === 'edges' ? { offsets: edgeOffsets(Number(base.offset), size, blockSize) } : {}),
      block_size: blockSize,
      read_share: readShare,
      overlap,
      inline: verify === 'inline' || verify === 'both',
      ramp: ramp / 1000,
      ...(duration === undefined ? {} : { duration: duration / 1000 }),
      ...(rate === undefined ? {} : { rate: rate / depth }),
    }
    this.#monitor.start('running')
    const growing = grow ? this.#growLater(grow, Number(base.offset)) : Promise.resolve()
    // it is waited for once the loop has ended, and may have failed long before
    growing.catch(() => {})
    const share = (worker: number) =>
      count === undefined
        ? {}
        : { count: Math.floor(((worker + 1) * count) / depth) - Math.floor((worker * count) / depth) }
    const done = await this.#all(job, share)
    await growing
    this.#monitor.stop()
    return done.flat()
  }

  async #growLater({ to, after }: NonNullable<RunIo['grow']>, offset: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#monitor.after(after, resolve)
    await promise
    await using client = new CurveClient(this.#options.settings, this.#options.host ?? localHost)
    await client.init()
    await client.extend(this.#options.path, { size: to, as: this.#options.as })
    this.#monitor.tell({ op: 'grow', size: to - offset })
  }

  /** One job in every sidecar, resumed in a new one where it hangs. */
  #all(
    job: Readonly<Record<string, unknown>>,
    more: (worker: number) => Readonly<Record<string, unknown>> = () => ({}),
  ): Promise<JobResult[][]> {
    return allOrFirst(
      this.#clients.map((client, worker) => this.#one(client, { ...job, ...more(worker), worker }, worker)),
    )
  }

  async #one(client: CurveClient, job: Readonly<Record<string, unknown>>, worker: number): Promise<JobResult[]> {
    const { deadline = DEADLINE, reconnects = RECONNECTS, signal } = this.#options
    const parts: JobResult[] = []
    let left = job
    for (let turn = 0; ; turn++) {
      const started = performance.now()
      this.#monitor.begin(worker)
      try {
        const result = await client.job(left, {
          within: deadline,
          signal,
          progress: message => this.#monitor.progress(worker, message.progress as Progress),
          started: tell => this.#monitor.listen(worker, tell),
        })
        return [...parts, result as unknown as JobResult]
      } catch (error) {
        const again = error instanceof ActionError && (error.class === 'hang' || error.class === 'sidecar_lost')
        if (!again || turn >= reconnects) throw error
        this.#hangs += 1
        const seen = this.#monitor.lost(worker)
        left = remaining(left, { seconds: (performance.now() - started) / 1000, operations: seen })
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#monitor.stop()
    const ledger = this.#ledger
    if (ledger && !this.#options.ledger && !this.#options.keepLedger)
      await this.#clients[0]
        ?.init()
        .then(() => ledger.forget(this.#clients[0] as CurveClient))
        .catch(() => {})
    await Promise.all(this.#clients.map(client => client[Symbol.asyncDispose]()))
  }
}

export type Progress = {
  readonly reads: number
  readonly writes: number
  readonly bytes: number
  readonly errors: number
  readonly verified: number
  readonly mismatches: number
}

/** What a job that was cut off still has to do. */
function remaining(
  job: Readonly<Record<string, unknown>>,
  done: { readonly seconds: number; readonly operations: number },
): Readonly<Record<string, unknown>> {
  return {
    ...job,
    ramp: 0,
    ...(typeof job.duration === 'number' ? { duration: Math.max(0.05, job.duration - done.seconds) } : {}),
    ...(typeof job.count === 'number' ? { count: Math.max(1, job.count - done.operations) } : {}),
  }
}

function checkOptions({ blockSize = BLOCK, depth = 1, readShare = 50 }: RunIo): void {
  if (blockSize <= 0 || blockSize % BLOCK !== 0)
    throw new AssayError('ASSAY_CASE_TYPE', `a block size of ${blockSize} is no multiple of ${BLOCK}`)
  if (!Number.isInteger(depth) || depth < 1)
    throw new AssayError('ASSAY_CASE_TYPE', `a depth of ${depth} is no number of sidecars`)
  if (readShare < 0 || readShare > 100)
    throw new AssayError('ASSAY_CASE_TYPE', `a read share of ${readShare} is no percentage`)
}

/** Every sidecar is seen to its end, so that none runs on. */
async function allOrFirst<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(promises)
  const failed = settled.find(one => one.status === 'rejected')
  if (failed) throw failed.reason
  return settled.map(one => (one as PromiseFulfilledResult<T>).value)
}
