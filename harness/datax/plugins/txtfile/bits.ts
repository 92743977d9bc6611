/** Reads bits from pieces of a stream, the first of a byte first. */
export class Bits {
  readonly #pieces: AsyncIterator<Buffer>
  #bytes: Buffer = Buffer.alloc(0)
  #at = 0
  #held = 0
  #count = 0
  #ended = false

  constructor(pieces: AsyncIterable<Buffer>) {
    this.#pieces = pieces[Symbol.asyncIterator]()
  }

  /** Sees to it that so many bytes can be read, or all there are. */
  async ahead(bytes: number): Promise<void> {
    const more: Buffer[] = [this.#bytes.subarray(this.#at)]
    let have = this.#bytes.length - this.#at
    while (!this.#ended && have < bytes) {
      const { value, done } = await this.#pieces.next()
      if (done) this.#ended = true
      else {
        more.push(value)
        have += value.length
      }
    }
    this.#bytes = Buffer.concat(more)
    this.#at = 0
  }

  /** Whether nothing but a part of a byte is left of what `ahead` brought. */
  get atEnd(): boolean {
    return this.#at >= this.#bytes.length && this.#count < 8
  }

  bit(): number {
    if (this.#count === 0) {
      if (this.#at >= this.#bytes.length) throw new Error('the file ends too early')
      this.#held = this.#bytes[this.#at++] as number
      this.#count = 8
    }
    this.#count--
    return (this.#held >> this.#count) & 1
  }

  /** At most 32 bits, as a number that is not negative. */
  take(width: number): number {
    let value = 0
    for (let left = width; left > 0; ) {
      if (this.#count === 0) {
        if (this.#at >= this.#bytes.length) throw new Error('the file ends too early')
        this.#held = this.#bytes[this.#at++] as number
        this.#count = 8
      }
      const some = Math.min(left, this.#count)
      this.#count -= some
      value = value * 2 ** some + ((this.#held >> this.#count) & ((1 << some) - 1))
      left -= some
    }
    return value
  }

  /** Leaves what is left of a byte. */
  align(): void {
    this.#count = 0
  }
}
