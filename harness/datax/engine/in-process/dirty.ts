import { DataxError } from '../../errors.ts'
import { byteSize, type Kind, kindAt, kindName, type Row } from '../../record/kind.ts'
import type { DirtyRecord } from '../engine.ts'

/** Lines that DataX logs of one task's reader or writer (maxDirtyNumber 10, of which it prints one less). */
export const LOGGED_PER_COLLECTOR = 9
const KEPT = 1_000
/** Characters of a value that a dirty record shows. */
const SHOWN = 2_000

export function dirtyRecord(type: DirtyRecord['type'], row: Row, kinds: readonly Kind[], error: unknown): DirtyRecord {
  return {
    type,
    message: error instanceof DataxError ? error.detail : error instanceof Error ? error.message : String(error),
    record: row.map((value, index) => {
      const kind = kindAt(kinds, index)
      const rawData = Buffer.isBuffer(value) ? value.toString('utf8') : value
      return {
        index,
        type: kindName(kind),
        byteSize: byteSize(value, kind),
        rawData: typeof rawData === 'string' ? rawData.slice(0, SHOWN) : rawData,
      }
    }),
  }
}

/** The line that DataX logs. */
export function dirtyLine({ message, record, type }: DirtyRecord): string {
  return `脏数据: \n${JSON.stringify({ exception: message, record, type })}`
}

/** The first dirty records of a run. */
export class DirtyRecords {
  readonly #kept: DirtyRecord[] = []

  add(record: DirtyRecord): void {
    if (this.#kept.length < KEPT) this.#kept.push(record)
  }

  get kept(): readonly DirtyRecord[] {
    return this.#kept
  }
}
