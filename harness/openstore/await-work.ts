import type { ActionContext, Clock } from '../actions/define-action.ts'
import type { OpenstoreClient } from './client.ts'
import { OpenstoreError } from './errors.ts'
import type { Begun, Block, CdmInstance, Job } from './types.ts'

export type AwaitOptions = {
  readonly clock: Clock
  /** Milliseconds. Default 60,000. */
  readonly within?: number
  /** Milliseconds between two looks. Default 50. */
  readonly every?: number
  readonly signal?: AbortSignal
}

/** The wait of a step: its own timeout bounds it, however long that is. */
export function asLongAsTheStep({ clock, signal }: Pick<ActionContext, 'clock' | 'signal'>): AwaitOptions {
  return { clock, signal, within: Number.POSITIVE_INFINITY }
}

const BUSY = new Set(['creating', 'uploading', 'copying', 'moving', 'restoring', 'deleting', 'loading', 'unloading'])

/**
 * Waits for long work: by its job where the answer names one, else by the status of what it is done to. Returns the job's result. Throws
 * the job's own error when it failed.
 */
export async function awaitWork(
  client: OpenstoreClient,
  begun: Begun,
  options: AwaitOptions,
): Promise<Readonly<Record<string, unknown>>> {
  const job = begun['job-id']
  if (job !== undefined) {
    const { job: ended } = await until(
      () => client.job(job, { signal: options.signal }),
      ({ job: one }) => one.state === 'done' || one.state === 'failed',
      `job ${job}`,
      options,
    )
    if (ended.state === 'failed') throw failed(ended)
    return ended.result ?? {}
  }
  const instance = begun['ins-id']
  if (instance !== undefined) return { ...(await awaitInstance(client, instance, options)) }
  const block = begun['block-id']
  return block === undefined ? {} : { ...(await awaitBlock(client, block, options)) }
}

export async function awaitBlock(client: OpenstoreClient, id: string, options: AwaitOptions): Promise<Block> {
  const { block } = await until(
    () => client.block(id, { signal: options.signal }),
    one => !BUSY.has(one.block.status),
    `block ${id}`,
    options,
  )
  return block
}

export async function awaitInstance(client: OpenstoreClient, id: string, options: AwaitOptions): Promise<CdmInstance> {
  const { cdm_instance } = await until(
    () => client.instance(id, { signal: options.signal }),
    one => !BUSY.has(one.cdm_instance.status),
    `cdm instance ${id}`,
    options,
  )
  return cdm_instance
}

function failed({ id, error }: Job): OpenstoreError {
  return new OpenstoreError(`job ${id} failed: ${error?.message ?? 'the service does not say why'}`, {
    code: error?.code ?? 'failed',
  })
}

async function until<T>(
  look: () => Promise<T>,
  settled: (value: T) => boolean,
  what: string,
  { clock, within = 60_000, every = 50, signal }: AwaitOptions,
): Promise<T> {
  const deadline = clock.now() + within
  for (;;) {
    const value = await look()
    if (settled(value)) return value
    if (clock.now() >= deadline)
      throw new OpenstoreError(`${what} did not come to an end within ${within / 1000} s`, { code: 'timeout' })
    await clock.sleep(every, signal)
  }
}
