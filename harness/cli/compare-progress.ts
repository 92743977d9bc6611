import type { TablesProgress } from '../compare/compare-tables.ts'

export type ProgressOptions = {
  readonly write: (text: string) => void
  /** A terminal: one line that is overwritten. Else a line of its own each time. */
  readonly terminal: boolean
  /** Milliseconds between two lines; of a terminal, at most so many without a sign of life. */
  readonly every: number
  /** Milliseconds, of a clock that only goes forward. */
  readonly now: () => number
  readonly columns?: number
}

/**
 * Shows how far a comparison has come: on a terminal at once, elsewhere as plain lines that come no oftener than `every`, so that
 * a short comparison prints none.
 */
export class ProgressLines {
  readonly #options: ProgressOptions
  readonly #started: number
  #last: TablesProgress | undefined
  #shown: number

  constructor(options: ProgressOptions) {
    this.#options = options
    this.#started = options.now()
    this.#shown = this.#started
  }

  show(progress: TablesProgress): void {
    this.#last = progress
    const { terminal, every, now } = this.#options
    if (terminal || now() - this.#shown >= every) this.#print()
  }

  /** Says how long it has taken so far, where nothing else was said for a while. */
  tick(): void {
    const { every, now } = this.#options
    if (this.#last && now() - this.#shown >= every) this.#print()
  }

  /** Leaves a terminal's line empty. */
  end(): void {
    if (this.#options.terminal && this.#last) this.#options.write('\r\u001b[K')
    this.#last = undefined
  }

  #print(): void {
    const { write, terminal, now, columns = 120 } = this.#options
    if (!this.#last) return
    this.#shown = now()
    const seconds = Math.round((this.#shown - this.#started) / 1000)
    const text = `${describe(this.#last)}, ${seconds} s`
    write(terminal ? `\r\u001b[K${text.slice(0, columns - 1)}` : `${text}\n`)
  }
}

function describe({ done, all, table, now }: TablesProgress): string {
  const tables = all === 1 ? '' : `${done} of ${all} tables: `
  return `${tables}${table}${now === undefined ? '' : `: ${now.text}`}`
}
