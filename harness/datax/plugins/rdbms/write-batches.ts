import type { DataxError } from '../../errors.ts'
import { type Kind, type Row, rowSize } from '../../record/kind.ts'
import type { PluginContext, RecordInput } from '../plugin.ts'
import type { WriteTarget } from './driver.ts'
import { widthError } from './writer.ts'

export type BatchWriter = {
  /** Writes all of the rows or none. */
  readonly write: (rows: readonly Row[], kinds: readonly Kind[]) => Promise<void>
  /** Whether a failed write is of the rows, so that fewer of them may do. False ends the task. */
  readonly ofRows: (error: unknown) => boolean
}

/**
 * Takes records and writes them in batches, one on its way while the next is gathered. A batch that fails is halved until the rows
 * that cannot be written stand alone: they are dirty, all others are written, in their order.
 */
export async function writeBatches(target: WriteTarget, input: RecordInput, writer: BatchWriter): Promise<void> {
  const { batchRows, batchBytes, columns, context } = target
  let rows: Row[] = []
  let bytes = 0
  let kinds: readonly Kind[] = []
  let flying: Promise<void> | undefined
  const flush = async (): Promise<void> => {
    if (rows.length === 0) return
    const batch = rows
    const its = kinds
    rows = []
    bytes = 0
    await flying
    flying = writeOrHalve(batch, its, {
      input,
      writer,
      signal: context.signal,
      log: text => context.log('WARN', 'CommonRdbmsWriter$Task', text),
    })
    // met by the next await; without this it would end the process meanwhile
    flying.catch(() => {})
  }
  try {
    for await (const batch of input) {
      if (batch.kinds !== kinds) {
        await flush()
        kinds = batch.kinds
      }
      let last: Row | undefined
      let size = 0
      for (const row of batch.rows) {
        if (row.length !== columns.length) throw widthError(row.length, columns.length)
        if (row !== last) {
          size = rowSize(row, kinds)
          last = row
        }
        rows.push(row)
        bytes += size
        if (rows.length >= batchRows || bytes >= batchBytes) await flush()
      }
    }
    await flush()
  } finally {
    // whatever happened, what is on its way is counted
    await flying?.catch(() => {})
  }
  await flying
}

async function writeOrHalve(
  rows: readonly Row[],
  kinds: readonly Kind[],
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
    await writer.write(rows, kinds)
    input.written(rows.length)
  } catch (error) {
    if (!writer.ofRows(error)) throw error
    if (!inner) log(`回滚此次写入, 采用每次写入一行方式提交. 因为:${(error as Error).message}`)
    if (rows.length === 1) {
      input.dirty(rows[0] as Row, kinds, error)
      return
    }
    const middle = rows.length >> 1
    await writeOrHalve(rows.slice(0, middle), kinds, { ...how, inner: true })
    await writeOrHalve(rows.slice(middle), kinds, { ...how, inner: true })
  }
}

/** A date that cannot be converted makes DataX's row dirty; a boolean, an integer or bytes make the whole job fail. */
export function fatalConversion(error: DataxError, { mode }: PluginContext): boolean {
  return mode === 'compat' && / converted to (?:BYTES|BOOL|LONG)$/.test(error.detail)
}
