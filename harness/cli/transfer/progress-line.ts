import type { Phase, TransferProgress } from '../../transfer/model.ts'

type Table = { readonly name: string; readonly started: number; progress: TransferProgress; phase?: Phase }

/** One line on the terminal that says how far each table is: rows, MB/s, time left. Silent where nobody looks. */
export class ProgressLine {
  readonly #on: boolean
  readonly #tables = new Map<string, Table>()
  readonly #all: number
  #done = 0
  #bytesDone = 0
  #last = 0
  readonly #started = performance.now()

  constructor(tables: number, on = process.stderr.isTTY === true) {
    this.#on = on
    this.#all = tables
  }

  move(name: string, progress: TransferProgress): void {
    if (!this.#on) return
    const known = this.#tables.get(name)
    if (known) known.progress = progress
    else this.#tables.set(name, { name, started: performance.now(), progress })
    const now = performance.now()
    if (now - this.#last < 100) return
    this.#last = now
    this.#write(now)
  }

  /** What a table's rows wait for once all have come. */
  phase(name: string, phase: Phase): void {
    const known = this.#tables.get(name)
    if (!this.#on || !known) return
    known.phase = phase
    this.#write(performance.now())
  }

  end(name: string): void {
    this.#bytesDone += this.#tables.get(name)?.progress.bytes ?? 0
    this.#tables.delete(name)
    this.#done++
    if (this.#on) process.stderr.write('\r\u001b[K')
  }

  #write(now: number): void {
    const tables = [...this.#tables.values()].map(table => describe(table, now))
    const bytes = [...this.#tables.values()].reduce((sum, { progress }) => sum + progress.bytes, this.#bytesDone)
    const all =
      this.#all > 1 ? `  in all ${this.#done} of ${this.#all} tables, ${rate(bytes, now - this.#started)}` : ''
    // a terminal that knows no width says 0
    const width = process.stderr.columns || 120
    process.stderr.write(`\r\u001b[K${`${tables.join(' | ')}${all}`.slice(0, width - 1)}`)
  }
}

const AFTER_COPY: Partial<Record<Phase, string>> = {
  ...{ verify: 'verifying', publish: 'publishing', commit: 'committing', analyze: 'analyzing' },
}

function describe({ name, progress, started, phase }: Table, now: number): string {
  const after = phase === undefined ? undefined : AFTER_COPY[phase]
  if (after !== undefined) return `${name}: ${progress.rows.toLocaleString('en')} rows, ${after}`
  const seconds = (now - started) / 1000
  const left = progress.rows === 0 ? undefined : (seconds * (progress.expected - progress.rows)) / progress.rows
  const eta = left === undefined || left < 0 ? '' : `, about ${left < 1 ? '1' : Math.ceil(left)} s left`
  return `${name}: ${progress.rows.toLocaleString('en')} rows, ${rate(progress.bytes, now - started)}${eta}`
}

/** `84.1 MB/s` */
export function rate(bytes: number, milliseconds: number): string {
  return `${(bytes / 1000 / Math.max(1, milliseconds)).toFixed(1)} MB/s`
}
