import { randomInt } from 'node:crypto'
import { AssayError } from '../../errors.ts'
import type { CurveClient } from '../client.ts'
import { BLOCK } from './plan.ts'

const WITHIN = 30_000
/** Sidecars that a ledger has room for, over all runs that share it. */
const WRITERS = 16

/**
 * What has been written to one volume, kept over several runs of I/O: the oracle's file on the machine of the sidecars, and
 * what makes the blocks.
 */
export class Ledger {
  readonly path: string
  readonly volume: number
  /** Marks the blocks of this ledger: those of any other are foreign. */
  readonly tag: number
  readonly seed: string
  readonly blocks: number
  readonly writers: number

  private constructor(path: string, volume: number, seed: string, blocks: number, writers: number) {
    this.path = path
    this.volume = volume
    this.seed = seed
    this.blocks = blocks
    this.writers = writers
    this.tag = randomInt(1, 2 ** 32)
  }

  /** `length`: bytes of the volume; there is room for it to become twice as long, or `most` where that is more. */
  static async create(
    client: CurveClient,
    given: {
      readonly volume: number
      readonly length: number
      readonly most: number
      readonly seed: string
      readonly depth: number
    },
  ): Promise<Ledger> {
    const { path } = (await client.job({ what: 'oracle' }, { within: WITHIN })) as { path: string }
    const blocks = Math.ceil(Math.max(2 * given.length, given.most) / BLOCK)
    return new Ledger(path, given.volume, given.seed, blocks, Math.max(WRITERS, given.depth))
  }

  check(depth: number, end: number): void {
    if (depth > this.writers || end > this.blocks * BLOCK)
      throw new AssayError(
        'ASSAY_CASE_TYPE',
        `this volume was written with room for depth ${this.writers} and ${this.blocks * BLOCK} bytes, not depth ${depth} and ${end} bytes`,
        { hint: 'Give the first run on the volume the greatest depth and growth.' },
      )
  }

  async forget(client: CurveClient): Promise<void> {
    await client.job({ what: 'forget', path: this.path }, { within: WITHIN })
  }
}
