import type { Clock } from '../../actions/define-action.ts'
import type { Parameters } from '../job/parameters.ts'
import type { Mode } from '../record/convert.ts'
import type { Batch, Kind, Row } from '../record/kind.ts'
import type { TextBatch } from '../record/text-batch.ts'

export type LogLevel = 'INFO' | 'WARN' | 'ERROR'

/** What a plugin works with. */
export type PluginContext = {
  readonly mode: Mode
  readonly dryRun: boolean
  /** Aborted when the job is stopped or has failed. */
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly random: () => number
  log(level: LogLevel, logger: string, text: string): void
  print(text: string): void | Promise<void>
}

/** Where a reader puts its records. */
export interface RecordOutput {
  /** The promise, where there is one, is to be awaited before more is sent. The rows belong to the output from then on. */
  send(rows: Row[], kinds: readonly Kind[]): Promise<void> | undefined
  /** As `send`, of rows that are still text: where nothing looks at their values they stay so. */
  sendText(batch: TextBatch): Promise<void> | undefined
  dirty(row: Row, kinds: readonly Kind[], error: unknown): void
}

/** Where a writer takes its records from. */
export interface RecordInput extends AsyncIterable<Batch> {
  dirty(row: Row, kinds: readonly Kind[], error: unknown): void
  /** So many records are safe now. */
  written(records: number): void
}

export interface ReaderTask {
  read(output: RecordOutput): Promise<void>
}

export interface WriterTask {
  write(input: RecordInput): Promise<void>
}

/** What a writer is told of the records before any comes. */
export type Shape = { readonly width: number | undefined }

/** A reader of one job: preflight before anything is changed, then prepare, split, the tasks, post. */
export interface ReaderJob extends AsyncDisposable {
  preflight(): Promise<Shape>
  prepare(): Promise<void>
  /** At most so many tasks run at once; there may be more. */
  split(channels: number): Promise<readonly ReaderTask[]>
  post(): Promise<void>
}

export interface WriterJob extends AsyncDisposable {
  preflight(shape: Shape): Promise<void>
  prepare(): Promise<void>
  /** Exactly so many tasks. */
  split(tasks: number): Promise<readonly WriterTask[]>
  post(): Promise<void>
}

export interface ReaderPlugin {
  readonly name: string
  /** Reads the parameters; nothing is opened yet. */
  open(parameters: Parameters, context: PluginContext): ReaderJob
}

export interface WriterPlugin {
  readonly name: string
  open(parameters: Parameters, context: PluginContext): WriterJob
}

/** For plugins that have nothing to do at a point of the job's life. */
export const nothing = async (): Promise<void> => {}
