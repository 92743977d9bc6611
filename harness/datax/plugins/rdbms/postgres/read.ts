import { CopyOut } from '../../../../transfer/copy/copy-out.ts'
import type { CopySession } from '../../../../transfer/copy/copy-session.ts'
import type { RecordOutput } from '../../plugin.ts'
import type { DbColumn, ReadOptions } from '../driver.ts'
import { sqlFailure } from '../sql-error.ts'
import { CopyRows } from './copy-rows.ts'

/** How long a server may take to stop a COPY that is not wanted any more, in milliseconds. */
const STOP_WITHIN = 3_000

/** Reads a SELECT by COPY; the socket rests while the channel is full. */
export async function copyRows(
  session: CopySession,
  { sql, charset, context }: ReadOptions,
  columns: readonly DbColumn[],
  output: RecordOutput,
): Promise<void> {
  const decoder = new CopyRows(columns, context.mode, charset)
  let failure: { readonly error: unknown } | undefined
  let sending: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  const fail = (error: unknown): void => {
    if (failure) return
    failure = { error }
    copy.stop()
    timer = setTimeout(() => copy.destroy(), STOP_WITHIN)
  }
  const copy = new CopyOut(session, `copy (${sql}) to stdout`, bytes => {
    if (failure) return
    try {
      const batch = decoder.push(bytes)
      // what DataX counts of another charset only its values tell
      const wait = batch && (charset ? output.send(batch.rows, batch.kinds) : output.sendText(batch))
      if (!wait) return
      copy.socket.pause()
      // rows of the same piece of the stream may come while the first still wait
      const all = sending ? Promise.all([sending, wait]).then(() => {}) : wait
      sending = all
      all.then(() => {
        if (sending === all) copy.socket.resume()
      }, fail)
    } catch (error) {
      fail(error)
    }
  })
  const onAbort = (): void => fail(context.signal.reason)
  context.signal.addEventListener('abort', onAbort, { once: true })
  try {
    await copy.outcome
    await sending
  } catch (error) {
    if (!failure) throw sqlFailure(error, 'DBUtilErrorCode-07', 'reading failed')
  } finally {
    clearTimeout(timer)
    context.signal.removeEventListener('abort', onAbort)
  }
  if (failure) throw failure.error
}
