import { connect } from '../../sql/connect.ts'
import { postgresDialect } from '../../sql/dialect.ts'
import type { SqlSession } from '../../sql/session.ts'
import type { Endpoint } from '../../targets/target.ts'
import { pause } from '../pause.ts'

export type WriteLoadOptions = {
  readonly compute: Endpoint
  /** Has a column `id` that takes integers, and a primary key on it. */
  readonly table: string
  readonly writers: number
  /** Milliseconds. */
  readonly duration: number
  /** Ends sooner: when a row was not acknowledged, and so many were after it. */
  readonly through?: number
  /** The first id. */
  readonly from: number
  readonly signal?: AbortSignal
}

/** What became of each row that was sent, by id. */
export type WriteLoad = {
  readonly acknowledged: readonly number[]
  /** COMMIT failed with an answer. */
  readonly refused: readonly number[]
  /** No answer came, or one that says that nobody knows (SQLSTATE 08007). */
  readonly unknown: readonly number[]
  /** Whether rows were acknowledged, then one was not, and then `through` were again. */
  readonly through: boolean
  /** Texts of the refusals, each once. */
  readonly reasons: readonly string[]
}

const AFTER_AN_ERROR = 50
/** A compute node itself waits 10 s for its storage; one that is silent for longer will not answer this row. */
const ROW_WITHIN = 30_000
const MOST_REASONS = 10

/** Writers that insert one row for each transaction, and go on whatever happens to the servers. */
export async function writeLoad(options: WriteLoadOptions): Promise<WriteLoad> {
  const { writers, duration, from, through } = options
  const found = { acknowledged: [] as number[], refused: [] as number[], unknown: [] as number[] }
  const reasons = new Set<string>()
  const until = performance.now() + duration
  let next = from
  let left = through ?? Number.POSITIVE_INFINITY
  const failures = (): number => found.refused.length + found.unknown.length
  const write = async (): Promise<void> => {
    let session: SqlSession | undefined
    try {
      while (performance.now() < until && left > 0) {
        options.signal?.throwIfAborted()
        const opened = session?.open ? session : await open(options)
        session = opened
        if (!opened) continue
        const id = next++
        const late = AbortSignal.timeout(ROW_WITHIN)
        const signal = options.signal ? AbortSignal.any([options.signal, late]) : late
        try {
          await opened.query(`INSERT INTO ${postgresDialect.identifier(options.table)} (id) VALUES (${id})`, { signal })
          if (failures() > 0) left--
          found.acknowledged.push(id)
        } catch (error) {
          const { systemCode, message } = error as { systemCode?: string; message: string }
          // one that was cancelled may have been written before the request to cancel came
          const unknown = !opened.open || signal.aborted || systemCode === '08007'
          found[unknown ? 'unknown' : 'refused'].push(id)
          if (reasons.size < MOST_REASONS) reasons.add(message)
          await pause(AFTER_AN_ERROR, options.signal)
        }
      }
    } finally {
      await session?.close()
    }
  }
  await Promise.all(Array.from({ length: writers }, write))
  return { ...found, through: left <= 0, reasons: [...reasons] }
}

/** Undefined while the compute node takes no connections. */
async function open({ compute, signal }: WriteLoadOptions): Promise<SqlSession | undefined> {
  try {
    return await connect(compute, { signal, within: 2_000 })
  } catch {
    await pause(AFTER_AN_ERROR, signal)
    return undefined
  }
}
