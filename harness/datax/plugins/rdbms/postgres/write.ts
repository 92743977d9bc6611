import { ActionError } from '../../../../errors.ts'
import { CopyIn } from '../../../../transfer/copy/copy-in.ts'
import type { CopySession } from '../../../../transfer/copy/copy-session.ts'
import { DataxError } from '../../../errors.ts'
import type { Kind } from '../../../record/kind.ts'
import type { RecordInput } from '../../plugin.ts'
import type { WriteTarget } from '../driver.ts'
import { sqlFailure } from '../sql-error.ts'
import { fatalConversion, type Send, writeBatches } from '../write-batches.ts'
import { copyDataHead, encodeRows, encodersOf } from './encode.ts'
import { passes } from './passes.ts'

/** How long a server may take to give up a COPY, in milliseconds. */
const STOP_WITHIN = 3_000

/** Writes by COPY, one statement and one commit for each batch. */
export async function copyBatches(session: CopySession, target: WriteTarget, input: RecordInput): Promise<void> {
  const { columns, table, context } = target
  const sql = `copy ${table} (${columns.map(column => quoted(column.name)).join(', ')}) from stdin`
  const options = { mode: context.mode, emptyAsNull: target.emptyAsNull }
  let encoders: ReturnType<typeof encodersOf> = []
  let encodersFor: readonly Kind[] | undefined
  const send = async (texts: readonly Buffer[]): Promise<void> => {
    const copy = await CopyIn.start(session, sql)
    let timer: NodeJS.Timeout | undefined
    const onAbort = (): void => {
      copy.cancel()
      timer = setTimeout(() => copy.destroy(), STOP_WITHIN)
    }
    context.signal.addEventListener('abort', onAbort, { once: true })
    try {
      if (context.signal.aborted) copy.fail('the job was stopped')
      else {
        copy.socket.cork()
        for (const text of texts) {
          copy.write(copyDataHead(text.length))
          copy.write(text)
        }
        copy.done()
        copy.socket.uncork()
      }
      await copy.outcome
    } finally {
      clearTimeout(timer)
      context.signal.removeEventListener('abort', onAbort)
    }
  }
  await writeBatches(target, input, {
    write(rows, kinds): Send {
      if (encodersFor !== kinds) {
        encoders = encodersOf(kinds, columns, options)
        encodersFor = kinds
      }
      const text = Buffer.from(encodeRows(rows, encoders))
      return () => send([text])
    },
    textWriter: given =>
      passes(given, columns, options) ? parts => () => send(parts.map(part => part.bytes)) : undefined,
    ofRows(error) {
      context.signal.throwIfAborted()
      if (error instanceof DataxError) return !fatalConversion(error, context)
      if (session.open && !(error instanceof ActionError && error.class === 'connection_lost')) return true
      throw sqlFailure(error, 'DBUtilErrorCode-05', 'the connection to the database that is written was lost')
    },
  })
}

/** Names come from the server's own description, in its spelling. */
function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
