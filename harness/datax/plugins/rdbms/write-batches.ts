import type { DataxError } from '../../errors.ts'
import { type Kind, type Row, rowSize } from '../../record/kind.ts'
import { TextBatch, type TextColumn } from '../../record/text-batch.ts'
import type { PluginContext, RecordInput } from '../plugin.ts'
import type { WriteTarget } from './driver.ts'
import { widthError } from './writer.ts'

/** Writes what was made ready: all of the rows or none. */
export type Send = () => Promise<void>

export type BatchWriter = {
  /** Makes rows ready, while others may be on their way. Throws for a value that cannot be converted. */
  readonly write: (rows: readonly Row[], kinds: readonly Kind[]) => Send
  /** The same of rows that are text; undefined where such columns can only be written value by value. */
  readonly textWriter: (columns: readonly TextColumn[]) => TextWriter | undefined
  /** Whether a failed write is of the rows, so that fewer of them may do. False ends the task. */
  readonly ofRows: (error: unknown) => boolean
}

export type TextWriter = (parts: readonly TextBatch[]) => Send

/**
 * Takes records and writes them in batches, one on its way while the next is gathered and made ready. A batch that fails is halved until
 * the rows that cannot be written stand alone: they are dirty, all others are written, in their order.
 */
export async function writeBatches(target: WriteTarget, input: RecordInput, writer: BatchWriter): Promise<void> {
  const { batchRows, batchBytes, columns, context } = target
  let kinds: readonly Kind[] = []
  let textWriter: TextWriter | undefined
  // what is gathered: rows, or texts
  let rows: Row[] = []
  let parts: TextBatch[] = []
  let count = 0
  let bytes = 0
  let flying: Promise<void> | undefined
  const flush = async (): Promise<void> => {
    if (count === 0) return
    const batch = parts.length > 0 ? ofText(parts, textWriter as TextWriter) : ofValues(rows, kinds, writer)
    rows = []
    parts = []
    count = 0
    bytes = 0
    const send = madeReady(batch)
    await flying
    flying = writeOrHalve(batch, send, {
      input,
      writer,
      signal: context.signal,
      log: text => context.log('WARN', 'CommonRdbmsWriter$Task', text),
    })
    // met by the next await; without this it would end the process meanwhile
    flying.catch(() => {})
  }
  const takeTexts = async (batch: TextBatch): Promise<void> => {
    if (columns.length !== batch.columns.length) throw widthError(batch.columns.length, columns.length)
    if (rows.length > 0) await flush()
    for (let from = 0; from < batch.count; ) {
      const to = from + Math.min(batchRows - count, batch.rowsUpTo(batchBytes - bytes, from))
      parts.push(batch.slice(from, to))
      count += to - from
      bytes += batch.sizeOf(to) - batch.sizeOf(from)
      from = to
      if (count >= batchRows || bytes >= batchBytes) await flush()
    }
  }
  const takeRows = async (given: readonly Row[]): Promise<void> => {
    if (parts.length > 0) await flush()
    for (const row of given) {
      if (row.length !== columns.length) throw widthError(row.length, columns.length)
      rows.push(row)
      count++
      bytes += rowSize(row, kinds)
      if (count >= batchRows || bytes >= batchBytes) await flush()
    }
  }
  try {
    for await (const batch of input) {
      if (batch.kinds !== kinds) {
        await flush()
        kinds = batch.kinds
        textWriter = batch instanceof TextBatch ? writer.textWriter(batch.columns) : undefined
      }
      if (batch instanceof TextBatch && textWriter) await takeTexts(batch)
      else await takeRows(batch.rows)
    }
    await flush()
  } finally {
    // whatever happened, what is on its way is counted
    await flying?.catch(() => {})
  }
  await flying
}

/** Rows that are written at once. */
type Gathered = {
  readonly count: number
  readonly kinds: readonly Kind[]
  readonly ready: () => Send
  /** The rows as values: to halve them. */
  readonly rows: () => readonly Row[]
}

function ofValues(rows: readonly Row[], kinds: readonly Kind[], writer: BatchWriter): Gathered {
  return { count: rows.length, kinds, rows: () => rows, ready: () => writer.write(rows, kinds) }
}

function ofText(parts: readonly TextBatch[], writer: TextWriter): Gathered {
  return {
    count: parts.reduce((sum, part) => sum + part.count, 0),
    kinds: parts[0]?.kinds ?? [],
    rows: () => parts.flatMap(part => part.rows),
    ready: () => writer(parts),
  }
}

/** A value that cannot be converted is met where the batch is sent, as an error of the server is. */
function madeReady(batch: Gathered): Send {
  try {
    return batch.ready()
  } catch (error) {
    return () => Promise.reject(error)
  }
}

async function writeOrHalve(
  batch: Gathered,
  send: Send,
  how: {
    readonly input: RecordInput
    readonly writer: BatchWriter
    readonly signal: AbortSignal
    readonly log: (text: string) => void
    readonly inner?: boolean
  },
): Promise<void> {
  const { input, writer, signal, log, inner } = how
  signal.throwIfAborted()
  try {
    await send()
    input.written(batch.count)
  } catch (error) {
    if (!writer.ofRows(error)) throw error
    if (!inner) log(`回滚此次写入, 采用每次写入一行方式提交. 因为:${(error as Error).message}`)
    const rows = batch.rows()
    if (rows.length === 1) {
      input.dirty(rows[0] as Row, batch.kinds, error)
      return
    }
    const middle = rows.length >> 1
    for (const half of [rows.slice(0, middle), rows.slice(middle)]) {
      const values = ofValues(half, batch.kinds, writer)
      await writeOrHalve(values, madeReady(values), { ...how, inner: true })
    }
  }
}

/** A date that cannot be converted makes DataX's row dirty; a boolean, an integer or bytes make the whole job fail. */
export function fatalConversion(error: DataxError, { mode }: PluginContext): boolean {
  return mode === 'compat' && / converted to (?:BYTES|BOOL|LONG)$/.test(error.detail)
}
