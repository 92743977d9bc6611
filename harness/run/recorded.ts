import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { CompareRecorded, RecordedExpectation } from '../cases/expect.ts'
import type { Difference } from '../report/model.ts'
import { NOT_RECORDED } from './judge.ts'
import { recordedDifferences, recordedText } from './recorded-table.ts'

/** As vitest's -u: `all` writes what differs, `new` what is missing, `none` (CI) nothing. */
export type RecordMode = 'all' | 'new' | 'none'

/** The recorded results of one case: `out/<case id>.<name>.txt` beside its file. */
export class RecordedResults {
  readonly #folder: string
  readonly #prefix: string
  readonly #mode: () => RecordMode
  readonly written: string[] = []

  /** `cell` is the label of the matrix cell: each cell has results of its own. */
  constructor(options: {
    readonly caseFile: string
    readonly caseId: string
    readonly cell: string
    readonly mode: () => RecordMode
  }) {
    this.#folder = join(dirname(options.caseFile), 'out')
    this.#prefix = options.cell === '' ? options.caseId : `${options.caseId}.${fileName(options.cell)}`
    this.#mode = options.mode
  }

  /** How results are compared with what is recorded. Without `recording` nothing is written, as while polling. */
  comparison({ recording }: { readonly recording: boolean }): CompareRecorded {
    return (expectation, actual, path) => this.#compare(expectation, actual, { path, recording })
  }

  #compare(
    expectation: RecordedExpectation,
    actual: unknown,
    { path, recording }: { readonly path: string; readonly recording: boolean },
  ): Difference[] {
    const file = this.#file(expectation.name)
    const recorded = existsSync(file) ? readFileSync(file, 'utf8') : undefined
    const { order, tolerance } = expectation
    const found =
      recorded === undefined
        ? [{ path, message: `${NOT_RECORDED} "${expectation.name}"`, actual: recordedText(actual, order) }]
        : recordedDifferences(recorded, actual, { order, tolerance, path })
    if (found.length === 0 || !recording) return found
    const mode = this.#mode()
    if (mode === 'all' || (mode === 'new' && recorded === undefined)) {
      this.#write(file, recordedText(actual, order))
      return []
    }
    return found
  }

  #file(name: string): string {
    const own = name.toLowerCase().startsWith(`${this.#prefix.toLowerCase()}.`)
      ? name.slice(this.#prefix.length + 1)
      : name
    return join(this.#folder, `${this.#prefix}.${fileName(own)}.txt`)
  }

  #write(file: string, text: string): void {
    mkdirSync(this.#folder, { recursive: true })
    const temporary = `${file}.${process.pid}.tmp`
    writeFileSync(temporary, text)
    renameSync(temporary, file)
    this.written.push(file)
  }
}

function fileName(text: string): string {
  return text.replace(/[^\p{L}\p{N}._=-]+/gu, '_')
}
