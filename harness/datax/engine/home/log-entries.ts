/** One entry of the engine's log: its first line's head, and its text with all lines that follow it. */
export type LogEntry = { readonly level: string; readonly logger: string; readonly text: string }

/** `2026-11-20 07:25:11.754 [job-0] INFO  JobContainer - text` (reference 4.2). */
const HEAD = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} \[[^\]]*\] (\w+)\s+(\S+) - (.*)$/

/** No message of an engine is longer; what is, like the values of a dirty record, is cut. */
const MAX_ENTRY = 1_000_000

/** Puts lines together to entries: a message may go on over lines that have no head. */
export class LogEntries {
  readonly #onEntry: (entry: LogEntry) => void
  #open: { level: string; logger: string; lines: string[]; size: number } | undefined

  constructor(onEntry: (entry: LogEntry) => void) {
    this.#onEntry = onEntry
  }

  line(text: string): void {
    const head = HEAD.exec(text)
    if (head) {
      this.end()
      this.#open = {
        level: head[1] as string,
        logger: head[2] as string,
        lines: [head[3] as string],
        size: text.length,
      }
    } else if (this.#open && this.#open.size < MAX_ENTRY) {
      this.#open.lines.push(text)
      this.#open.size += text.length
    }
  }

  end(): void {
    const entry = this.#open
    this.#open = undefined
    if (entry) this.#onEntry({ level: entry.level, logger: entry.logger, text: entry.lines.join('\n') })
  }
}
