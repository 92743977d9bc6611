import { queryError } from '../../../../sql/mysql/errors.ts'
import type { SqlSession } from '../../../../sql/session.ts'
import type { Endpoint } from '../../../../targets/target.ts'
import type { MysqlLine } from './line.ts'
import type { BulkLine, LoadLine, StatementLine } from './write.ts'

/** How long a server may take to give up a statement, in milliseconds. */
const STOP_WITHIN = 3_000

/** Statements as bytes, over a socket of their own. */
export function byteLine(line: MysqlLine, endpoint: Endpoint, signal: AbortSignal): LoadLine & BulkLine {
  const stoppable = async <T>(work: () => Promise<T>): Promise<T> => {
    signal.throwIfAborted()
    let timer: NodeJS.Timeout | undefined
    const onAbort = (): void => {
      void line.stop()
      timer = setTimeout(() => line.destroy(), STOP_WITHIN)
    }
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      return await work()
    } catch (error) {
      signal.throwIfAborted()
      throw queryError(error, '', endpoint)
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    }
  }
  return {
    get open() {
      return line.open
    },
    async run(text) {
      await stoppable(() => line.query(text))
    },
    load: (text, data) => stoppable(() => line.load(text, data)),
    prepare: text => stoppable(() => line.prepare(text)),
    async bulk(body) {
      await stoppable(() => line.bulk(body))
    },
  }
}

/** Statements through the driver, which with TLS keeps its socket to itself. */
export function sessionLine(session: SqlSession, signal: AbortSignal): StatementLine {
  return {
    get open() {
      return session.open
    },
    run: async text => {
      await session.query(Buffer.concat(text).toString('utf8'), { signal })
    },
  }
}
