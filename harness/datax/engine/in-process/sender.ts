import { DataxError } from '../../errors.ts'
import type { RecordOutput } from '../../plugins/plugin.ts'
import { type Kind, type Row, rowSize } from '../../record/kind.ts'
import type { TextBatch } from '../../record/text-batch.ts'
import type { TransformerChain } from '../../transformers/chain.ts'
import type { Channel } from './channel.ts'
import type { Tally } from './tally.ts'

/** core.transport.channel.byteCapacity: a record that is larger is dirty. */
const BYTE_CAPACITY = 64 * 1024 * 1024
const PER_RECORD = 80
const PER_COLUMN = 24

/** The reader's end of a channel: transforms, counts, and passes on. */
export class Sender implements RecordOutput {
  readonly #channel: Channel
  readonly #tally: Tally
  readonly #transformers: TransformerChain | undefined
  readonly dirty: RecordOutput['dirty']

  constructor(options: {
    readonly channel: Channel
    readonly tally: Tally
    readonly transformers: TransformerChain | undefined
    readonly dirty: RecordOutput['dirty']
  }) {
    this.#channel = options.channel
    this.#tally = options.tally
    this.#transformers = options.transformers
    this.dirty = options.dirty
  }

  send(given: Row[], kinds: readonly Kind[]): Promise<void> | undefined {
    const chain = this.#transformers
    let rows = chain ? this.#transformed(chain, given, kinds) : given
    const outKinds = chain ? chain.kinds(kinds) : kinds
    let bytes = 0
    let oversized = false
    for (const row of rows) {
      const size = rowSize(row, outKinds)
      if (size + PER_RECORD + PER_COLUMN * row.length > BYTE_CAPACITY) oversized = true
      else bytes += size
    }
    if (oversized) rows = this.#withoutOversized(rows, outKinds)
    if (rows.length === 0) return undefined
    this.#tally.read += rows.length
    this.#tally.readBytes += bytes
    return this.#channel.push({ kinds: outKinds, rows, count: rows.length }, bytes)
  }

  sendText(batch: TextBatch): Promise<void> | undefined {
    const bytes = batch.sizeOf(batch.count)
    const memory = bytes + PER_RECORD + PER_COLUMN * batch.kinds.length
    if (this.#transformers || memory > BYTE_CAPACITY) return this.send(batch.rows, batch.kinds)
    this.#tally.read += batch.count
    this.#tally.readBytes += bytes
    return this.#channel.push(batch, bytes)
  }

  #transformed(chain: TransformerChain, rows: Row[], kinds: readonly Kind[]): Row[] {
    const kept: Row[] = []
    for (const row of rows) {
      const own = row.slice()
      try {
        const made = chain.apply(own, kinds)
        this.#tally.transformerSuccess++
        if (made) kept.push(own)
        else this.#tally.transformerFiltered++
      } catch (error) {
        if (error instanceof DataxError && error.dataxCode.startsWith('TransformerErrorCode')) throw error
        this.#tally.transformerFailed++
        this.dirty(row, kinds, error)
      }
    }
    return kept
  }

  #withoutOversized(rows: Row[], kinds: readonly Kind[]): Row[] {
    return rows.filter(row => {
      const memory = rowSize(row, kinds) + PER_RECORD + PER_COLUMN * row.length
      if (memory <= BYTE_CAPACITY) return true
      this.dirty(row, kinds, new DataxError('Common-02', `单条记录超过大小限制，当前限制为:${BYTE_CAPACITY}`))
      return false
    })
  }
}
