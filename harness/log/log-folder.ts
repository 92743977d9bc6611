import { appendFileSync, lstatSync, mkdirSync, realpathSync } from 'node:fs'
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import { AssayError } from '../errors.ts'

/** A folder that log files are appended to; nothing outside it is ever written. */
export class LogFolder {
  /** Absolute, links resolved. */
  readonly path: string

  /** Makes the folder where it is missing, readable by its owner only. */
  constructor(folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    this.path = realpathSync(folder)
  }

  /**
   * Appends with one write, so that lines of several processes do not mix. Files are readable by their owner only.
   * Rejects a name that leaves the folder (ASSAY_LOG_PATH); a full disk is ASSAY_DISK_FULL.
   */
  append(name: string, text: string): void {
    const file = this.#file(name)
    try {
      appendFileSync(file, text, { mode: 0o600 })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') {
        throw new AssayError('ASSAY_DISK_FULL', `no space left for ${file}`, { cause: error })
      }
      throw error
    }
  }

  #file(name: string): string {
    const file = resolve(this.path, name)
    const inside = relative(this.path, file)
    const leaves = inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)
    if (leaves || isAbsolute(name) || name.includes('\0')) throw this.#outside(name)
    const parent = dirname(file)
    mkdirSync(parent, { recursive: true, mode: 0o700 })
    // A link, of the file or on the way to it, could lead out although its name does not
    const real = realpathSync(parent)
    const linked = lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink()
    if (linked || (real !== this.path && !real.startsWith(this.path + sep))) throw this.#outside(name)
    return file
  }

  #outside(name: string): AssayError {
    return new AssayError('ASSAY_LOG_PATH', `${JSON.stringify(name)} is not a file in the log folder ${this.path}`)
  }
}
