import { LogFolder } from './log-folder.ts'
import { maskText } from './mask-text.ts'
import type { Secret } from './secret.ts'

export type DailyLogOptions = {
  /** Default `log`, in the working directory. */
  readonly folder?: string
  /** Milliseconds since 1970. Default: the machine's clock. */
  readonly now?: () => number
  /** Where `printLog` prints besides. Default: standard output. */
  readonly print?: (line: string) => void
  /** Values that never reach a file, besides what stands where passwords usually stand. */
  readonly secrets?: readonly Secret[]
}

/**
 * Seed 000's `write_log.w2File` (reference klustron.md 4.5): `<folder>/YYYY-MM-DD.log`, a new file for every day (UTC),
 * each entry with its time and exactly one newline at its end.
 */
export class DailyLog {
  readonly #folder: LogFolder
  readonly #now: () => number
  readonly #print: (line: string) => void
  readonly #secrets: readonly Secret[]

  constructor(options: DailyLogOptions = {}) {
    this.#folder = new LogFolder(options.folder ?? 'log')
    this.#now = options.now ?? Date.now
    this.#print = options.print ?? (line => process.stdout.write(line))
    this.#secrets = options.secrets ?? []
  }

  /** Appends to the file of the day. */
  toLog(text: string): void {
    this.#write(text)
  }

  /** Appends to the file of the day and prints the same line. */
  printLog(text: string): void {
    this.#print(this.#write(text))
  }

  /** Appends to another file of the folder, without a time. `newline: false` adds no newline, as the original did. */
  toOther(file: string, text: string, options: { readonly newline?: boolean } = {}): void {
    const masked = maskText(text, this.#secrets)
    this.#folder.append(file, options.newline === false ? masked : oneNewline(masked))
  }

  /** Seed spelling of `toLog`. */
  tolog(text: string): void {
    this.toLog(text)
  }

  /** Seed spelling of `printLog`. */
  print_log(text: string): void {
    this.printLog(text)
  }

  #write(text: string): string {
    const [day, time] = new Date(this.#now()).toISOString().split('T')
    const line = oneNewline(`${day} ${time?.slice(0, 12)} ${maskText(text, this.#secrets)}`)
    this.#folder.append(`${day}.log`, line)
    return line
  }
}

function oneNewline(text: string): string {
  return `${text.replace(/[\r\n]+$/, '')}\n`
}
