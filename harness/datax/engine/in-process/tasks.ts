import type { Clock } from '../../../actions/define-action.ts'
import type { LogLevel, ReaderTask, RecordInput, RecordOutput, WriterTask } from '../../plugins/plugin.ts'
import type { TransformerChain } from '../../transformers/chain.ts'
import type { DirtyRecord } from '../engine.ts'
import { Channel, type SpeedLimits } from './channel.ts'
import { dirtyLine, dirtyRecord, LOGGED_PER_COLLECTOR } from './dirty.ts'
import { Sender } from './sender.ts'
import type { Tally } from './tally.ts'

/** core.container.taskGroup.channel */
const CHANNELS_PER_GROUP = 5

type Log = (level: LogLevel, logger: string, text: string, thread?: string) => void

export type TasksOptions = {
  readonly tally: Tally
  readonly clock: Clock
  /** Aborted when the job is stopped, or bears no more dirty records. */
  readonly signal: AbortSignal
  /** Tasks that run at once. */
  readonly channels: number
  readonly limits: SpeedLimits
  readonly transformers: TransformerChain | undefined
  readonly log: Log
  readonly onDirty: (record: DirtyRecord) => void
}

export type TaskPair = { readonly reader: ReaderTask; readonly writer: WriterTask }

/** Runs the tasks, so many at once as there are channels. Rejects with the first failure, after all have ended. */
export async function runTasks(tasks: readonly TaskPair[], options: TasksOptions): Promise<void> {
  const { tally, channels, log } = options
  tally.tasks = tasks.length
  const groups = Math.ceil(channels / CHANNELS_PER_GROUP)
  log('INFO', 'JobContainer', `Scheduler starts [${groups}] taskGroups.`)
  const failed = new AbortController()
  const signal = AbortSignal.any([options.signal, failed.signal])
  let next = 0
  const lane = async (): Promise<void> => {
    for (let id = next++; id < tasks.length && !signal.aborted; id = next++) {
      const group = Math.min(groups - 1, id % groups)
      const started = options.clock.now()
      const name = `taskGroup[${group}] taskId[${id}]`
      log('INFO', 'TaskGroupContainer', `${name} attemptCount[1] is started`, `taskGroup-${group}`)
      try {
        await runTask(tasks[id] as TaskPair, `-1-${group}-${id}`, { ...options, signal })
      } catch (error) {
        failed.abort(error)
        throw error
      }
      tally.finishedTasks++
      log(
        'INFO',
        'TaskGroupContainer',
        `${name} is successed, used[${options.clock.now() - started}]ms`,
        `taskGroup-${group}`,
      )
    }
  }
  const lanes = await Promise.allSettled(Array.from({ length: channels }, lane))
  options.signal.throwIfAborted()
  if (failed.signal.aborted) throw failed.signal.reason
  const broken = lanes.find(one => one.status === 'rejected')
  if (broken) throw broken.reason
}

async function runTask(task: TaskPair, name: string, options: TasksOptions): Promise<void> {
  const { tally, signal } = options
  const channel = new Channel(options)
  const stop = (): void => channel.fail(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  const sender = new Sender({
    channel,
    tally,
    transformers: options.transformers,
    dirty: collector('reader', `${name}-reader`, options),
  })
  const input: RecordInput = {
    [Symbol.asyncIterator]: () => channel[Symbol.asyncIterator](),
    dirty: collector('writer', `${name}-writer`, options),
    written: records => {
      tally.written += records
    },
  }
  const fail = (error: unknown): never => {
    channel.fail(error)
    throw error
  }
  try {
    const both = await Promise.allSettled([
      task.writer.write(input).catch(fail),
      task.reader.read(sender).then(() => channel.end(), fail),
    ])
    // the side that failed first has its own error, the other was told it by the channel
    for (const one of both) if (one.status === 'rejected') throw one.reason
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** Counts and logs the dirty records of one side of one task; DataX logs only the first few. */
function collector(
  side: DirtyRecord['type'],
  thread: string,
  { tally, log, onDirty }: TasksOptions,
): RecordOutput['dirty'] {
  let seen = 0
  return (row, kinds, error) => {
    if (side === 'reader') tally.readFailed++
    else tally.writeFailed++
    const record = dirtyRecord(side, row, kinds, error)
    if (++seen <= LOGGED_PER_COLLECTOR) log('ERROR', 'StdoutPluginCollector', dirtyLine(record), thread)
    onDirty(record)
  }
}
