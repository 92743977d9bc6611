import type { Counters } from '../engine.ts'

/** What one run counts. One object for all tasks: they share a thread. */
export class Tally {
  read = 0
  readBytes = 0
  readFailed = 0
  writeFailed = 0
  written = 0
  transformerSuccess = 0
  transformerFailed = 0
  transformerFiltered = 0
  finishedTasks = 0
  tasks = 0
  /** Milliseconds that readers waited for room, and writers for records. */
  waitWriter = 0
  waitReader = 0

  get failed(): number {
    return this.readFailed + this.writeFailed
  }

  get total(): number {
    return this.read + this.readFailed
  }

  counters(transformed: boolean): Counters {
    return {
      read: BigInt(this.read),
      readBytes: BigInt(this.readBytes),
      readFailed: BigInt(this.readFailed),
      writeFailed: BigInt(this.writeFailed),
      written: BigInt(this.written),
      total: BigInt(this.total),
      failed: BigInt(this.failed),
      ...(transformed
        ? {
            transformer: {
              success: BigInt(this.transformerSuccess),
              failed: BigInt(this.transformerFailed),
              filtered: BigInt(this.transformerFiltered),
            },
          }
        : {}),
    }
  }
}
