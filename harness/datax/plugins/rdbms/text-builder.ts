import type { Kind } from '../../record/kind.ts'
import { TextBatch, type TextColumn } from '../../record/text-batch.ts'

/**
 * Where the lines of a batch are gathered: the reader puts bytes into `buffer` itself and tells of each line. What lies behind the last
 * whole line moves on into the next batch.
 */
export class TextBuilder {
  readonly #columns: readonly TextColumn[]
  readonly #kinds: readonly Kind[]
  /** The reader's between `reserve` and `take`: a batch takes it along. */
  buffer = Buffer.allocUnsafeSlow(0)
  #ends = new Uint32Array(1024)
  #sizes = new Uint32Array(1024)
  #count = 0
  #size = 0

  constructor(columns: readonly TextColumn[]) {
    this.#columns = columns
    this.#kinds = columns.map(column => column.kind)
  }

  get count(): number {
    return this.#count
  }

  /** Makes room for so many bytes behind the first `used`. */
  reserve(used: number, bytes: number): void {
    if (used + bytes <= this.buffer.length) return
    // a row larger than what comes at once grows by doubling, or a gigabyte would be copied thousands of times
    const larger = Buffer.allocUnsafeSlow(used === 0 ? bytes : Math.max(used + bytes, 2 * used))
    this.buffer.copy(larger, 0, 0, used)
    this.buffer = larger
  }

  /** A line ends before `end`, and DataX counts `size` of it. */
  line(end: number, size: number): void {
    if (this.#count === this.#ends.length) {
      this.#ends = doubled(this.#ends)
      this.#sizes = doubled(this.#sizes)
    }
    this.#size += size
    this.#ends[this.#count] = end
    this.#sizes[this.#count] = this.#size
    this.#count++
  }

  /** The whole lines, if there are any. Of the first `used` bytes those behind the lines are the first from now on. */
  take(used: number): TextBatch | undefined {
    if (this.#count === 0) return undefined
    const bytes = this.buffer
    const ends = this.#ends.slice(0, this.#count)
    const lines = { bytes, ends, sizes: this.#sizes.slice(0, this.#count) }
    this.buffer = Buffer.allocUnsafeSlow(used - (ends[this.#count - 1] as number))
    bytes.copy(this.buffer, 0, ends[this.#count - 1], used)
    this.#count = 0
    this.#size = 0
    return new TextBatch(this.#columns, this.#kinds, lines)
  }
}

function doubled(numbers: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(numbers.length * 2)
  larger.set(numbers)
  return larger
}
