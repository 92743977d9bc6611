import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The files of configs, named by their ids alone. */
export class ConfigFiles {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  path(id: number): string {
    return join(this.#folder, `${id}.json`)
  }

  /** A reader sees the old file or the new one, whole. */
  write(id: number, text: string): void {
    const path = this.path(id)
    try {
      writeFileSync(`${path}.new`, text, { mode: 0o600, flush: true })
      renameSync(`${path}.new`, path)
    } catch (error) {
      rmSync(`${path}.new`, { force: true })
      throw error
    }
  }

  /** Writes files anew that are not what their rows say: a server may have been killed between the two. */
  repair(rows: Iterable<{ readonly id: number; readonly text: string }>): void {
    for (const { id, text } of rows) if (this.#read(id) !== text) this.write(id, text)
  }

  /** As before the row was changed: with the text it had, or not there. */
  restore(id: number, text: string | undefined): void {
    if (text === undefined) this.delete(id)
    else if (this.#read(id) !== text) this.write(id, text)
  }

  delete(id: number): void {
    rmSync(this.path(id), { force: true })
  }

  #read(id: number): string | undefined {
    try {
      return readFileSync(this.path(id), 'utf8')
    } catch {
      return undefined
    }
  }
}
