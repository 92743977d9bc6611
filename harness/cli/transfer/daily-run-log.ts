import { randomBytes } from 'node:crypto'
import { AssayError } from '../../errors.ts'
import { DailyLog } from '../../log/daily-log.ts'
import type { Endpoint } from '../../targets/target.ts'
import { exitCodeOf } from './exit-code.ts'

/** Writes one line of a run: what happened, and its facts. */
export type WriteEntry = (event: string, facts: Readonly<Record<string, unknown>>) => void

export type LoggedRun = {
  /** Folder of the files, one for every day (UTC); undefined for no log. */
  readonly folder: string | undefined
  /** What was asked for: `transfer`, `job night`, `watch`. */
  readonly what: string
  readonly endpoints: readonly Endpoint[]
}

/**
 * Runs a command and writes down that it began, what it says on the way, and how it ended, also where it throws. A line is the time,
 * the run's id, the event and its facts as JSON; passwords of the endpoints are masked.
 */
export async function logged(
  { folder, what, endpoints }: LoggedRun,
  run: (write: WriteEntry) => Promise<number>,
): Promise<number> {
  if (folder === undefined) return run(() => {})
  const log = new DailyLog({ folder, secrets: endpoints.map(({ password }) => password) })
  const id = `${process.pid}-${randomBytes(3).toString('hex')}`
  const write: WriteEntry = (event, facts) => log.toLog(`${id} ${event} ${JSON.stringify(facts)}`)
  const started = performance.now()
  const seconds = () => Math.round(performance.now() - started) / 1000
  const where = endpoints.map(({ name, host, port, database, user }) => `${name} ${user}@${host}:${port}/${database}`)
  write('began', { what, endpoints: where })
  try {
    const code = await run(write)
    write('ended', { code, seconds: seconds() })
    return code
  } catch (error) {
    const { code, message } = error instanceof AssayError ? error : { code: 'ASSAY_INTERNAL', message: String(error) }
    write('failed', { error: code, message, code: exitCodeOf(error), seconds: seconds() })
    throw error
  }
}
