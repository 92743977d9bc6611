import { notFound } from './failure.ts'
import { now, type Store, type StoredRow } from './store.ts'

export const STATES = ['queued', 'running', 'succeeded', 'failed', 'canceled', 'interrupted'] as const
export type State = (typeof STATES)[number]

const UNFINISHED = "status in ('queued', 'running')"
export const SHOWN =
  'id, config_id, (select config_name from json_config where json_config.id = exec_log.config_id) as config_name, exec_name, exec_result, insert_time, status, start_time, end_time, counters, progress'

/** How a run ended. */
export type RunEnd = { readonly status: State; readonly said: string; readonly counters?: unknown }

/** A row as it is shown: counters and progress are objects, their integers texts, since they may pass 2^53. */
export type ShownExecution = Readonly<Record<string, unknown>>

/** Rows of exec_log: what changes while a run lives. */
export class ExecutionRows {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  add(row: {
    readonly configId: number
    readonly command: string
    readonly owner: string
    fileOf(id: number): string
  }): number {
    return this.#store.transaction(() => {
      const id = this.#store.insert('exec_log', {
        ...{ config_id: row.configId, exec_name: row.command, insert_time: now(), status: 'queued' },
        ...{ log_file: '', owner: row.owner },
      })
      this.#store.update('exec_log', id, { log_file: row.fileOf(id) })
      return id
    })
  }

  begin(id: number): void {
    this.#store.update('exec_log', id, { status: 'running', start_time: now() })
  }

  progress(id: number, progress: unknown): void {
    this.#store.update('exec_log', id, { progress: bigText(progress) })
  }

  finish(id: number, how: RunEnd): void {
    this.#store.update('exec_log', id, {
      ...{ status: how.status, exec_result: how.said, end_time: now(), progress: null },
      counters: how.counters === undefined ? null : bigText(how.counters),
    })
  }

  shown(id: number): ShownExecution {
    const row = this.#store.one(`select ${SHOWN} from exec_log where id = ?`, id)
    if (!row) throw notFound('execution', id)
    return shownExecution(row)
  }

  /** Asks the server that runs it to stop it; false where it does not run. */
  wantStop(id: number): boolean {
    return this.#store.run(`update exec_log set stop_wanted = 1 where id = ? and ${UNFINISHED}`, id).changes > 0
  }

  stopWanted(owner: string): readonly number[] {
    return this.#ids(`owner = ? and stop_wanted = 1 and ${UNFINISHED}`, owner)
  }

  unfinished(): readonly { readonly id: number; readonly owner: string }[] {
    const rows = this.#store.all(`select id, owner from exec_log where ${UNFINISHED}`)
    return rows.map(({ id, owner }) => ({ id: Number(id), owner: String(owner) }))
  }

  #ids(condition: string, value: string): readonly number[] {
    return this.#store.all(`select id from exec_log where ${condition}`, value).map(row => Number(row.id))
  }
}

export function shownExecution({ counters, progress, ...row }: StoredRow): ShownExecution {
  const data = (text: string | number | null | undefined): unknown => (text ? JSON.parse(String(text)) : null)
  return { ...row, counters: data(counters), progress: data(progress) }
}

function bigText(value: unknown): string {
  return JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? String(one) : one))
}
