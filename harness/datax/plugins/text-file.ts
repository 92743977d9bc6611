import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { PassThrough, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { type DataxCode, DataxError } from '../errors.ts'

export type TextFileOptions = {
  readonly flags: 'w' | 'wx' | 'a'
  readonly encoding?: BufferEncoding
  readonly gzip?: boolean
  /** The code under which a full disk or a missing right is told. */
  readonly code: DataxCode
}

/** A file that is written piece by piece, with back-pressure. A write that fails rejects with the file's name and the reason. */
export class TextFile {
  readonly path: string
  readonly #options: TextFileOptions
  readonly #into: Writable
  readonly #done: Promise<void>

  constructor(path: string, options: TextFileOptions) {
    this.path = path
    this.#options = options
    const into = new PassThrough({ highWaterMark: 1 << 20 })
    const file = createWriteStream(path, { flags: options.flags, mode: 0o640 })
    this.#into = into
    this.#done = (options.gzip ? pipeline(into, createGzip(), file) : pipeline(into, file)).catch(error => {
      throw this.#failed(error)
    })
    this.#done.catch(() => {})
  }

  write(text: string): Promise<unknown> | undefined {
    if (this.#into.destroyed) return this.#done
    if (this.#into.write(text, this.#options.encoding ?? 'utf8')) return undefined
    // a stream that fails tells it as its own; the pipeline's end says of which file
    return Promise.race([once(this.#into, 'drain').catch(() => this.#done), this.#done])
  }

  async close(): Promise<void> {
    this.#into.end()
    await this.#done
  }

  destroy(): void {
    this.#into.destroy()
  }

  #failed(error: NodeJS.ErrnoException): DataxError {
    const reason = error.code === 'ENOSPC' ? 'no space is left' : error.message
    return new DataxError(this.#options.code, `${this.path} could not be written: ${reason}`, {
      cause: error,
      ...(error.code === 'ENOSPC'
        ? { hint: 'What was written before is still there; free some space and run again.' }
        : {}),
    })
  }
}

const ENCODINGS: Readonly<Record<string, BufferEncoding>> = {
  ...{ 'utf-8': 'utf8', utf8: 'utf8', 'utf-16le': 'utf16le', 'iso-8859-1': 'latin1', latin1: 'latin1' },
  ...{ ascii: 'latin1', 'us-ascii': 'latin1' },
}

/** The encoding to write with. Throws where Node has none of that name. */
export function encodingOf(name: string | undefined, code: DataxCode): BufferEncoding {
  const encoding = ENCODINGS[(name ?? 'utf-8').toLowerCase()]
  if (!encoding)
    throw new DataxError(code, `files cannot be written in the encoding "${name}"`, {
      hint: `There are ${Object.keys(ENCODINGS).join(', ')}.`,
    })
  return encoding
}
