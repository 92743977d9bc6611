import type { Clock } from '../../../actions/define-action.ts'
import { maskText } from '../../../log/mask-text.ts'
import { DataxError, toDataxError } from '../../errors.ts'
import { maskJdbcUrl } from '../../job/jdbc-url.ts'
import { type JsonNode, parseJson } from '../../job/json.ts'
import { nodeAt } from '../../job/json-node.ts'
import { Parameters } from '../../job/parameters.ts'
import { refuseFindings } from '../../job/refuse.ts'
import { substitute } from '../../job/variables.ts'
import type { LogLevel, PluginContext, ReaderJob, ReaderTask, WriterJob, WriterTask } from '../../plugins/plugin.ts'
import type { Mode } from '../../record/convert.ts'
import { TransformerChain } from '../../transformers/chain.ts'
import type { RunOptions, RunResult } from '../engine.ts'
import type { SpeedLimits } from './channel.ts'
import { DirtyRecords } from './dirty.ts'
import { ErrorLimit } from './error-limit.ts'
import { logLine, statisticsBlock } from './log-lines.ts'
import { type PluginSide, pluginOf } from './plugin-of.ts'
import { reportEvery } from './report.ts'
import { speedOf } from './speed.ts'
import { systemClock } from './system-clock.ts'
import { Tally } from './tally.ts'
import { runTasks } from './tasks.ts'

const KEPT_LINES = 2_000
const STOPPED_EXIT = 143

/** Runs a job in this process. Never rejects for what the job does: that is in the result. */
export async function runJob(text: string, options: RunOptions = {}): Promise<RunResult> {
  const run = new Run(options)
  try {
    await run.all(text)
    return run.result(0)
  } catch (error) {
    return run.failed(error)
  }
}

/** One run: its log, its counters and the order of its life (reference 4.1). */
class Run {
  readonly #options: RunOptions
  readonly #mode: Mode
  readonly #clock: Clock
  readonly #tally = new Tally()
  readonly #dirty = new DirtyRecords()
  readonly #lines: string[] = []
  readonly #abort = new AbortController()
  readonly #signal: AbortSignal
  readonly #startedAt: number
  readonly #names = { reader: '', writer: '' }
  #transfer = 0
  #channels = 0
  #transformed = false

  constructor(options: RunOptions) {
    this.#options = options
    this.#mode = options.mode ?? 'strict'
    this.#clock = options.clock ?? systemClock
    this.#signal = options.signal ? AbortSignal.any([options.signal, this.#abort.signal]) : this.#abort.signal
    this.#startedAt = this.#clock.now()
  }

