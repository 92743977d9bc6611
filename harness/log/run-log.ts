import { basename, dirname } from 'node:path'
import { LogFolder } from './log-folder.ts'
import { maskText } from './mask-text.ts'
import type { Secret } from './secret.ts'

export interface RunLog {
  /** Appends an entry. Lines after its first are indented, so that every entry begins with its time. */
  write(source: string, text: string): void
}

export type RunLogOptions = {
  /** Path of run.log; its folder is made where it is missing. */
  readonly file: string
  /** Milliseconds since 1970. Default: the machine's clock. */
  readonly now?: () => number
  readonly secrets?: readonly Secret[]
}

/** The log of a run, which the main process, the workers and the keeper all append to: `<UTC time>  <source>  <text>`. */
export function openRunLog(options: RunLogOptions): RunLog {
  const folder = new LogFolder(dirname(options.file))
  const name = basename(options.file)
  const now = options.now ?? Date.now
  return {
    write(source, text) {
      const body = maskText(text, options.secrets)
        .replace(/[\r\n]+$/, '')
        .replaceAll(/\r?\n/g, '\n    ')
      folder.append(name, `${new Date(now()).toISOString()}  ${source}  ${body}\n`)
    },
  }
}
