/** What the interface answers with; the numbers of a run are texts where they may pass 2^53. */

export type Paged<Row> = {
  readonly page: number
  readonly pageSize: number
  readonly total: number
  readonly rows: readonly Row[]
}

export type State = 'queued' | 'running' | 'succeeded' | 'failed' | 'canceled' | 'interrupted'

export type Datasource = {
  readonly id: number
  readonly source_name: string
  readonly description: string
  readonly host: string
  readonly port: number
  readonly db_name: string
  readonly username: string
  readonly db_type: string
  readonly project_name: string
  readonly uid: string
  readonly insert_time: string
}

export type Config = {
  readonly id: number
  readonly config_name: string
  readonly config_path: string
  readonly insert_time: string
  readonly project_name: string
  readonly uid: string
  readonly content?: string
  readonly last_status?: State | null
}

export type Progress = {
  readonly records: string
  readonly bytes: string
  readonly errors: string
  readonly recordsPerSecond: number
  readonly bytesPerSecond: number
  readonly done: number
}

export type Counters = {
  readonly read: string
  readonly readBytes: string
  readonly readFailed: string
  readonly writeFailed: string
  readonly written: string
  readonly total: string
  readonly failed: string
  readonly transformer?: { readonly success: string; readonly failed: string; readonly filtered: string }
}

export type Execution = {
  readonly id: number
  readonly config_id: number
  readonly config_name: string | null
  readonly exec_name: string
  readonly exec_result: string
  readonly insert_time: string
  readonly start_time: string | null
  readonly end_time: string | null
  readonly status: State
  readonly counters: Counters | null
  readonly progress: Progress | null
}

export type LogPiece = {
  readonly status: State
  readonly running: boolean
  readonly text: string
  readonly from: number
  readonly next: number
  readonly size: number
}

export type Finding = {
  readonly code: string
  readonly severity: 'error' | 'warning'
  readonly message: string
  readonly line: number
  readonly column: number
  readonly hint?: string
}

export const unfinished = (state: State): boolean => state === 'queued' || state === 'running'
