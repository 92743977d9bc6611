import type { Progress } from '../engine.ts'
import { progressLine } from './log-lines.ts'
import type { Tally } from './tally.ts'

const PROGRESS_EVERY = 500

/** What is said and looked at while tasks run. */
export function reportEvery(options: {
  readonly tally: Tally
  readonly transformed: boolean
  /** Milliseconds between two lines of the log. */
  readonly reportInterval: number
  /** Milliseconds between two looks at the limit of dirty records. */
  readonly checkInterval: number
  readonly line: (text: string) => void
  readonly onProgress?: (progress: Progress) => void
  readonly check: () => void
}): { stop(): void } {
  const { tally, transformed, line, onProgress } = options
  const rateSince = rateOf(tally)
  const timers = [
    setInterval(() => line(progressLine(tally, rateSince(), transformed)), Math.max(10, options.reportInterval)),
    setInterval(options.check, Math.max(10, options.checkInterval)),
  ]
  if (onProgress) {
    const ownRate = rateOf(tally)
    timers.push(setInterval(() => onProgress(progress(tally, ownRate())), PROGRESS_EVERY))
  }
  return {
    stop() {
      for (const timer of timers) clearInterval(timer)
      line(progressLine(tally, rateSince(), transformed))
      onProgress?.(progress(tally, { records: 0, bytes: 0 }))
    },
  }
}

/** Records and bytes for each second since the last call. */
function rateOf(tally: Tally): () => { records: number; bytes: number } {
  let last = { at: performance.now(), records: 0, bytes: 0 }
  return () => {
    const now = { at: performance.now(), records: tally.read, bytes: tally.readBytes }
    const seconds = Math.max(0.001, (now.at - last.at) / 1000)
    const rate = { records: (now.records - last.records) / seconds, bytes: (now.bytes - last.bytes) / seconds }
    last = now
    return rate
  }
}

function progress(tally: Tally, rate: { records: number; bytes: number }): Progress {
  return {
    records: BigInt(tally.total),
    bytes: BigInt(tally.readBytes),
    errors: BigInt(tally.failed),
    recordsPerSecond: Math.round(rate.records),
    bytesPerSecond: Math.round(rate.bytes),
    done: tally.tasks === 0 ? 0 : tally.finishedTasks / tally.tasks,
  }
}