  async all(given: string): Promise<void> {
    this.#options.signal?.throwIfAborted()
    const text = substitute(given, this.#options.params ?? {})
    const root = parseJson(text)
    refuseFindings(text, root, {
      mode: this.#mode,
      params: this.#options.params ?? {},
      warn: line => this.#log('WARN', 'JobContainer', line),
    })
    const job = nodeAt(root, 'job')
    const setting = new Parameters(nodeAt(job, 'setting'), 'job.setting')
    const dryRun = setting.bool('dryRun', false)
    this.#log('INFO', 'JobContainer', 'DataX jobContainer starts job.')
    const limit = new ErrorLimit(new Parameters(setting.get('errorLimit'), 'errorLimit'), this.#mode)
    const content = nodeAt(job, 'content', 0)
    await using reader = await this.#open(content, 'reader', dryRun)
    await using writer = await this.#open(content, 'writer', dryRun)
    const transformerNode = nodeAt(content, 'transformer')
    const transformers = TransformerChain.of(transformerNode?.kind === 'array' ? transformerNode.items : [], this.#mode)
    this.#transformed = transformers !== undefined
    const core = nodeAt(root, 'core')
    const speed = speedOf(
      new Parameters(setting.get('speed'), 'job.setting.speed'),
      new Parameters(nodeAt(core, 'transport', 'channel', 'speed'), 'core.transport.channel.speed'),
    )
    if (dryRun) {
      this.#log('INFO', 'JobContainer', 'jobContainer starts to do preCheck ...')
      await writer.preflight(await reader.preflight())
      this.#log('INFO', 'JobContainer', 'PreCheck通过')
      return
    }
    const { tasks, channels } = await this.#prepare(reader, writer, speed)
    const container = new Parameters(nodeAt(core, 'container', 'job'), 'core.container.job')
    await this.#move(tasks, { transformers, limit, channels, limits: speed.limits, container })
    const breach = limit.breach(this.#tally)
    if (breach) throw breach
    await writer.post()
    await reader.post()
    this.#log('INFO', 'JobContainer', 'DataX jobId [-1] completed successfully.')
    const times = { startedAt: this.#startedAt, endedAt: this.#clock.now(), transfer: this.#transfer }
    this.#log('INFO', 'JobContainer', statisticsBlock(this.#tally, times, this.#transformed))
  }

  #open(content: JsonNode | undefined, side: 'reader', dryRun: boolean): Promise<ReaderJob>
  #open(content: JsonNode | undefined, side: 'writer', dryRun: boolean): Promise<WriterJob>
  async #open(content: JsonNode | undefined, side: PluginSide, dryRun: boolean): Promise<ReaderJob | WriterJob> {
    const { name, open } = pluginOf(content, side)
    this.#names[side] = name
    return open(this.#context(`job--1`, dryRun))
  }

  async #prepare(
    reader: ReaderJob,
    writer: WriterJob,
    speed: ReturnType<typeof speedOf>,
  ): Promise<{ tasks: { reader: ReaderTask; writer: WriterTask }[]; channels: number }> {
    await writer.preflight(await reader.preflight())
    await reader.prepare()
    await writer.prepare()
    for (const line of speed.lines) this.#log('INFO', 'JobContainer', line)
    const readers = await reader.split(speed.channels)
    this.#log('INFO', 'JobContainer', `DataX Reader.Job [${this.#names.reader}] splits to [${readers.length}] tasks.`)
    const writers = await writer.split(readers.length)
    this.#log('INFO', 'JobContainer', `DataX Writer.Job [${this.#names.writer}] splits to [${writers.length}] tasks.`)
    if (readers.length !== writers.length)
      throw new DataxError(
        'Framework-15',
        `reader切分的task数目是[${readers.length}],但是writer切分的task数目是[${writers.length}].`,
      )
    this.#channels = Math.min(speed.channels, readers.length)
    const tasks = readers.map((one, index) => ({ reader: one, writer: writers[index] as WriterTask }))
    return { tasks, channels: this.#channels }
  }

  async #move(
    tasks: { reader: ReaderTask; writer: WriterTask }[],
    how: {
      readonly transformers: TransformerChain | undefined
      readonly limit: ErrorLimit
      readonly channels: number
      readonly limits: SpeedLimits
      readonly container: Parameters
    },
  ): Promise<void> {
    const from = this.#clock.now()
    const report = reportEvery({
      tally: this.#tally,
      transformed: this.#transformed,
      reportInterval: how.container.long('reportInterval') ?? 10_000,
      checkInterval: how.container.long('sleepInterval') ?? 10_000,
      line: text => this.#log('INFO', 'StandAloneJobContainerCommunicator', text),
      ...(this.#options.onProgress ? { onProgress: this.#options.onProgress } : {}),
      // DataX looks at its limit only from time to time; strict does at every dirty record
      check: () => {
        const breach = how.limit.recordBreach(this.#tally)
        if (breach) this.#abort.abort(breach)
      },
    })
    try {
      await runTasks(tasks, {
        ...{ tally: this.#tally, clock: this.#clock, signal: this.#signal, channels: how.channels },
        ...{ limits: how.limits, transformers: how.transformers, log: this.#log.bind(this) },
        onDirty: record => {
          this.#dirty.add(record)
          this.#options.onDirty?.(record)
          if (this.#mode !== 'strict') return
          const breach = how.limit.recordBreach(this.#tally)
          if (breach) this.#abort.abort(breach)
        },
      })
    } finally {
      this.#transfer = this.#clock.now() - from
      report.stop()
    }
  }

  #context(thread: string, dryRun: boolean): PluginContext {
    return {
      mode: this.#mode,
      dryRun,
      signal: this.#signal,
      clock: this.#clock,
      random: this.#options.random ?? Math.random,
      log: (level, logger, text) => this.#log(level, logger, text, thread),
      print: text => this.#options.onPrint?.(text),
    }
  }

  #log(level: LogLevel, logger: string, text: string, thread = 'job--1'): void {
    const line = logLine(this.#clock.now(), thread, level, logger, maskJdbcUrl(maskText(text)))
    this.#lines.push(line)
    if (this.#lines.length > KEPT_LINES) this.#lines.shift()
    this.#options.onLog?.(line)
  }

  failed(error: unknown): RunResult {
    if (this.#options.signal?.aborted) {
      const stopped = new DataxError('Framework-143', `the job was stopped; ${this.#committed()}`)
      this.#log('ERROR', 'Engine', stopped.logged)
      return { ...this.result(STOPPED_EXIT), errorCode: stopped.dataxCode, message: stopped.detail }
    }
    // a breach of the limit shows at the tasks as an abort
    const cause = toDataxError(this.#abort.signal.aborted ? this.#abort.signal.reason : error)
    const told = this.#tally.written > 0 ? `\n${this.#committed()}` : ''
    this.#log(
      'ERROR',
      'Engine',
      `\n\n经DataX智能分析,该任务最可能的错误原因是:\ncom.alibaba.datax.common.exception.DataXException: ${cause.logged}${told}`,
    )
    return {
      ...this.result(1),
      errorCode: cause.dataxCode,
      message: maskJdbcUrl(maskText(cause.detail)),
      ...(cause.hint === undefined ? {} : { hint: cause.hint }),
    }
  }

  #committed(): string {
    return `${this.#tally.written} records had been written`
  }

  result(exitCode: number): RunResult {
    const endedAt = this.#clock.now()
    return {
      exitCode,
      tasks: this.#tally.tasks,
      channels: this.#channels,
      counters: this.#tally.counters(this.#transformed),
      dirty: this.#dirty.kept,
      timings: { startedAt: this.#startedAt, endedAt, total: endedAt - this.#startedAt, transfer: this.#transfer },
      log: this.#lines,
    }
  }
}
